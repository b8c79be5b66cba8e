namespace Sealpost.App.Api;

/// <summary>Reads a request's body into memory, and not much more of it than is taken.</summary>
internal static class LimitedBody
{
    /// <summary>The body; where it is longer than <paramref name="most"/>, its beginning and more than that.</summary>
    public static async Task<byte[]> ReadAsync(HttpRequest request, int most, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[81_920];
        for (var read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false); read > 0 && content.Length <= most; read = await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false))
            content.Write(buffer, 0, read);
        return content.ToArray();
    }
}
