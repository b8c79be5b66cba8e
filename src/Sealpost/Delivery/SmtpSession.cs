using System.Buffers;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>One SMTP connection under verified TLS, used for many messages, one recipient each. Not thread-safe.</summary>
/// <remarks>
/// <para>
/// Per message: <see cref="EnvelopeAsync"/>, then <see cref="DataAsync"/> or <see cref="ResetAsync"/>. A 4yz or 5yz reply leaves the
/// session usable; whatever the server needs before the next envelope (RSET) is sent by itself. After a 421, an exception
/// or a cancellation <see cref="IsOpen"/> is false: dispose it and connect anew.
/// </para>
/// <para>
/// The message goes by BDAT in one write where the server offers CHUNKING (RFC 3030), else by DATA. "The final dot" below means the last
/// octet of either.
/// </para>
/// </remarks>
public sealed class SmtpSession : IAsyncDisposable
{
    private static readonly byte[] DataCommand = "DATA\r\n"u8.ToArray();
    private static readonly byte[] RsetCommand = "RSET\r\n"u8.ToArray();
    private static readonly byte[] QuitCommand = "QUIT\r\n"u8.ToArray();

    private readonly SmtpChannel _channel;
    private readonly SmtpFeatures _features;
    private readonly ArrayBufferWriter<byte> _commands = new(512);
    private bool _inTransaction;
    private bool _needsReset;

    internal SmtpSession(SmtpChannel channel, SmtpFeatures features, TransportObservation observed)
    {
        _channel = channel;
        _features = features;
        Observed = observed;
    }

    /// <summary>What was seen of the hop.</summary>
    public TransportObservation Observed { get; }

    /// <summary>Whether another envelope may be sent.</summary>
    public bool IsOpen => _channel.IsOpen;

    /// <summary>MAIL and RCPT (pipelined where offered). The reply is the first one that is not positive, else RCPT's.</summary>
    /// <param name="mailFrom">Return path; empty for the null sender.</param>
    /// <param name="rcptTo">Recipient, normalised: its domain an A-label.</param>
    /// <param name="sizeBytes">Length of the message; announced, and compared with the server's limit (RFC 1870).</param>
    /// <param name="cancellationToken">Cancelling closes the session; the message was not taken.</param>
    /// <returns>A reply with <see cref="SmtpReply.IsOurs"/> where this hop cannot carry the message; the server was not asked.</returns>
    /// <exception cref="ArgumentException">A mailbox holds a control character, a space or an angle bracket.</exception>
    /// <exception cref="SmtpConnectionException">Reconnect; the message was not taken.</exception>
    public async Task<SmtpReply> EnvelopeAsync(string mailFrom, string rcptTo, long sizeBytes, CancellationToken cancellationToken)
    {
        EnvelopeCommands.Check(mailFrom, nameof(mailFrom));
        EnvelopeCommands.Check(rcptTo, nameof(rcptTo));
        var utf8 = EnvelopeCommands.NeedsSmtpUtf8(rcptTo) || EnvelopeCommands.NeedsSmtpUtf8(mailFrom);
        if (NotRepresentable(utf8, sizeBytes) is { } refusal)
            return refusal;
        var reset = _needsReset || _inTransaction;
        var reply = _features.Pipelining
            ? await PipelineAsync(reset, mailFrom, rcptTo, sizeBytes, utf8, cancellationToken)
            : await OneByOneAsync(reset, mailFrom, rcptTo, sizeBytes, utf8, cancellationToken);
        _inTransaction = reply.IsPositive;
        _needsReset = !reply.IsPositive;
        return reply;
    }

    /// <summary>The message. Call only once the intent is durable, after a positive <see cref="EnvelopeAsync"/>.</summary>
    /// <param name="message">CRLF lines without dot-stuffing, as <see cref="SignedMessage.Bytes"/>.</param>
    /// <param name="cancellationToken">Cancelling closes the session: <see cref="OperationCanceledException"/> before the final dot, <see cref="NoFinalReplyException"/> after.</param>
    /// <exception cref="SmtpConnectionException">Failed before the final dot: the message was certainly not taken; reconnect and retry.</exception>
    /// <exception cref="NoFinalReplyException">In doubt: the final dot went or may have gone, and no reply came. Never resend on your own.</exception>
    /// <exception cref="InvalidOperationException">No envelope was accepted before.</exception>
    /// <exception cref="ArgumentException">A bare CR or LF, a line over 998 octets, or no CRLF at the end.</exception>
    public async Task<SmtpReply> DataAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (!_inTransaction)
            throw new InvalidOperationException("DATA needs an accepted envelope; call EnvelopeAsync first.");
        DotStuffing.Check(message.Span);
        RefuseUnasked();
        _inTransaction = false;
        _needsReset = true;
        if (!_features.Chunking)
        {
            await _channel.WriteAsync(DataCommand, SmtpStage.Data, cancellationToken);
            var go = await _channel.ReadReplyAsync(SmtpStage.Data, cancellationToken);
            if (!go.IsPositive)
                return go;
            if (go.Code != 354)
                throw OutOfStep();
        }

        var final = await HandOverAsync(message, cancellationToken);
        // RFC 5321 §4.1.1.4: after the final dot the buffers are cleared, whatever the reply; RFC 3030 §2 asks for RSET after a failed BDAT.
        _needsReset = _features.Chunking && !final.IsPositive;
        return final;
    }

    /// <summary>RSET: drops an envelope whose message must not be sent. Zero bytes of DATA have gone.</summary>
    /// <exception cref="SmtpConnectionException">Reconnect; the message was not taken.</exception>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await _channel.WriteAsync(RsetCommand, SmtpStage.Reset, cancellationToken);
        await ReadResetAsync(cancellationToken);
        _inTransaction = _needsReset = false;
    }

    /// <summary>QUIT and close; never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_channel.IsOpen)
            {
                await _channel.WriteAsync(QuitCommand, SmtpStage.Quit, CancellationToken.None);
                _ = await _channel.ReadReplyAsync(SmtpStage.Quit, CancellationToken.None);
            }
        }
        catch (SmtpConnectionException)
        {
            // Nothing hangs on QUIT: every message has its reply.
        }

        await _channel.DisposeAsync();
    }

    private SmtpReply? NotRepresentable(bool utf8, long sizeBytes)
    {
        if (utf8 && !_features.SmtpUtf8)
            return new SmtpReply(553, "5.6.7", "The server does not offer SMTPUTF8, which this address needs.") { IsOurs = true }; // RFC 6531 §3.5
        return _features.MaxBytes < sizeBytes
            ? new SmtpReply(552, "5.3.4", "The message is larger than the server takes.") { IsOurs = true } // RFC 1870 §6.1
            : null;
    }

    private async Task<SmtpReply> PipelineAsync(bool reset, string mailFrom, string rcptTo, long sizeBytes, bool utf8, CancellationToken cancellationToken)
    {
        RefuseUnasked();
        _commands.ResetWrittenCount();
        if (reset)
            _commands.Write("RSET\r\n"u8);
        EnvelopeCommands.WriteMail(_commands, mailFrom, sizeBytes, _features, utf8);
        EnvelopeCommands.WriteRecipient(_commands, rcptTo, _features);
        await _channel.WriteAsync(_commands.WrittenMemory, SmtpStage.Envelope, cancellationToken);
        if (reset)
            await ReadResetAsync(cancellationToken);
        var mail = Expect2yz(await _channel.ReadReplyAsync(SmtpStage.Envelope, cancellationToken));
        if (!_channel.IsOpen)
            return mail;
        // RFC 2920 §3.1: every command has its reply, also those after a refusal.
        var recipient = Expect2yz(await _channel.ReadReplyAsync(SmtpStage.Envelope, cancellationToken));
        return mail.IsPositive ? recipient : mail;
    }

    private async Task<SmtpReply> OneByOneAsync(bool reset, string mailFrom, string rcptTo, long sizeBytes, bool utf8, CancellationToken cancellationToken)
    {
        RefuseUnasked();
        if (reset)
            await ResetAsync(cancellationToken);
        _commands.ResetWrittenCount();
        EnvelopeCommands.WriteMail(_commands, mailFrom, sizeBytes, _features, utf8);
        await _channel.WriteAsync(_commands.WrittenMemory, SmtpStage.Envelope, cancellationToken);
        var mail = Expect2yz(await _channel.ReadReplyAsync(SmtpStage.Envelope, cancellationToken));
        if (!mail.IsPositive)
            return mail;
        _commands.ResetWrittenCount();
        EnvelopeCommands.WriteRecipient(_commands, rcptTo, _features);
        await _channel.WriteAsync(_commands.WrittenMemory, SmtpStage.Envelope, cancellationToken);
        return Expect2yz(await _channel.ReadReplyAsync(SmtpStage.Envelope, cancellationToken));
    }

    private async Task ReadResetAsync(CancellationToken cancellationToken)
    {
        var reply = await _channel.ReadReplyAsync(SmtpStage.Reset, cancellationToken);
        if (reply.Code == 250)
            return;
        _channel.Close();
        throw new SmtpConnectionException($"The server answered RSET with {reply}; reconnect.");
    }

    // From the first octet of the message to the final reply: the only place where a message can come into doubt.
    private async Task<SmtpReply> HandOverAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_features.Chunking ? message.Length + 32 : DotStuffing.Measure(message.Span));
        try
        {
            var length = _features.Chunking ? WriteChunk(message.Span, buffer) : DotStuffing.Write(message.Span, buffer);
            await _channel.WriteAsync(buffer.AsMemory(0, length), SmtpStage.Body, cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw InDoubt(e);
        }
        catch (SmtpConnectionException e) when (e.InnerException is OperationCanceledException)
        {
            throw InDoubt(e);
        }
        finally
        {
            // A write that failed handed over less than the last TLS record, so the server cannot have read the final dot:
            // that stays an SmtpConnectionException.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        try
        {
            var reply = await _channel.ReadReplyAsync(SmtpStage.FinalReply, cancellationToken);
            return reply.Code / 100 == 3 ? throw OutOfStep() : reply;
        }
        catch (Exception e) when (e is SmtpConnectionException or OperationCanceledException)
        {
            throw InDoubt(e);
        }
    }

    private static int WriteChunk(ReadOnlySpan<byte> message, Span<byte> to)
    {
        var head = Encoding.ASCII.GetBytes($"BDAT {message.Length} LAST\r\n", to);
        message.CopyTo(to[head..]);
        return head + message.Length;
    }

    private static NoFinalReplyException InDoubt(Exception e) =>
        new("The message was handed over and the connection ended without a final reply; it is in doubt and must not be resent on its own.", e);

    private SmtpReply Expect2yz(SmtpReply reply) => reply.Code / 100 == 3 ? throw OutOfStep() : reply;

    // A reply before its command: the server is broken or hostile, and each later reply would answer the wrong command.
    private void RefuseUnasked()
    {
        if (_channel.HasBufferedBytes)
            throw OutOfStep();
    }

    private SmtpConnectionException OutOfStep()
    {
        _channel.Close();
        return new SmtpConnectionException("The server sent a reply that no command asked for; reconnect.");
    }
}
