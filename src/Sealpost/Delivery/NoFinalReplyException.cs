namespace Sealpost.Delivery;

/// <summary>The final dot was (or may have been) sent and no reply came: the message is in doubt. Never resend on your own. RFC 5321 §4.5.3.2.6.</summary>
public sealed class NoFinalReplyException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NoFinalReplyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public NoFinalReplyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public NoFinalReplyException()
        : base("No reply came after the final dot.")
    {
    }
}
