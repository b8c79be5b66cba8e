using System.Globalization;
using Sealpost.Delivery;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.Domains;
using Sealpost.Organisations;
using TlsReport = Sealpost.Delivery.DomainReports.DomainReport.Tls;

namespace Sealpost.Campaigns.TlsReports;

/// <summary>How reports leave.</summary>
/// <param name="Connect">Mail hosts; its own sessions are not counted.</param>
/// <param name="Dns">Asks domains where they want reports.</param>
/// <param name="Pages">Posts to HTTPS addresses.</param>
/// <param name="Keys">Keys of the sender domain.</param>
/// <param name="Name">Neutral name of the organisation.</param>
internal sealed record ReportWays(ConnectDestination Connect, AskDns Dns, HttpsPages Pages, DkimKeys Keys, string Name) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Pages.Dispose();
}

/// <summary>Tells domains once a day how TLS to their mail hosts went, where they ask for it. RFC 8460.</summary>
/// <param name="context">The organisation.</param>
/// <param name="tally">What was counted since the last run.</param>
/// <param name="ways">How reports leave; asked on each run, since settings change.</param>
internal sealed class SendTlsReports(OrganisationContext context, TlsTally tally, Func<ReportWays> ways)
{
    /// <summary>
    /// Patients below which a domain gets no report: a report tells whoever reads it that the organisation wrote to somebody there, and at a family's own
    /// domain that somebody is known. 45 CFR 164.502(b).
    /// </summary>
    public const int LeastPatients = 11;

    private const int AtOnce = 200;

    /// <summary>§4.1: spread over hours, so that not all the world reports at midnight.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromHours(4);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromHours(1);

    /// <summary>§5.5: for a day, then it is given up.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    private readonly TallyRows _rows = new(context);

    /// <summary>Writes down what was counted.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var counted = tally.Take();
        if (counted.Count == 0)
            return;
        try
        {
            await _rows.AddAsync(counted, DueAt, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            tally.Return(counted);
            throw;
        }
    }

    /// <summary>Sends what is due. Returns how many reports went.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var due = await _rows.DueAsync(AtOnce, cancellationToken).ConfigureAwait(false);
        if (due.Count == 0)
            return 0;
        using var via = ways();
        var asked = new List<(DomainDay Report, IReadOnlyList<Uri> Targets)>();
        foreach (var report in due)
        {
            var answer = await via.Dns.TextAsync(ReportTargets.RecordOf(report.Domain), cancellationToken).ConfigureAwait(false);
            var targets = ReportTargets.Of(answer.Values);
            if (answer.Failed)
                await FailedAsync(report, cancellationToken).ConfigureAwait(false);
            else if (targets.Count == 0)
                await _rows.SettleAsync([report], TlsReportState.NotAsked, context.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            else
                asked.Add((report, targets));
        }

        var patients = asked.Count == 0 ? null : await _rows.PatientsAsync(cancellationToken).ConfigureAwait(false);
        var sent = 0;
        foreach (var (report, targets) in asked)
        {
            if (patients!.GetValueOrDefault(Convert.ToHexString(report.Index)) < LeastPatients)
                await _rows.SettleAsync([report], TlsReportState.TooFew, context.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            else if (await SendAsync(via, report, targets, cancellationToken).ConfigureAwait(false))
                sent++;
        }

        return sent;
    }

    private async Task<bool> SendAsync(ReportWays via, DomainDay day, IReadOnlyList<Uri> targets, CancellationToken cancellationToken)
    {
        var report = ReportOf(via, day);
        var packed = TlsReportMail.Pack(report);
        var taken = 0;
        foreach (var target in targets)
        {
            if (await DeliverAsync(via, report, packed, day.Domain, target, cancellationToken).ConfigureAwait(false))
                taken++;
        }

        // One address that took it is enough: a second try would give it there twice.
        if (taken == 0)
        {
            await FailedAsync(day, cancellationToken).ConfigureAwait(false);
            return false;
        }

        await _rows.SettleAsync([day], TlsReportState.Sent, context.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> DeliverAsync(ReportWays via, TlsReport report, byte[] packed, string domain, Uri target, CancellationToken cancellationToken)
    {
        try
        {
            if (ReportTargets.MailboxOf(target) is not { } mailbox)
                return (await via.Pages.PostAsync(target, packed, TlsReportMail.MediaType, cancellationToken).ConfigureAwait(false)).Status is >= 200 and < 300;
            using var mail = TlsReportMail.Sign(via.Keys, report, packed, domain, mailbox, context.Time.GetUtcNow());
            // §5.3: by encrypted mail where the host has any, whatever its certificate; a domain with broken TLS is the one that has to hear of it.
            if (await via.Connect.ConnectAsync(mailbox[(mailbox.IndexOf('@', StringComparison.Ordinal) + 1)..], HopNeed.OfReport, cancellationToken).ConfigureAwait(false) is not ConnectResult.Connected connected)
                return false;
            await using var session = connected.Session;
            var reply = await session.EnvelopeAsync("", mailbox, mail.Bytes.Length, cancellationToken).ConfigureAwait(false);
            return reply.IsPositive && (await session.DataAsync(mail.Bytes, cancellationToken).ConfigureAwait(false)).IsPositive;
        }
        catch (Exception exception) when (Unforeseen.Is(exception))
        {
            // A stranger's host, or an address in its record that no mail can be written to: that report is tried again, and the others go on.
            return false;
        }
    }

    private TlsReport ReportOf(ReportWays via, DomainDay day)
    {
        var domain = context.Organisation.Domain;
        var begin = new DateTimeOffset(day.Day, TimeOnly.MinValue, TimeSpan.Zero);
        var number = Convert.ToHexStringLower(context.Keys.BlindIndex("tls-report", $"{day.Day.DayNumber.ToString(CultureInfo.InvariantCulture)}|{day.Domain}").AsSpan(0, 8));
        return new TlsReport
        {
            Reporter = via.Name,
            Contact = "postmaster@" + domain,
            Id = string.Create(CultureInfo.InvariantCulture, $"{day.Day:yyyy-MM-dd}.{number}@{domain}"),
            Begin = begin,
            End = begin.AddDays(1).AddSeconds(-1),
            Policies = day.Policies,
        };
    }

    private Task FailedAsync(DomainDay report, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var isOver = now >= DueAt(report.Day) + GiveUpAfter;
        return _rows.SettleAsync([report], isOver ? TlsReportState.GivenUp : TlsReportState.Waiting, now + RetryAfter, cancellationToken);
    }

    // The same for all of a day's reports, so that they go in one run, and another for each day and organisation.
    private DateTimeOffset DueAt(DateOnly day)
    {
        var hash = context.Keys.BlindIndex("tls-report-time", day.DayNumber.ToString(CultureInfo.InvariantCulture));
        var share = BitConverter.ToUInt16(hash, 0) / 65_536.0;
        return new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero).AddMinutes(15) + (Spread * share);
    }
}
