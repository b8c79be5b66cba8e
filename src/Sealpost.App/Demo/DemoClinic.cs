using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.People;

namespace Sealpost.App.Demo;

/// <summary>A made-up clinic in a folder of its own: installation, organisation, one person per role, and the mailbox that takes its mail.</summary>
internal sealed class DemoClinic : IAsyncDisposable
{
    public const string Name = "Green Valley Clinic";

    private DemoClinic(Installation installation, DemoMailbox mailbox, OpenOrganisation organisation, DemoPeople people) =>
        (Installation, Mailbox, Organisation, People) = (installation, mailbox, organisation, people);

    public Installation Installation { get; }

    public DemoMailbox Mailbox { get; }

    public OpenOrganisation Organisation { get; }

    public DemoPeople People { get; }

    /// <summary>Makes it in an empty folder that carries the mark of a demo.</summary>
    public static async Task<DemoClinic> CreateAsync(DataFolder folder, ILoggerFactory log, CancellationToken cancellationToken)
    {
        folder.Create();
        var (installation, _) = await Installation.CreateAsync(folder, log, cancellationToken).ConfigureAwait(false);
        var mailbox = DemoMailbox.Start(new MailboxOptions(), installation.Time);
        try
        {
            var draft = StartCommands.Draft(Name, DemoCampaigns.Domain, "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
            await installation.Organisations.AddAsync(draft, installation.KeySource, Actor.LocalOwner.Id, cancellationToken).ConfigureAwait(false);
            var organisation = await installation.OpenOrganisationAsync(Name, cancellationToken).ConfigureAwait(false);

            // The mailbox's root is trusted in this process and for these routes only; nothing of it is stored.
            organisation.DeliveryOverride = mailbox.OptionsFor(DemoCampaigns.Domain);
            return new DemoClinic(installation, mailbox, organisation, await DemoPeople.AddAsync(organisation.People, organisation.Tokens, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await mailbox.DisposeAsync().ConfigureAwait(false);
            await installation.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One-time links that sign the made-up people in.</summary>
    public async Task<IReadOnlyList<(string Who, string Path)>> SignInLinksAsync(CancellationToken cancellationToken) =>
    [
        ("a marketer, Maria Ortiz", await LinkAsync(People.Marketer, "maria", cancellationToken).ConfigureAwait(false)),
        ("an approver, Ben Achterberg", await LinkAsync(People.Approver, "ben", cancellationToken).ConfigureAwait(false)),
        ("the compliance officer, Dana Okafor", await LinkAsync(People.Compliance, "dana", cancellationToken).ConfigureAwait(false)),
        ("an administrator, Noor Haddad", await LinkAsync(People.Administrator, "noor", cancellationToken).ConfigureAwait(false)),
    ];

    public async ValueTask DisposeAsync()
    {
        await Installation.DisposeAsync().ConfigureAwait(false);
        await Mailbox.DisposeAsync().ConfigureAwait(false);
    }

    private Task<string> LinkAsync(Actor person, string mailbox, CancellationToken cancellationToken) =>
        PeopleSetup.DemoLinkAsync(Installation, Organisation.Context.Organisation.Id, person, mailbox + "@greenvalley.test", cancellationToken);
}
