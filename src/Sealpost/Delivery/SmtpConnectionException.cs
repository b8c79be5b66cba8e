namespace Sealpost.Delivery;

/// <summary>The connection failed before the whole message was handed over: it was certainly not taken. Reconnect and retry.</summary>
public sealed class SmtpConnectionException : Exception
{
    /// <summary>Creates the exception; no patient data in <paramref name="message"/>.</summary>
    public SmtpConnectionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SmtpConnectionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SmtpConnectionException()
        : base("The SMTP connection failed.")
    {
    }
}
