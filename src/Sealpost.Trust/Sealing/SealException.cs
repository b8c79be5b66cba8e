namespace Sealpost.Trust.Sealing;

/// <summary>A sealed value did not open: wrong key, wrong owner, or altered bytes. Stop and page someone; do not retry.</summary>
public sealed class SealException : Exception
{
    /// <summary>Creates the exception. <paramref name="message"/> must not hold clear data.</summary>
    public SealException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the cryptographic cause.</summary>
    public SealException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SealException()
        : base("A sealed value did not open.")
    {
    }
}
