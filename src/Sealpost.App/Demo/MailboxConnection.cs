using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;

namespace Sealpost.App.Demo;

/// <summary>One sender's connection to the built-in mailbox. RFC 5321, 3207, 3030, 1870, 3461 as far as a sender needs them.</summary>
internal sealed class MailboxConnection
{
    private readonly MailboxOptions _options;
    private readonly MailboxStore _store;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly TimeProvider _time;
    private readonly MailboxReader _in;
    private Stream _stream;
    private string? _mailFrom;
    private string? _recipient;

    public MailboxConnection(Stream stream, SslStreamCertificateContext? certificate, MailboxStore store, MailboxOptions options, TimeProvider time)
    {
        _stream = stream;
        _in = new MailboxReader { Stream = stream };
        _certificate = certificate;
        _store = store;
        _options = options;
        _time = time;
    }

    private SslStream? Tls => _stream as SslStream;

    /// <summary>Speaks until QUIT, the end of the connection, or an error of the peer.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReplyAsync("220 mailbox.sealpost.test ESMTP built-in mailbox", cancellationToken);
            while (await _in.ReadLineAsync(cancellationToken) is { } line)
            {
                if (!await ObeyAsync(line, cancellationToken))
                    break;
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
        {
            // The sender went away or refused our certificate; both are what tests are after.
        }
        finally
        {
            await _stream.DisposeAsync();
        }
    }

    private async Task<bool> ObeyAsync(string line, CancellationToken cancellationToken)
    {
        var verb = line.Split(' ', 2)[0].ToUpperInvariant();
        switch (verb)
        {
            case "EHLO" or "HELO":
                _mailFrom = _recipient = null;
                await ReplyAsync(verb == "EHLO" ? Greeting() : "250 mailbox.sealpost.test", cancellationToken);
                return true;
            case "STARTTLS" when _certificate is not null && Tls is null:
                return await StartTlsAsync(cancellationToken);
            case "MAIL":
                await MailAsync(line, cancellationToken);
                return true;
            case "RCPT":
                await RecipientAsync(line, cancellationToken);
                return true;
            case "DATA":
                return await DataAsync(cancellationToken);
            case "BDAT" when _options.Chunking:
                return await ChunkAsync(line, cancellationToken);
            case "RSET":
                _mailFrom = _recipient = null;
                await ReplyAsync("250 2.0.0 OK", cancellationToken);
                return true;
            case "NOOP":
                await ReplyAsync("250 2.0.0 OK", cancellationToken);
                return true;
            case "QUIT":
                await ReplyAsync("221 2.0.0 Bye", cancellationToken);
                return false;
            default:
                await ReplyAsync("502 5.5.1 Unknown command", cancellationToken);
                return true;
        }
    }

    private string Greeting()
    {
        var offers = new List<string> { "mailbox.sealpost.test", "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", $"SIZE {_options.MaxMessageBytes}" };
        if (_certificate is not null && Tls is null)
            offers.Add("STARTTLS");
        if (_options.Pipelining)
            offers.Add("PIPELINING");
        if (_options.Chunking)
            offers.Add("CHUNKING");
        if (_options.SmtpUtf8)
            offers.Add("SMTPUTF8");
        return string.Join("\r\n", offers.Select((offer, i) => $"250{(i == offers.Count - 1 ? ' ' : '-')}{offer}"));
    }

    private async Task<bool> StartTlsAsync(CancellationToken cancellationToken)
    {
        if (_in.HasBuffered) // RFC 3207 §4.2
            return false;
        await ReplyAsync("220 2.0.0 Ready", cancellationToken);
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _certificate,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            },
            cancellationToken);
        _in.Stream = tls;
        _mailFrom = _recipient = null;
        return true;
    }

    private async Task MailAsync(string line, CancellationToken cancellationToken)
    {
        if (_certificate is not null && Tls is null)
        {
            await ReplyAsync("530 5.7.0 Must issue a STARTTLS command first", cancellationToken);
        }
        else if (_mailFrom is not null)
        {
            await ReplyAsync("503 5.5.1 Nested MAIL", cancellationToken);
        }
        else if (SizeOf(line) > _options.MaxMessageBytes)
        {
            await ReplyAsync("552 5.3.4 Too large", cancellationToken);
        }
        else
        {
            _mailFrom = PathOf(line);
            await ReplyAsync("250 2.1.0 OK", cancellationToken);
        }
    }

    private async Task RecipientAsync(string line, CancellationToken cancellationToken)
    {
        if (_mailFrom is null)
        {
            await ReplyAsync("503 5.5.1 MAIL first", cancellationToken);
            return;
        }

        var recipient = PathOf(line);
        await HoldAsync(MailboxStage.BeforeRecipientReply, recipient, cancellationToken);
        var reply = Misbehaves(recipient, "550") ? $"550 5.1.1 <{recipient}>: no such mailbox here"
            : Misbehaves(recipient, "full") ? "452 4.2.2 Mailbox full"
            : Misbehaves(recipient, "temperror") && _store.CountTry(recipient) <= _options.TemporaryErrors ? $"451 4.3.0 <{recipient}>: try again later"
            : _options.Refuse?.Invoke(MailboxStage.BeforeRecipientReply, recipient) ?? "250 2.1.5 OK";
        if (reply[0] == '2')
            _recipient = recipient;
        await ReplyAsync(reply, cancellationToken);
    }

    private async Task<bool> DataAsync(CancellationToken cancellationToken)
    {
        if (_recipient is not { } recipient)
        {
            await ReplyAsync("503 5.5.1 RCPT first", cancellationToken);
            return true;
        }

        await HoldAsync(MailboxStage.BeforeData, recipient, cancellationToken);
        await ReplyAsync("354 Go ahead", cancellationToken);
        var body = await _in.ReadDataAsync(_options.MaxMessageBytes, count => _store.CountBody(recipient, count), cancellationToken);
        return body is not null && await TakeAsync(recipient, body, cancellationToken);
    }

    private async Task<bool> ChunkAsync(string line, CancellationToken cancellationToken)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > _options.MaxMessageBytes)
            return false;
        var recipient = _recipient;
        var body = await _in.ReadChunkAsync(length, count => _store.CountBody(recipient ?? "", count), cancellationToken);
        if (body is null)
            return false;
        if (recipient is not null)
            return await TakeAsync(recipient, body, cancellationToken);
        await ReplyAsync("503 5.5.1 RCPT first", cancellationToken);
        return true;
    }

    private async Task<bool> TakeAsync(string recipient, byte[] body, CancellationToken cancellationToken)
    {
        if (_options.Refuse?.Invoke(MailboxStage.BeforeFinalReply, recipient) is { } refusal)
        {
            _mailFrom = _recipient = null;
            await ReplyAsync(refusal, cancellationToken);
            return true;
        }

        _store.Add(new MailboxMessage(recipient, _mailFrom!, Tls?.SslProtocol.ToString(), body, _time.GetUtcNow()));
        _mailFrom = _recipient = null;
        if (_options.EveryMessageTakes > TimeSpan.Zero)
            await Task.Delay(_options.EveryMessageTakes, _time, cancellationToken);
        await HoldAsync(MailboxStage.BeforeFinalReply, recipient, cancellationToken);
        if (Misbehaves(recipient, "drop"))
            return false;
        await ReplyAsync("250 2.0.0 Taken", cancellationToken);
        return true;
    }

    private async Task HoldAsync(MailboxStage stage, string recipient, CancellationToken cancellationToken)
    {
        if (Misbehaves(recipient, "slow"))
            await Task.Delay(_options.SlowBy, _time, cancellationToken);
        if (_options.Hold is { } hold)
            await hold(stage, recipient, cancellationToken);
    }

    private async Task ReplyAsync(string reply, CancellationToken cancellationToken) =>
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"), cancellationToken);

    // temperror@, temperror.7@ and temperror+x@ all misbehave.
    private static bool Misbehaves(string recipient, string how) =>
        recipient.StartsWith(how, StringComparison.OrdinalIgnoreCase) && recipient.Length > how.Length && recipient[how.Length] is '@' or '.' or '+' or '-';

    private static string PathOf(string line)
    {
        var start = line.IndexOf('<', StringComparison.Ordinal) + 1;
        var end = line.IndexOf('>', start);
        return start > 0 && end >= start ? line[start..end] : "";
    }

    private static long SizeOf(string line)
    {
        var at = line.IndexOf(" SIZE=", StringComparison.OrdinalIgnoreCase);
        return at >= 0 && long.TryParse(line[(at + 6)..].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0;
    }
}
