using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Sealpost.Delivery;

/// <summary>One SMTP connection under verified TLS, used for many messages, one recipient each. Not thread-safe.</summary>
/// <remarks>
/// <para>
/// Per message: <see cref="EnvelopeAsync"/>, then <see cref="DataAsync(ReadOnlyMemory{byte}, Envelope?, CancellationToken)"/> or <see cref="ResetAsync"/>. A 4yz or 5yz reply leaves the
/// session usable; whatever the server needs before the next envelope (RSET) is sent by itself. After a 421, an exception
/// or a cancellation <see cref="IsOpen"/> is false: dispose it and connect anew.
/// </para>
/// <para>
/// The message goes by BDAT in one write where the server offers CHUNKING (RFC 3030), else by DATA. "The final dot" below means the last
/// octet of either. The next message's envelope may go in the same write (RFC 2920 §3.1): then a message takes one round trip.
/// </para>
/// </remarks>
public sealed class SmtpSession : IAsyncDisposable
{
    // RFC 8446 §5.1: a record carries at most this much; a write is cut into records of this size from its start.
    private const int TlsRecord = 16_384;
    private const int LongestChunkHead = 32;
    private const int LongestEnvelope = 1_024;

    private static readonly byte[] DataCommand = "DATA\r\n"u8.ToArray();
    private static readonly byte[] QuitCommand = "QUIT\r\n"u8.ToArray();

    private readonly SmtpChannel _channel;
    private readonly SmtpFeatures _features;
    private readonly EnvelopeExchange _exchange;
    private bool _inTransaction;
    private bool _needsReset;

    // The envelope whose commands went behind a message and whose replies are still to come.
    private Envelope? _ahead;
    private bool _aheadCounts;

    internal SmtpSession(SmtpChannel channel, SmtpFeatures features, TransportObservation observed)
    {
        _channel = channel;
        _features = features with { RequireTls = features.RequireTls && observed.RequireTls };
        _exchange = new EnvelopeExchange(channel, _features);
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
        var envelope = new Envelope(mailFrom, rcptTo, sizeBytes);
        envelope.Check();
        if (_exchange.NotRepresentable(envelope) is { } refusal)
            return refusal;
        var reply = await AheadAsync(envelope, cancellationToken) ?? await _exchange.RunAsync(_needsReset || _inTransaction, envelope, cancellationToken);
        _inTransaction = reply.IsPositive;
        _needsReset = !reply.IsPositive;
        return reply;
    }

    /// <summary>The message. Call only once the intent is durable, after a positive <see cref="EnvelopeAsync"/>.</summary>
    /// <param name="message">CRLF lines without dot-stuffing, as <see cref="SignedMessage.Bytes"/>.</param>
    /// <param name="next">
    /// Envelope of the next message, to go in the same write where the server offers PIPELINING; null: none. <see cref="EnvelopeAsync"/> with the
    /// same words then reads the replies; with other words it begins anew. It says nothing of the next DATA, which waits for its own intent.
    /// </param>
    /// <param name="cancellationToken">Cancelling closes the session: <see cref="OperationCanceledException"/> before the final dot, <see cref="NoFinalReplyException"/> after.</param>
    /// <exception cref="SmtpConnectionException">Failed before the final dot: the message was certainly not taken; reconnect and retry.</exception>
    /// <exception cref="NoFinalReplyException">In doubt: the final dot went or may have gone, and no reply came. Never resend on your own.</exception>
    /// <exception cref="InvalidOperationException">No envelope was accepted before.</exception>
    /// <exception cref="ArgumentException">A bare CR or LF, a line over 998 octets, or no CRLF at the end.</exception>
    public async Task<SmtpReply> DataAsync(ReadOnlyMemory<byte> message, Envelope? next, CancellationToken cancellationToken)
    {
        if (!_inTransaction)
            throw new InvalidOperationException("DATA needs an accepted envelope; call EnvelopeAsync first.");
        DotStuffing.Check(message.Span);
        _channel.RefuseUnasked();
        _inTransaction = false;
        _needsReset = true;
        if (!_features.Chunking)
        {
            await _channel.WriteAsync(DataCommand, SmtpStage.Data, cancellationToken);
            var go = await _channel.ReadReplyAsync(SmtpStage.Data, cancellationToken);
            if (!go.IsPositive)
                return go;
            if (go.Code != 354)
                throw _channel.OutOfStep();
        }

        var final = await HandOverAsync(message, next, cancellationToken);
        // RFC 5321 §4.1.1.4: after the final dot the buffers are cleared, whatever the reply; RFC 3030 §2 asks for RSET after a failed BDAT.
        _needsReset = _features.Chunking && !final.IsPositive;
        // What a server says behind a message that it refused may still answer the refusal; after 421 it says nothing more.
        _aheadCounts = final.IsPositive;
        if (!IsOpen)
            _ahead = null;
        return final;
    }

    /// <summary>The message alone.</summary>
    /// <inheritdoc cref="DataAsync(ReadOnlyMemory{byte}, Envelope?, CancellationToken)"/>
    public Task<SmtpReply> DataAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => DataAsync(message, null, cancellationToken);

    /// <summary>RSET: drops an envelope whose message must not be sent. Zero bytes of DATA have gone.</summary>
    /// <exception cref="SmtpConnectionException">Reconnect; the message was not taken.</exception>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await SkipAheadAsync(SmtpStage.Envelope, cancellationToken);
        await _exchange.ResetAsync(cancellationToken);
        _inTransaction = _needsReset = false;
    }

    /// <summary>QUIT and close; never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await SkipAheadAsync(SmtpStage.Quit, CancellationToken.None);
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

    // The reply to an envelope that went ahead; null where it has to be sent, or sent again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpReply?> AheadAsync(Envelope envelope, CancellationToken cancellationToken)
    {
        if (_ahead is null)
            return null;
        var counts = _aheadCounts && _ahead == envelope;
        _ahead = null;
        var reply = await _exchange.ReadAsync(SmtpStage.Envelope, cancellationToken);
        _needsReset |= !counts;
        return counts ? reply : null;
    }

    private async Task SkipAheadAsync(SmtpStage stage, CancellationToken cancellationToken)
    {
        if (_ahead is null || !IsOpen)
            return;
        _ahead = null;
        _ = await _exchange.ReadAsync(stage, cancellationToken);
        _needsReset = true;
    }

    // From the first octet of the message to the final reply: the only place where a message can come into doubt.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpReply> HandOverAsync(ReadOnlyMemory<byte> message, Envelope? next, CancellationToken cancellationToken)
    {
        var length = 0;
        var buffer = ArrayPool<byte>.Shared.Rent((_features.Chunking ? message.Length + LongestChunkHead : DotStuffing.Measure(message.Span)) + LongestEnvelope);
        try
        {
            length = _features.Chunking ? WriteChunk(message.Span, buffer) : DotStuffing.Write(message.Span, buffer);
            length += WriteAhead(next, length, buffer);
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
            // A write that failed handed over less than the last TLS record, so the server cannot have read the final dot in it:
            // that stays an SmtpConnectionException.
            buffer.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }

        try
        {
            var reply = await _channel.ReadReplyAsync(SmtpStage.FinalReply, cancellationToken);
            return reply.Code / 100 == 3 ? throw _channel.OutOfStep() : reply;
        }
        catch (Exception e) when (e is SmtpConnectionException or OperationCanceledException)
        {
            throw InDoubt(e);
        }
    }

    // Behind a message of that length, in the TLS record that holds the final dot or not at all: else a write that fails could have handed the dot over.
    private int WriteAhead(Envelope? next, int length, Span<byte> to)
    {
        var commands = _exchange.Ahead(next);
        if (commands.IsEmpty || commands.Length > to.Length - length || (length - 1) / TlsRecord != (length + commands.Length - 1) / TlsRecord)
            return 0;
        commands.CopyTo(to[length..]);
        _ahead = next;
        return commands.Length;
    }

    private static int WriteChunk(ReadOnlySpan<byte> message, Span<byte> to)
    {
        _ = Utf8.TryWrite(to, CultureInfo.InvariantCulture, $"BDAT {message.Length} LAST\r\n", out var head);
        message.CopyTo(to[head..]);
        return head + message.Length;
    }

    private static NoFinalReplyException InDoubt(Exception e) =>
        new("The message was handed over and the connection ended without a final reply; it is in doubt and must not be resent on its own.", e);
}
