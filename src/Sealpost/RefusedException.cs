namespace Sealpost;

/// <summary>The operation is refused: bad input, a missing right, or a rule of the product. The message says what and how to mend it, and holds no PHI. Nothing was changed.</summary>
public sealed class RefusedException : Exception
{
    /// <summary>Creates the exception with its sentence.</summary>
    public RefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its sentence and cause.</summary>
    public RefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public RefusedException()
        : base("Refused.")
    {
    }
}
