using System.Security.Cryptography;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Pacing;

namespace Sealpost.Campaigns.Destinations;

/// <summary>One connection's right to send to a host: a place among its connections and some messages, asked for anew every second or so.</summary>
internal sealed class LaneTurn(DestinationPaces paces, TimeProvider time, bool isUrgent)
{
    private const int AtOnce = 64;

    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection stands idle for its rate: less than hosts let it (RFC 5321 §4.5.3.2.7), more than a handshake costs.</summary>
    private static readonly TimeSpan WaitOnLine = TimeSpan.FromSeconds(15);

    private readonly long _holder = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    private int? _host;
    private int _credit;
    private int _accepted;
    private DateTimeOffset _until;

    /// <summary>Connections that the host may have, as it was said last.</summary>
    public int Connections { get; private set; } = 1;

    /// <summary>The host it has a place at; null: none.</summary>
    public int? Host => _host;

    /// <summary>Whether messages of a purpose go before others: what a patient waits for today.</summary>
    public static bool IsUrgent(Purpose purpose) => purpose == Purpose.AdminPayment;

    /// <summary>Takes the right to one message, and waits for it where that is soon. Else says when to ask again; the place is given back.</summary>
    public async Task<DateTimeOffset?> TakeAsync(int host, CancellationToken cancellationToken)
    {
        if (TryTake(host))
            return null;
        if (_host is not null && _host != host)
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var answer = await AskAsync(host, AtOnce, PaceNews.None, "", cancellationToken).ConfigureAwait(false);
            var now = time.GetUtcNow();
            if (answer.Messages > 0)
            {
                (_host, _credit, _until) = (host, answer.Messages - 1, now + AskEvery);
                return null;
            }

            var again = DateTimeOffset.FromUnixTimeMilliseconds(answer.AskAgainAt);
            _host = answer.KeepsPlace ? host : null;
            if (!answer.KeepsPlace || again - now > WaitOnLine)
            {
                await ReleaseAsync(cancellationToken).ConfigureAwait(false);
                return again;
            }

            await Task.Delay(again > now ? again - now : TimeSpan.FromMilliseconds(1), time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the right to one message where it was granted already.</summary>
    public bool TryTake(int host)
    {
        if (_host != host || _credit == 0 || time.GetUtcNow() >= _until)
            return false;
        _credit--;
        return true;
    }

    /// <summary>The message taken was not sent: another may go in its place.</summary>
    public void PutBack()
    {
        if (_host is not null)
            _credit++;
    }

    /// <summary>A message was accepted.</summary>
    public void Accepted() => _accepted++;

    /// <summary>Tells what else was seen; asks anew before the next message.</summary>
    public async Task TellAsync(int host, PaceNews news, string reply, CancellationToken cancellationToken)
    {
        _credit = 0;
        var answer = await AskAsync(host, 0, news, reply, cancellationToken).ConfigureAwait(false);
        Connections = answer.Connections;
        _host = null;
    }

    /// <summary>Gives the place back.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (_host is { } host)
            await AskAsync(host, 0, PaceNews.None, "", cancellationToken).ConfigureAwait(false);
        (_host, _credit) = (null, 0);
    }

    /// <summary>What a reply says of the pace. A message's first 450 or 451 with 4.7.1 is greylisting (RFC 6647): it minds the message being new, not the pace.</summary>
    public static bool IsThrottled(SmtpReply reply, int earlierTries) =>
        ReplyClasses.Of(reply) == ReplyClass.Throttled && !(earlierTries == 0 && reply is { Code: 450 or 451, EnhancedStatusCode: "4.7.1" });

    private async Task<PaceAnswer> AskAsync(int host, int wish, PaceNews news, string reply, CancellationToken cancellationToken)
    {
        var question = new PaceQuestion { Holder = _holder, Wish = wish, IsUrgent = isUrgent, Accepted = Interlocked.Exchange(ref _accepted, 0), News = news, Reply = reply };
        var answer = await paces.AskAsync(host, question, cancellationToken).ConfigureAwait(false);
        Connections = answer.Connections;
        return answer;
    }
}
