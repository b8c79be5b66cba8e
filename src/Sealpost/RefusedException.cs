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

    /// <summary>What kind of refusal; decides the status of an API answer.</summary>
    /// <value>Default: <see cref="RefusalKind.Rule"/>.</value>
    public RefusalKind Kind { get; init; }
}

/// <summary>Kinds of refusal.</summary>
public enum RefusalKind
{
    /// <summary>Bad input, or a rule of the product.</summary>
    Rule = 0,

    /// <summary>The actor lacks a right.</summary>
    NotPermitted = 1,

    /// <summary>There is no such thing, or it is another organisation's.</summary>
    NotFound = 2,

    /// <summary>It changed meanwhile: read it again and repeat.</summary>
    Changed = 3,

    /// <summary>The person has to confirm who they are first, by passkey or code; then the same operation may be tried again.</summary>
    Unconfirmed = 4,
}
