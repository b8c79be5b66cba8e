using Sealpost.Content;
using Sealpost.Content.Drafts;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Library;

/// <summary>What an organisation's messages are made from: templates, blocks, the brand kit, pictures.</summary>
/// <remarks>
/// Every operation takes its actor and checks the right there. Names and texts are sealed at rest. Saving, restoring, retiring and renaming are ledger events;
/// autosaved drafts are not, since they change nothing for anybody else.
/// </remarks>
public sealed class ContentLibrary
{
    private const Roles Readers = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Administrator | Roles.Auditor;

    private readonly OrganisationContext _context;

    /// <summary>Creates the library.</summary>
    public ContentLibrary(OrganisationContext context)
    {
        _context = context;
        Blocks = new BlockLibrary(context);
        Brand = new BrandKits(context);
        Images = new ImageLibrary(context);
        Templates = new TemplateLibrary(context, this);
    }

    /// <summary>Templates.</summary>
    public TemplateLibrary Templates { get; }

    /// <summary>Blocks.</summary>
    public BlockLibrary Blocks { get; }

    /// <summary>Brand kit.</summary>
    public BrandKits Brand { get; }

    /// <summary>Pictures.</summary>
    public ImageLibrary Images { get; }

    /// <summary>Sender that a template is checked with; a campaign brings its own.</summary>
    internal string From => new System.Net.Mail.MailAddress("care@" + _context.Organisation.Domain, _context.Organisation.Name).ToString();

    /// <summary>What templates can name now, in a format.</summary>
    internal async Task<Snippets> SnippetsAsync(BodyFormat format, CancellationToken cancellationToken)
    {
        var brand = await Brand.CurrentAsync(cancellationToken).ConfigureAwait(false);
        return new Snippets(await Blocks.TextsAsync(cancellationToken).ConfigureAwait(false), BrandValues.Of(brand, _context.Organisation, format));
    }

    /// <summary>Expands and compiles a draft as it would be compiled now.</summary>
    internal async Task<DraftCheck> CheckAsync(MessageDraft draft, Actor actor, CancellationToken cancellationToken)
    {
        RequireReader(actor);
        var snippets = await SnippetsAsync(draft.Format, cancellationToken).ConfigureAwait(false);
        // Compiling MJML is work of the processor and holds a lock: not on a circuit's turn.
        return await Task.Run(() => DraftCheck.Of(draft, From, snippets, OwnHosts.Of(_context.Organisation)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compiles a message that names no blocks and brand values any more, as a campaign's.</summary>
    internal async Task<DraftCheck> CheckWrittenOutAsync(MessageDraft message, Actor actor, CancellationToken cancellationToken)
    {
        RequireReader(actor);
        return await Task.Run(() => DraftCheck.Of(message, From, Snippets.None, OwnHosts.Of(_context.Organisation)), cancellationToken).ConfigureAwait(false);
    }

    internal static void RequireReader(Actor actor) => actor.RequireToRead(Readers, "see templates");

    internal static void RequireWriter(Actor actor) => actor.Require(Roles.Marketer, "write templates");
}
