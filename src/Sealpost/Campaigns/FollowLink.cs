using System.Collections.Concurrent;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns;

/// <summary>How a link was asked for. Used to tell people from machines and then dropped: neither address nor program of the reader is kept.</summary>
/// <param name="IsHead">HEAD, or another method that shows nothing to a person.</param>
/// <param name="IsPrefetch">The browser says that nobody looks yet.</param>
/// <param name="Program">User-Agent; empty where there is none.</param>
public readonly record struct LinkRequest(bool IsHead, bool IsPrefetch, string Program);

/// <summary>Counts that a link was followed and says where it leads. The count is written before the reader is led on.</summary>
/// <remarks>
/// Counted apart as machines: HEAD, prefetch, programs that name themselves as scanners or name nothing, whatever comes within seconds of
/// the acceptance, and several links of one message at once. A count proves neither reading nor wish; nothing clinical may hang on it.
/// </remarks>
public sealed class FollowLink
{
    private static readonly TimeSpan TooSoon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Remember = TimeSpan.FromMinutes(1);

    private static readonly string[] Machines =
    [
        "bot", "crawl", "spider", "scan", "preview", "headless", "phantom", "curl", "wget", "python", "java/", "go-http", "libwww", "okhttp", "axios", "node-fetch",
        "barracuda", "proofpoint", "mimecast", "safelinks", "symantec", "messagelabs", "fireeye", "trendmicro", "sophos", "checkpoint", "fortigate", "urldefense", "slackbot", "whatsapp", "facebookexternalhit",
    ];

    private readonly OrganisationContext _context;
    private readonly Patients.PatientsChanged _refresh;
    private readonly ConcurrentDictionary<(long Campaign, int Patient), List<(int Number, DateTimeOffset At)>> _recent = new();

    /// <summary>Creates it.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="refresh">Lets audiences see it (<c>campaign NAME clicked</c>).</param>
    public FollowLink(OrganisationContext context, Patients.PatientsChanged refresh) => (_context, _refresh) = (context, refresh);

    private int Org => _context.Organisation.Id.Value;

    /// <summary>Where the link leads: a page of the organisation's own hosts. Null for a token that is not ours, or that has expired.</summary>
    public async Task<Uri?> RunAsync(string token, LinkRequest request, CancellationToken cancellationToken)
    {
        if (CountedLinks.HashOf(token) is not { } hash || await LinkRows.FindAsync(_context, hash, cancellationToken).ConfigureAwait(false) is not { } link)
            return null;

        // Own hosts were checked when the message was made; the organisation may have moved since.
        if (!Uri.TryCreate(link.Url, UriKind.Absolute, out var url) || !CampaignHosts.Of(_context.Organisation).Contains(url.IdnHost))
            return null;
        var now = _context.Time.GetUtcNow();
        var earlier = Recent(link, now);
        var machine = LooksLikeMachine(request) || earlier.Count > 0 || await IsTooSoonAsync(link, now, cancellationToken).ConfigureAwait(false);
        await _context.Database.WriteAsync(
            async (transaction, writing) =>
            {
                // The links asked for a moment ago were no person's either.
                foreach (var number in earlier)
                {
                    await Sql.ExecuteAsync(
                        transaction,
                        "UPDATE click SET people = people - 1, machines = machines + 1 WHERE org = @org AND campaign = @campaign AND patient = @patient AND number = @number AND people > 0",
                        [("@org", Org), ("@campaign", link.Campaign), ("@patient", link.Patient.Value), ("@number", number)],
                        writing).ConfigureAwait(false);
                }

                return await Sql.ExecuteAsync(
                    transaction,
                    """
                    INSERT INTO click (org, campaign, patient, number, people, machines, first_at) VALUES (@org, @campaign, @patient, @number, @people, @machines, @hour)
                    ON CONFLICT (org, campaign, patient, number) DO UPDATE SET people = click.people + excluded.people, machines = click.machines + excluded.machines
                    """,
                    [
                        ("@org", Org), ("@campaign", link.Campaign), ("@patient", link.Patient.Value), ("@number", link.Number), ("@people", machine ? 0 : 1), ("@machines", machine ? 1 : 0),
                        ("@hour", Sql.Stored(now) / 3_600_000 * 3_600_000),
                    ],
                    writing).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        await _refresh([link.Patient], cancellationToken).ConfigureAwait(false);
        return url;
    }

    private static bool LooksLikeMachine(LinkRequest request) =>
        request.IsHead || request.IsPrefetch || request.Program.Length == 0 || Machines.Any(word => request.Program.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Other links of the same message asked for just before.</summary>
    private List<int> Recent(FoundLink link, DateTimeOffset now)
    {
        foreach (var (key, times) in _recent)
        {
            lock (times)
            {
                if (times.Count == 0 || now - times[^1].At > Remember)
                    _recent.TryRemove(key, out _);
            }
        }

        var mine = _recent.GetOrAdd((link.Campaign, link.Patient.Value), static _ => []);
        lock (mine)
        {
            var earlier = mine.Where(one => one.Number != link.Number && now - one.At <= AtOnce).Select(one => one.Number).Distinct().ToList();
            mine.Add((link.Number, now));
            return earlier;
        }
    }

    private async Task<bool> IsTooSoonAsync(FoundLink link, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await _context.Database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        await using var command = Sql.Command(
            connection,
            "SELECT changed_at FROM delivery WHERE org = @org AND campaign = @campaign AND patient = @patient AND state = @accepted",
            ("@org", Org), ("@campaign", link.Campaign), ("@patient", link.Patient.Value), ("@accepted", (int)Outcome.Accepted));

        // No acceptance yet: whoever asks has the message before the host has said that it took it.
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not long at || now - Sql.Instant(at) < TooSoon;
    }
}
