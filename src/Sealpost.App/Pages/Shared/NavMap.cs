using Sealpost.People;

namespace Sealpost.App.Pages.Shared;

/// <summary>A place in the side bar and the command palette.</summary>
/// <param name="Text">Its name.</param>
/// <param name="Path">Address within the organisation.</param>
/// <param name="Icon">Name in <see cref="Icon"/>.</param>
/// <param name="For">Roles that have use for it; the operations behind it check for themselves.</param>
/// <param name="Words">Further words by which the palette finds it.</param>
internal sealed record Place(string Text, string Path, string Icon, Roles For, string Words = "");

/// <summary>The workplace's places, in the order of the work.</summary>
internal static class NavMap
{
    private const Roles Everybody = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;

    public static IReadOnlyList<(string? Title, IReadOnlyList<Place> Places)> Groups { get; } =
    [
        (null, [new("Home", "", "home", Everybody, "start dashboard overview")]),
        ("Campaigns",
        [
            new("Campaigns", "/campaigns", "send", Everybody, "mailings sends drafts approvals"),
            new("Audiences", "/audiences", "filter", Everybody, "rules patients count builder segment choose"),
            new("Content", "/content", "mail", Roles.Marketer | Roles.Approver | Roles.Compliance, "templates messages blocks brand images"),
            new("Returned mail", "/returned", "undo", Everybody, "bounces complaints dmarc tls reports delivery"),
        ]),
        ("Compliance",
        [
            new("Patients' wishes", "/authorizations", "shield", Roles.Compliance | Roles.Auditor, "authorizations restrictions consent revoke patient record"),
            new("Forms and requests", "/forms", "edit", Roles.Compliance | Roles.Administrator, "sign authorization form requests replies address"),
            new("Opt-outs and sources", "/opt-outs", "stop", Roles.Compliance | Roles.Administrator | Roles.Marketer, "suppress unsubscribe attest verified address source"),
            new("Agreements and risks", "/agreements", "flag", Roles.Compliance | Roles.Administrator | Roles.Auditor, "baa business associate contract register risk acceptance"),
            new("Ledger", "/ledger", "book", Roles.Compliance | Roles.Administrator | Roles.Auditor, "audit log history verify checkpoint"),
            new("Disclosures and incidents", "/disclosures", "history", Roles.Compliance | Roles.Auditor, "accounting breach scope incident messages receipt"),
        ]),
        ("Patients",
        [
            new("Find a patient", "/patients", "person", Roles.Compliance | Roles.Administrator | Roles.Auditor, "record mrn chart messages history"),
        ]),
        ("Administration",
        [
            new("People", "/people", "people", Roles.Administrator, "users roles invite"),
            new("Imports", "/imports", "upload", Roles.Administrator | Roles.Compliance | Roles.Auditor, "patients fhir csv upload undo demo data"),
            new("Queue", "/queue", "queue", Roles.Marketer | Roles.Compliance | Roles.Administrator | Roles.Auditor, "waiting pending retry deferred doubt"),
            new("Settings", "/settings", "gear", Roles.Administrator | Roles.Auditor, "organisation name address time zone frequency cap leave"),
            new("Health", "/health", "heart", Roles.Administrator | Roles.Auditor, "metrics memory status checks"),
            new("Sender domain", "/domain", "globe", Roles.Administrator | Roles.Auditor, "dns records publish spf dkim dmarc mta-sts ptr mx keys"),
        ]),
    ];

    public static IEnumerable<(string? Title, IReadOnlyList<Place> Places)> For(Seat seat) => Groups
        .Select(group => (group.Title, Places: (IReadOnlyList<Place>)[.. group.Places.Where(place => seat.Is(place.For))]))
        .Where(group => group.Places.Count > 0);
}
