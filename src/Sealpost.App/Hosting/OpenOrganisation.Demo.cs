using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <content>Made-up patients, and a demo whose mailbox is gone: nothing of them is sent.</content>
internal sealed partial class OpenOrganisation
{
    /// <summary>Made by a demo whose mailbox is not in this process.</summary>
    public bool IsDemoWithoutMailbox => _installation.Folder.IsDemo && DeliveryOverride is null;

    /// <summary>Made-up patients are loaded: nothing is sent to them.</summary>
    public bool HoldsDemoData { get; private set; }

    /// <summary>Why nothing is sent to the patients here; null where they are real, or their mailbox runs.</summary>
    public string? Barred => IsDemoWithoutMailbox ? DemoIsOver : HoldsDemoData ? MadeUp : null;

    private const string DemoIsOver = "This folder is a demo's, and its mailbox runs only while `sealpost demo` does: nothing of it goes to real mail hosts. Run `sealpost demo` without --once and send from another shell.";

    private const string MadeUp = "The patients here are made up, so nothing is sent to them. Look at previews, forecasts and reviews; remove the demo data (`sealpost import demo --remove`) before you import real patients and send.";

    /// <summary>Loads made-up patients into the empty organisation. Returns how many.</summary>
    public async Task<long> LoadDemoAsync(int patients, Actor actor, CancellationToken cancellationToken)
    {
        HoldsDemoData = true; // Before the first is here, so that none is ever sent to.
        try
        {
            return await Demo.LoadAsync(await Sealpost.App.Demo.DemoFeeds.MakeAsync(patients, Context.Today, cancellationToken).ConfigureAwait(false), actor, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            HoldsDemoData = await Demo.IsLoadedAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the made-up patients. Returns how many.</summary>
    public async Task<long> RemoveDemoAsync(Actor actor, CancellationToken cancellationToken)
    {
        var removed = await Demo.RemoveAsync(actor, cancellationToken).ConfigureAwait(false);
        HoldsDemoData = false;
        return removed;
    }

    private Task AttestDemoAsync(string source, bool attested, Actor actor, CancellationToken cancellationToken) =>
        Compliance.Consent.AttestAsync(source, attested, attested ? "Made-up patients: the made-up front desk reads the address back." : "The demo data were removed.", actor, cancellationToken);
}
