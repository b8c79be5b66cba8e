namespace Sealpost.Compliance;

/// <summary>Turns what the stores throw at bad input into refusals; their messages are ours, name what is missing and hold no PHI.</summary>
internal static class Refusals
{
    public static async Task<T> OfAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException exception)
        {
            // .NET adds " (Parameter 'x')", which tells nobody anything.
            throw new RefusedException(exception.Message.Split(" (Parameter '", 2)[0], exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new RefusedException(exception.Message, exception);
        }
    }
}
