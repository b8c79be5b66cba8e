namespace Sealpost.Delivery;

/// <summary>A server's reply. RFC 5321 §4.2, RFC 3463.</summary>
/// <param name="Code">Three digits.</param>
/// <param name="EnhancedStatusCode"><c>5.1.1</c>, or null.</param>
/// <param name="Text">Reply text; may echo an address, so it is PHI: seal it, never log it.</param>
public sealed record SmtpReply(int Code, string? EnhancedStatusCode, string Text)
{
    /// <summary>2yz or 3yz.</summary>
    public bool IsPositive => Code is >= 200 and < 400;

    /// <summary>4yz: keep and retry.</summary>
    public bool IsTransient => Code is >= 400 and < 500;

    /// <summary>5yz: final.</summary>
    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>Code and enhanced code only.</summary>
    public override string ToString() => EnhancedStatusCode is null ? $"{Code}" : $"{Code} {EnhancedStatusCode}";
}

/// <summary>The connection failed before the final dot was sent: the message was certainly not taken. Reconnect and retry.</summary>
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

/// <summary>One SMTP connection under verified TLS, used for many messages, one recipient each. Not thread-safe.</summary>
public sealed class SmtpSession : IAsyncDisposable
{
    internal SmtpSession(TransportObservation observed) => Observed = observed;

    /// <summary>What was seen of the hop.</summary>
    public TransportObservation Observed { get; }

    /// <summary>MAIL and RCPT (pipelined where offered). The reply is the first one that is not positive, else RCPT's.</summary>
    /// <exception cref="SmtpConnectionException">Reconnect; the message was not taken.</exception>
    public Task<SmtpReply> EnvelopeAsync(string mailFrom, string rcptTo, long sizeBytes, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>DATA, the message, the final dot. Call only once the intent is durable.</summary>
    /// <exception cref="SmtpConnectionException">Failed before the final dot.</exception>
    /// <exception cref="NoFinalReplyException">In doubt.</exception>
    public Task<SmtpReply> DataAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>RSET: drops an envelope whose message must not be sent.</summary>
    public Task ResetAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>QUIT and close; never throws.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
