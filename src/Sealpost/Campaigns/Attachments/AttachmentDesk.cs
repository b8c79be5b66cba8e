using System.Globalization;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns.Attachments;

/// <summary>Files of campaigns: added to drafts, taken out, opened by those who review. The same for every patient; nothing of a patient belongs into one.</summary>
internal sealed class AttachmentDesk(OrganisationContext context, CampaignDesk desk, CampaignDrafts drafts)
{
    private const Roles Readers = Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor;

    private const int Tries = 5;

    private readonly AttachmentRows _rows = new(context);

    /// <summary>Checks and stores a file; a draft that is saved with it within a day keeps it.</summary>
    /// <exception cref="RefusedException">No marketer, or not a file that is taken; says what to do.</exception>
    public async Task<Attachment> StoreAsync(string name, ReadOnlyMemory<byte> content, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "add files to campaigns");
        var file = await Task.Run(() => CheckAttachment.Of(name, content.Span), cancellationToken).ConfigureAwait(false);
        return await _rows.AddAsync(file, actor.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores the files of a campaign file that was read.</summary>
    public async Task<IReadOnlyList<Attachment>> StoreAsync(IReadOnlyList<CheckedAttachment> files, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "add files to campaigns");
        var stored = new List<Attachment>();
        foreach (var file in files)
            stored.Add(await _rows.AddAsync(file, actor.Id, cancellationToken).ConfigureAwait(false));
        return stored;
    }

    /// <summary>Adds a file to a draft, in place of one of the same name. The same file again changes nothing.</summary>
    /// <exception cref="RefusedException">The campaign is no draft, or the file is not taken.</exception>
    public async Task<Attachment> AddAsync(long campaign, string name, ReadOnlyMemory<byte> content, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "add files to campaigns");
        RequireDraft(await desk.GetAsync(campaign, cancellationToken).ConfigureAwait(false));
        var file = await StoreAsync(name, content, actor, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(campaign, files => With(files, file), actor, cancellationToken).ConfigureAwait(false);
        return file;
    }

    /// <summary>Takes a file out of a draft. One that is not in it changes nothing.</summary>
    /// <exception cref="RefusedException">The campaign is no draft.</exception>
    public async Task RemoveAsync(long campaign, long file, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Marketer, "take files out of campaigns");
        RequireDraft(await desk.GetAsync(campaign, cancellationToken).ConfigureAwait(false));
        await ChangeAsync(campaign, files => [.. files.Where(one => one.Id != file)], actor, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Files of a campaign as it stands: of its draft while it is one, else of its version.</summary>
    public async Task<IReadOnlyList<Attachment>> ListAsync(long campaign, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Readers, "see files of campaigns");
        var found = await desk.GetAsync(campaign, cancellationToken).ConfigureAwait(false);
        return found.State == CampaignState.Draft ? (await drafts.FilesAsync(found, cancellationToken).ConfigureAwait(false)) : found.Content.Files;
    }

    /// <summary>Opens a file that the campaign carries or carried in an earlier version. Recorded, so that it can be told who looked before an approval. 45 CFR 164.312(b).</summary>
    /// <exception cref="RefusedException">No such campaign or file, or the actor has no business with it.</exception>
    public async Task<OpenedAttachment> OpenAsync(long campaign, long file, Actor actor, CancellationToken cancellationToken)
    {
        actor.RequireToRead(Readers, "open files of campaigns");
        var found = await desk.GetAsync(campaign, cancellationToken).ConfigureAwait(false);
        if (await CarriedAsync(found, file, cancellationToken).ConfigureAwait(false) is not { } carried || await _rows.OpenAsync(file, cancellationToken).ConfigureAwait(false) is not { } content)
            throw new RefusedException("The campaign has no such file.") { Kind = RefusalKind.NotFound };
        await context.Database.WriteAsync(
            (transaction, token) => context.Ledger.AppendAsync(
                new AuditEvent(context.Organisation.Id, "campaign.file-opened", actor.Id, null, campaign.ToString(CultureInfo.InvariantCulture), "done", string.Create(CultureInfo.InvariantCulture, $"file={file}")), transaction, token),
            cancellationToken).ConfigureAwait(false);
        return new OpenedAttachment(carried, content);
    }

    /// <summary>Files with one more: in place of one of the same name, and under its new name where it was there.</summary>
    public static IReadOnlyList<Attachment> With(IReadOnlyList<Attachment> files, Attachment file)
    {
        var kept = files.Where(one => one.Id != file.Id || one.Name == file.Name).ToList();
        var same = kept.FindIndex(one => string.Equals(one.Name, file.Name, StringComparison.OrdinalIgnoreCase));
        if (same < 0)
            return [.. kept, file];
        kept[same] = file;
        return kept;
    }

    private async Task<Attachment?> CarriedAsync(Campaign campaign, long file, CancellationToken cancellationToken)
    {
        if (await _rows.CarrierAsync(campaign.Id, file, cancellationToken).ConfigureAwait(false) is not { } version)
            return null;
        var files = version == 0 ? await drafts.FilesAsync(campaign, cancellationToken).ConfigureAwait(false)
            : (await desk.Store.VersionAsync(campaign.Id, version, cancellationToken).ConfigureAwait(false))?.Files;
        return files?.FirstOrDefault(one => one.Id == file);
    }

    /// <summary>Changes a draft's files; where it is saved by somebody at the same moment, once more on top of that.</summary>
    private async Task ChangeAsync(long campaign, Func<IReadOnlyList<Attachment>, IReadOnlyList<Attachment>> change, Actor actor, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var open = await drafts.ReadAsync(campaign, actor, cancellationToken).ConfigureAwait(false);
            var files = change(open.Draft.Files);
            if (files.SequenceEqual(open.Draft.Files))
                return;
            try
            {
                await drafts.SaveAsync(campaign, open.Draft with { Files = files }, open.Revision, actor, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (RefusedException refused) when (refused.Kind == RefusalKind.Changed && attempt < Tries)
            {
                // Its other parts were changed meanwhile: they stay as they are now.
            }
        }
    }

    private static void RequireDraft(Campaign campaign)
    {
        if (campaign.State != CampaignState.Draft)
            throw new RefusedException("Files are changed while the campaign is a draft. Open it for changes first, which voids its approval.");
    }
}
