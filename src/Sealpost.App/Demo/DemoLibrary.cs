using System.Text;
using Sealpost.App.Hosting;
using Sealpost.App.Pages.Content;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Library;

namespace Sealpost.App.Demo;

/// <summary>What a marketing team has lying on its desk: templates, audiences with names, and a campaign half written.</summary>
internal static class DemoLibrary
{
    public const string Unfinished = "new-patient-welcome";

    private const string ToBring = """
        What to bring to your first visit

        - your insurance card and a photo ID
        - the medicines you take, or a list of them
        - the name of your earlier doctor

        Qué traer a su primera visita

        - su tarjeta del seguro y una identificación con foto
        - las medicinas que toma, o una lista
        - el nombre de su médico anterior

        """;

    private static readonly (string Name, string Rule)[] Audiences =
    [
        ("Type 2 diabetes, 50 to 75", "condition in (snomed:44054006) and age between 50 and 75"),
        ("65 and over without this season's flu shot", "age >= 65 and not immunization in (cvx:135, cvx:140) within 6 months"),
        ("Spanish speakers near Springfield", "language = es and within 25 miles of 01103"),
    ];

    public static async Task FillAsync(DemoClinic clinic, CancellationToken cancellationToken)
    {
        var organisation = clinic.Organisation;
        var author = clinic.People.Marketer;
        var library = new ContentLibrary(organisation.Context);
        foreach (var starter in StarterTemplates.All.Take(3))
            await library.Templates.CreateAsync(starter.Name, starter.Draft, author, cancellationToken).ConfigureAwait(false);
        foreach (var (name, rule) in Audiences)
            await organisation.SavedAudiences.CreateAsync(name, Rule(rule), author, cancellationToken).ConfigureAwait(false);
        var drafts = organisation.Campaigns.Drafts;
        var draft = await drafts.StartAsync(Unfinished, author, cancellationToken).ConfigureAwait(false);
        var open = await drafts.ReadAsync(draft.Id, author, cancellationToken).ConfigureAwait(false);
        await drafts.SaveAsync(draft.Id, open.Draft with { Audience = "encounter within 30 days", Subject = "Welcome to our practice" }, open.Revision, author, cancellationToken).ConfigureAwait(false);
        await organisation.Campaigns.Files.AddAsync(draft.Id, "what-to-bring.txt", Encoding.UTF8.GetBytes(ToBring), author, cancellationToken).ConfigureAwait(false);
    }

    private static AudienceQuery Rule(string text) => AudienceQuery.Parse(text).Query ?? throw new InvalidOperationException("A rule of the demo cannot be read.");
}
