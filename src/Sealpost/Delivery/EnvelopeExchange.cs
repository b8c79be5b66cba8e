using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sealpost.Delivery;

/// <summary>MAIL and RCPT with their replies, pipelined where offered: alone, after RSET, or behind the message before them. Not thread-safe.</summary>
internal sealed class EnvelopeExchange(SmtpChannel channel, SmtpFeatures features)
{
    private static readonly byte[] RsetCommand = "RSET\r\n"u8.ToArray();

    private readonly ArrayBufferWriter<byte> _commands = new(512);

    /// <summary>Why this hop cannot carry a message; null where it can.</summary>
    public SmtpReply? NotRepresentable(Envelope envelope)
    {
        if (envelope.NeedsSmtpUtf8 && !features.SmtpUtf8)
            return new SmtpReply(553, "5.6.7", "The server does not offer SMTPUTF8, which this address needs.") { IsOurs = true }; // RFC 6531 §3.5
        return features.MaxBytes < envelope.SizeBytes
            ? new SmtpReply(552, "5.3.4", "The message is larger than the server takes.") { IsOurs = true } // RFC 1870 §6.1
            : null;
    }

    /// <summary>Sends the commands and reads the replies; the first one that is not positive, else RCPT's.</summary>
    public async Task<SmtpReply> RunAsync(bool reset, Envelope envelope, CancellationToken cancellationToken)
    {
        channel.RefuseUnasked();
        if (!features.Pipelining)
            return await OneByOneAsync(reset, envelope, cancellationToken);
        _commands.ResetWrittenCount();
        if (reset)
            _commands.Write(RsetCommand);
        Write(envelope);
        await channel.WriteAsync(_commands.WrittenMemory, SmtpStage.Envelope, cancellationToken);
        if (reset)
            await ReadResetAsync(cancellationToken);
        return await ReadAsync(SmtpStage.Envelope, cancellationToken);
    }

    /// <summary>The commands alone, to go behind a message; empty where they may not. Valid until the next call of this object.</summary>
    public ReadOnlySpan<byte> Ahead(Envelope? next)
    {
        // What cannot be sent is refused when its own turn comes, not here.
        if (next is not { } envelope || !features.Pipelining || !envelope.IsSafe || NotRepresentable(envelope) is not null)
            return [];
        _commands.ResetWrittenCount();
        Write(envelope);
        return _commands.WrittenSpan;
    }

    /// <summary>Reads the replies to commands that went.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SmtpReply> ReadAsync(SmtpStage stage, CancellationToken cancellationToken)
    {
        var mail = Expect2yz(await channel.ReadReplyAsync(stage, cancellationToken));
        if (!channel.IsOpen)
            return OfMail(mail);
        // RFC 2920 §3.1: every command has its reply, also those after a refusal.
        var recipient = Expect2yz(await channel.ReadReplyAsync(stage, cancellationToken));
        return mail.IsPositive ? recipient : OfMail(mail);
    }

    private static SmtpReply OfMail(SmtpReply reply) => reply.IsPositive ? reply : reply with { RefusesMail = true };

    /// <summary>RSET.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await channel.WriteAsync(RsetCommand, SmtpStage.Reset, cancellationToken);
        await ReadResetAsync(cancellationToken);
    }

    private async Task<SmtpReply> OneByOneAsync(bool reset, Envelope envelope, CancellationToken cancellationToken)
    {
        if (reset)
            await ResetAsync(cancellationToken);
        _commands.ResetWrittenCount();
        EnvelopeCommands.WriteMail(_commands, envelope, features);
        await channel.WriteAsync(_commands.WrittenMemory, SmtpStage.Envelope, cancellationToken);
        var mail = Expect2yz(await channel.ReadReplyAsync(SmtpStage.Envelope, cancellationToken));
        if (!mail.IsPositive)
            return OfMail(mail);
        _commands.ResetWrittenCount();
        EnvelopeCommands.WriteRecipient(_commands, envelope, features);
        await channel.WriteAsync(_commands.WrittenMemory, SmtpStage.Envelope, cancellationToken);
        return Expect2yz(await channel.ReadReplyAsync(SmtpStage.Envelope, cancellationToken));
    }

    private void Write(Envelope envelope)
    {
        EnvelopeCommands.WriteMail(_commands, envelope, features);
        EnvelopeCommands.WriteRecipient(_commands, envelope, features);
    }

    private async Task ReadResetAsync(CancellationToken cancellationToken)
    {
        var reply = await channel.ReadReplyAsync(SmtpStage.Reset, cancellationToken);
        if (reply.Code == 250)
            return;
        channel.Close();
        throw new SmtpConnectionException($"The server answered RSET with {reply}; reconnect.");
    }

    private SmtpReply Expect2yz(SmtpReply reply) => reply.Code / 100 == 3 ? throw channel.OutOfStep() : reply;
}
