using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.DomainReports;
using Sealpost.Delivery.Returns;

namespace Sealpost.App.Hosting;

/// <summary>Gives a mail that came back to the organisation it concerns, by whatever door it came.</summary>
internal sealed class ReturnIntake(Installation installation)
{
    /// <summary>Takes a mail; when it returns, the giver may forget it.</summary>
    public async Task<ReturnDone> TakeAsync(IncomingMail mail, CancellationToken cancellationToken)
    {
        var read = await ReadReturn.ReadAsync(mail.Bytes, cancellationToken).ConfigureAwait(false);
        var all = await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false);
        if (all.Count == 0)
            throw new RefusedException("This data folder holds no organisation yet. `sealpost init` makes one.");
        var concerned = all.FirstOrDefault(one => TakeReturn.Concerns(one.Context, mail, read));
        if (concerned is null && await ReadDomainReport.RunAsync(mail.Bytes, cancellationToken).ConfigureAwait(false) is { } report && all.FirstOrDefault(one => KeepDomainReport.IsAbout(one.Context, report)) is { } subject)
            return await new KeepDomainReport(subject.Context).TakeAsync(report, cancellationToken).ConfigureAwait(false);
        concerned ??= all.FirstOrDefault(one => mail.Recipients.Concat(read.ReturnPaths).Any(address => IsOf(one, address)))
            ?? all[0];
        return await TakeAsync(concerned, mail, read, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ReturnDone> TakeAsync(OpenOrganisation organisation, IncomingMail mail, ReturnedMail read, CancellationToken cancellationToken) =>
        await new TakeReturn(organisation.Context, await organisation.SendingAsync(cancellationToken).ConfigureAwait(false)).RunAsync(mail, read, cancellationToken).ConfigureAwait(false);

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
            await TakeReturn.CountBackscatterAsync(organisation.Context, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private static bool IsOf(OpenOrganisation organisation, string address) => ReturnPaths.Of(organisation.Context).IsOurs(address);
}
