using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.Returns;
using Sealpost.ForPatients;

namespace Sealpost.App.Hosting;

/// <summary>Gives a mail that came back to the organisation it concerns, by whatever door it came.</summary>
internal sealed class ReturnIntake(Installation installation)
{
    /// <summary>Takes a mail; when it returns, the giver may forget it, unless it was <see cref="ReturnDone.Refused"/>.</summary>
    public async Task<ReturnDone> TakeAsync(IncomingMail mail, CancellationToken cancellationToken)
    {
        var read = await ReadReturn.ReadAsync(mail.Bytes, cancellationToken).ConfigureAwait(false);
        var all = await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false);
        if (all.Count == 0)
            throw new RefusedException("This data folder holds no organisation yet. `sealpost init` makes one.");
        var concerned = all.FirstOrDefault(one => TakeReturn.Concerns(one.Context, mail, read));
        if (concerned is null && await ReadDomainReport.RunAsync(mail.Bytes, cancellationToken).ConfigureAwait(false) is { } report && all.FirstOrDefault(one => KeepDomainReport.IsAbout(one.Context, report)) is { } subject)
            return await new KeepDomainReport(subject.Context).TakeAsync(report, cancellationToken).ConfigureAwait(false);
        var addressed = all.FirstOrDefault(one => mail.Recipients.Concat(read.ReturnPaths).Any(address => IsOf(one, address)));
        return read.IsOther
            ? await TakeWordsAsync(all, concerned, addressed, mail, read, cancellationToken).ConfigureAwait(false)
            : await TakeAsync(concerned ?? addressed ?? all[0], mail, read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leaves a mail that could not be read again and again; counted for the first organisation, since nobody knows whose it is.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        if (await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false) is [var first, ..])
            await TakeReturn.CountAsync(first.Context, ReturnDone.LeftUnread, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a mail server may give us mail for an address: one of our domains, and no return path that we never made.</summary>
    public async Task<bool> AcceptsAsync(string recipient, CancellationToken cancellationToken)
    {
        foreach (var organisation in await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!IsOf(organisation, recipient))
                continue;
            var path = ReturnPaths.Of(organisation.Context);
            if (!path.LooksOurs(recipient) || path.Read(recipient) is not null)
                return true;
            await TakeReturn.CountAsync(organisation.Context, ReturnDone.Backscatter, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private static async Task<ReturnDone> TakeAsync(OpenOrganisation organisation, IncomingMail mail, ReturnedMail read, CancellationToken cancellationToken) =>
        await new TakeReturn(organisation.Context, await organisation.SendingAsync(cancellationToken).ConfigureAwait(false)).RunAsync(mail, read, cancellationToken).ConfigureAwait(false);

    /// <summary>Somebody's words: a patient's are kept, all others refused. An author known by the address alone counts for the organisation that was written to, never for another one on this server.</summary>
    private static async Task<ReturnDone> TakeWordsAsync(IReadOnlyList<OpenOrganisation> all, OpenOrganisation? concerned, OpenOrganisation? addressed, IncomingMail mail, ReturnedMail read, CancellationToken cancellationToken)
    {
        var words = await PersonalMail.ReadAsync(mail.Bytes, cancellationToken).ConfigureAwait(false);
        concerned ??= words is null ? null : all.FirstOrDefault(one => TakeMailedReply.Answers(one.Context, words));
        concerned ??= addressed ?? (all.Count == 1 ? all[0] : null);
        if (words is null || concerned is null)
            return await TakeReturn.CountAsync((concerned ?? all[0]).Context, ReturnDone.Refused, cancellationToken).ConfigureAwait(false);
        var sending = await concerned.SendingAsync(cancellationToken).ConfigureAwait(false);
        var done = await new TakeMailedReply(concerned.Context, sending, concerned.SendOptions()).RunAsync(mail, read, words, cancellationToken).ConfigureAwait(false);
        if (done == ReturnDone.Reply)
            await concerned.DeliverRepliesAsync(CancellationToken.None).ConfigureAwait(false);
        return done;
    }

    private static bool IsOf(OpenOrganisation organisation, string address) => ReturnPaths.Of(organisation.Context).IsOurs(address);
}
