using Sealpost.Campaigns;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Ledger;

namespace Sealpost.Backups;

/// <summary>After a restore: brings every organisation up to its outcome journal, then lets sending go on. Until then nobody is mailed whom the older data do not know to have opted out.</summary>
internal sealed class ReplayAfterRestore(BackupPlaces places)
{
    /// <summary>Why nothing is sent; null where nothing was restored, or the journals are replayed.</summary>
    public string? Hold => File.Exists(places.Mark)
        ? $"This folder was restored from a backup of {File.ReadAllText(places.Mark).Trim()}. Nothing is sent until the journal of outcomes and opt-outs is replayed: put the folder `journal` back as it last was, then use Settings, Backups, or `sealpost backup replay`."
        : null;

    /// <summary>Replays, and ends the hold.</summary>
    /// <param name="organisations">Every organisation.</param>
    /// <param name="acceptedLoss">Where a journal is lost: who accepts that, and why; null refuses then. The owner of the data folder alone may accept it, since it concerns every organisation.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it; run it again then.</param>
    /// <returns>Frames replayed.</returns>
    /// <exception cref="RefusedException">Nothing was restored, the actor is no administrator, or a journal is not there.</exception>
    public async Task<long> RunAsync(IReadOnlyList<OrganisationContext> organisations, string? acceptedLoss, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "let sending go on after a restore");
        if (Hold is null)
            throw new RefusedException("Nothing is on hold: no backup was restored here, or its journals were replayed.");
        var missing = organisations.Where(one => !HasJournal(one)).ToList();
        if (missing.Count > 0 && (string.IsNullOrWhiteSpace(acceptedLoss) || actor.Id != Actor.LocalOwner.Id))
            throw new RefusedException($"There is no journal for {string.Join(", ", missing.Select(one => one.Organisation.Name))}. Put the folder `journal` back. Only where it is lost for good, or nothing was ever sent, the owner of the server accepts that opt-outs since the backup are not known: `sealpost backup replay --accept-loss STATEMENT`.");
        var frames = 0L;
        foreach (var organisation in organisations)
        {
            if (missing.Contains(organisation))
                await AcceptAsync(organisation, acceptedLoss!.Trim(), actor, cancellationToken).ConfigureAwait(false);
            else
                frames += await new ReplayJournal(organisation).RunAsync(FolderOf(organisation), cancellationToken).ConfigureAwait(false);
        }

        File.Delete(places.Mark);
        return frames;
    }

    private string FolderOf(OrganisationContext organisation) => Path.Combine(places.Journal, organisation.Organisation.Id.ToString());

    private bool HasJournal(OrganisationContext organisation) => JournalReader.LastFrame(organisation.Keys, FolderOf(organisation)) > 0;

    private static Task<long> AcceptAsync(OrganisationContext organisation, string statement, Actor actor, CancellationToken cancellationToken) => organisation.Database.WriteAsync(
        async (transaction, token) =>
        {
            await JournalMark.SetAsync(organisation.Organisation.Id.Value, 0, transaction, token).ConfigureAwait(false);
            var sealedWords = organisation.Keys.Seal("ledger:journal-lost", System.Text.Encoding.UTF8.GetBytes(statement));
            return await organisation.Ledger.AppendAsync(new AuditEvent(organisation.Organisation.Id, "journal.lost", actor.Id, null, null, "accepted", SealedDetail: sealedWords), transaction, token).ConfigureAwait(false);
        },
        cancellationToken);
}
