using System.Globalization;
using System.Text;

namespace Sealpost.Delivery.Returns;

/// <summary>One LMTP conversation. RFC 2033, RFC 5321.</summary>
internal sealed class LmtpSession
{
    private const int MostRecipients = 100;
    private const int MostFaults = 20;

    private readonly Stream _stream;
    private readonly LmtpRules _rules;
    private readonly LmtpInput _input;
    private readonly List<string> _recipients = [];
    private bool _greeted;
    private bool _hasSender;
    private int _faults;

    public LmtpSession(Stream stream, LmtpRules rules)
    {
        (_stream, _rules) = (stream, rules);
        _input = new LmtpInput(stream, rules);
    }

    /// <summary>Serves the client until it quits.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await SayAsync($"220 {_rules.HostName} LMTP Sealpost", cancellationToken).ConfigureAwait(false);
        while (_faults < MostFaults && await _input.CommandAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            var (verb, rest) = line.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? (line[..space], line[(space + 1)..]) : (line, "");
            if (verb.Equals("QUIT", StringComparison.OrdinalIgnoreCase))
            {
                await SayAsync("221 2.0.0 Bye", cancellationToken).ConfigureAwait(false);
                return;
            }

            await ObeyAsync(verb.ToUpperInvariant(), rest, cancellationToken).ConfigureAwait(false);
        }
    }

    private Task ObeyAsync(string verb, string rest, CancellationToken cancellationToken) => verb switch
    {
        "LHLO" => GreetAsync(rest, cancellationToken),
        "MAIL" => MailAsync(rest, cancellationToken),
        "RCPT" => RecipientAsync(rest, cancellationToken),
        "DATA" => DataAsync(cancellationToken),
        "RSET" => ResetAsync(cancellationToken),
        "NOOP" => SayAsync("250 2.0.0 Ok", cancellationToken),
        "VRFY" => SayAsync("252 2.5.0 Not told; give it to RCPT", cancellationToken),
        // RFC 2033 §4.1: HELO and EHLO must not be taken for LHLO.
        _ => FaultAsync("500 5.5.1 No such command here; this is LMTP", cancellationToken),
    };

    private Task GreetAsync(string rest, CancellationToken cancellationToken)
    {
        if (rest.Trim().Length == 0)
            return FaultAsync("501 5.5.4 LHLO needs a name", cancellationToken);
        _greeted = true;
        Forget();
        return SayAsync(
            string.Create(CultureInfo.InvariantCulture, $"250-{_rules.HostName}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {_rules.LargestBytes}"), cancellationToken);
    }

    private Task MailAsync(string rest, CancellationToken cancellationToken)
    {
        if (!_greeted || _hasSender)
            return FaultAsync("503 5.5.1 Not now", cancellationToken);
        if (Path(rest, "FROM:", out var parameters) is null)
            return FaultAsync("501 5.5.4 Write MAIL FROM:<path>", cancellationToken);
        foreach (var parameter in parameters)
        {
            // RFC 1870 §6.1: refused before it travels.
            if (parameter.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase) && (!long.TryParse(parameter.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size > _rules.LargestBytes))
                return SayAsync("552 5.3.4 Larger than what is taken here", cancellationToken);
        }

        _hasSender = true;
        return SayAsync("250 2.1.0 Ok", cancellationToken);
    }

    private async Task RecipientAsync(string rest, CancellationToken cancellationToken)
    {
        if (!_hasSender)
            await FaultAsync("503 5.5.1 MAIL comes first", cancellationToken).ConfigureAwait(false);
        else if (Path(rest, "TO:", out _) is not { Length: > 0 } recipient)
            await FaultAsync("501 5.5.4 Write RCPT TO:<path>", cancellationToken).ConfigureAwait(false);
        else if (_recipients.Count >= MostRecipients)
            await SayAsync("452 4.5.3 Too many recipients at once", cancellationToken).ConfigureAwait(false);
        else if (await TryAsync(() => _rules.AcceptsAsync(recipient, cancellationToken), cancellationToken).ConfigureAwait(false) is not { } accepted)
            await SayAsync("451 4.3.0 Not now; try again", cancellationToken).ConfigureAwait(false);
        else if (!accepted)
            await SayAsync("550 5.1.1 We never wrote by this address", cancellationToken).ConfigureAwait(false);
        else
        {
            _recipients.Add(recipient);
            await SayAsync("250 2.1.5 Ok", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DataAsync(CancellationToken cancellationToken)
    {
        // RFC 2033 §4.2: 503 where no recipient was taken.
        if (_recipients.Count == 0)
        {
            await FaultAsync("503 5.5.1 No recipient", cancellationToken).ConfigureAwait(false);
            return;
        }

        await SayAsync("354 Go on; end with a dot", cancellationToken).ConfigureAwait(false);
        var mail = await _input.DataAsync(cancellationToken).ConfigureAwait(false);
        foreach (var recipient in _recipients)
        {
            var reply = mail is null ? "552 5.3.4 Too large"
                : await TryAsync(() => _rules.TakeAsync(new IncomingMail(mail, [recipient], ReturnWay.Lmtp), cancellationToken), cancellationToken).ConfigureAwait(false) switch
                {
                    true => "250 2.0.0 Taken",
                    false => "550 5.7.1 Not taken: nobody reads such mail here; please telephone",
                    null => "451 4.3.0 Not taken; try again",
                };
            await SayAsync(reply, cancellationToken).ConfigureAwait(false);
        }

        Forget();
    }

    /// <summary>Null where it failed: whatever the reason, the mail server keeps the mail and gives it again.</summary>
    private static async Task<bool?> TryAsync(Func<Task<bool>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (OutOfMemoryException or OperationCanceledException) || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private Task ResetAsync(CancellationToken cancellationToken)
    {
        Forget();
        return SayAsync("250 2.0.0 Ok", cancellationToken);
    }

    private void Forget()
    {
        _hasSender = false;
        _recipients.Clear();
    }

    private Task FaultAsync(string reply, CancellationToken cancellationToken)
    {
        _faults++;
        return SayAsync(reply, cancellationToken);
    }

    private Task SayAsync(string reply, CancellationToken cancellationToken) => _stream.WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), cancellationToken).AsTask();

    /// <summary>The mailbox between angle brackets, empty for the null path; null where the syntax is wrong.</summary>
    private static string? Path(string rest, string keyword, out IReadOnlyList<string> parameters)
    {
        parameters = [];
        if (!rest.StartsWith(keyword, StringComparison.OrdinalIgnoreCase))
            return null;
        var path = rest[keyword.Length..].TrimStart();
        var end = path.LastIndexOf('>');
        if (end < 1 || path[0] != '<')
            return null;
        parameters = path[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return path[1..end];
    }
}
