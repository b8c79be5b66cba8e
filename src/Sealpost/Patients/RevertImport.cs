namespace Sealpost.Patients;

/// <summary>Takes an import back: charts it created go, charts it changed return to what they were; those changed since are left alone.</summary>
/// <remarks>Opt-outs recorded meanwhile stay. Audits <c>import.undone</c>.</remarks>
public sealed class RevertImport(ImportContext context)
{
    /// <summary>Undoes an import by its number.</summary>
    /// <exception cref="ImportException">There is no such import, or it was undone before.</exception>
    public async Task<ImportUndo> RunAsync(long import, string actor, CancellationToken cancellationToken)
    {
        await context.Turn.WaitAsync(cancellationToken);
        try
        {
            var log = new ImportLog(context.Database, context.Keys, context.Ledger, context.Time);
            var entry = (await log.ListAsync(cancellationToken)).FirstOrDefault(candidate => candidate.Id == import)
                ?? throw new ImportException("There is no import of this number; 'import list' shows them.");
            if (entry.UndoneAt is not null)
                throw new ImportException("This import was undone before.");
            var undo = await context.Patients.UndoAsync(import, actor, cancellationToken);
            await context.Changed(undo.Changed, cancellationToken);
            return undo;
        }
        finally
        {
            context.Turn.Release();
        }
    }
}
