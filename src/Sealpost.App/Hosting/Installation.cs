using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Hosting;

/// <summary>An open data folder: key source, store, ledger, and the organisations in it. One per process; the process holds the folder's lock.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly Dictionary<string, OpenOrganisation> _open = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _opening = new(1);

    private Installation(DataFolder folder, ILoggerFactory log, FileKeySource source, IDatabase database, LedgerKey ledgerKey)
    {
        (Folder, Log, KeySource, Database, LedgerKey) = (folder, log, source, database, ledgerKey);
        Ledger = new Ledger(ledgerKey, Time);
        Organisations = new OrganisationStore(database, Ledger, Time);
        Silo = new Silo(log);
    }

    public DataFolder Folder { get; }

    public ILoggerFactory Log { get; }

    public TimeProvider Time { get; } = TimeProvider.System;

    public FileKeySource KeySource { get; }

    public IDatabase Database { get; }

    public LedgerKey LedgerKey { get; }

    public Ledger Ledger { get; }

    public OrganisationStore Organisations { get; }

    public Silo Silo { get; }

    /// <summary>Makes keys and store in an empty folder. The recovery kit is returned once and kept nowhere.</summary>
    public static async Task<(Installation Installation, string RecoveryKit)> CreateAsync(DataFolder folder, ILoggerFactory log, CancellationToken cancellationToken)
    {
        var source = await FileKeySource.CreateAsync(folder.RootKeyFile, Passphrase(), cancellationToken).ConfigureAwait(false);
        var database = DatabaseFactory.Open(Environment.GetEnvironmentVariable("SEALPOST_DATABASE") ?? folder.Root);
        await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        var ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(source, transaction, TimeProvider.System, token), cancellationToken).ConfigureAwait(false);
        return (new Installation(folder, log, source, database, ledgerKey), source.MakeRecoveryKit().ToText());
    }

    /// <summary>Opens a folder that was made before, and brings its schema up to date.</summary>
    public static async Task<Installation> OpenAsync(DataFolder folder, ILoggerFactory log, CancellationToken cancellationToken)
    {
        var source = await FileKeySource.OpenAsync(folder.RootKeyFile, Passphrase(), cancellationToken).ConfigureAwait(false);
        var database = DatabaseFactory.Open(Environment.GetEnvironmentVariable("SEALPOST_DATABASE") ?? folder.Root);
        await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var ledgerKey = await LedgerKey.OpenAsync(source, connection, cancellationToken).ConfigureAwait(false);
        return new Installation(folder, log, source, database, ledgerKey);
    }

    /// <summary>Opens an organisation by name; the only one where no name is given.</summary>
    /// <exception cref="RefusedException">No such organisation, or several and none named.</exception>
    public async Task<OpenOrganisation> OpenOrganisationAsync(string? name, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var all = await Organisations.ListAsync(cancellationToken).ConfigureAwait(false);
            var organisation = name is null
                ? all is [var only] ? only : throw new RefusedException($"This data folder holds {all.Count} organisations: {string.Join(", ", all.Select(one => one.Name))}. Say which with --org NAME.")
                : all.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase))
                    ?? throw new RefusedException($"There is no organisation '{name}'. There are: {string.Join(", ", all.Select(one => one.Name))}.");
            if (!_open.TryGetValue(organisation.Name, out var open))
                _open[organisation.Name] = open = await OpenOrganisation.OpenAsync(this, organisation, cancellationToken).ConfigureAwait(false);
            return open;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Every organisation, opened.</summary>
    public async Task<IReadOnlyList<OpenOrganisation>> OpenAllAsync(CancellationToken cancellationToken)
    {
        var opened = new List<OpenOrganisation>();
        foreach (var organisation in await Organisations.ListAsync(cancellationToken).ConfigureAwait(false))
            opened.Add(await OpenOrganisationAsync(organisation.Name, cancellationToken).ConfigureAwait(false));
        return opened;
    }

    /// <summary>Continues, in every organisation, what was being sent when the last process ended. Returns how many campaigns.</summary>
    public async Task<int> ResumeCampaignsAsync(CancellationToken cancellationToken)
    {
        var resumed = 0;
        foreach (var organisation in await OpenAllAsync(cancellationToken).ConfigureAwait(false))
            resumed += await (await organisation.SendingAsync(cancellationToken).ConfigureAwait(false)).ResumeAllAsync(cancellationToken).ConfigureAwait(false);
        return resumed;
    }

    /// <summary>The organisation that an unsubscribe link belongs to; null where the link is not ours.</summary>
    public async Task<OpenOrganisation?> FindUnsubscribeAsync(string token, CancellationToken cancellationToken)
    {
        if (UnsubscribeToken.OrganisationOf(token) is not { } id)
            return null;
        var organisation = (await OpenAllAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Context.Organisation.Id == id);
        return organisation is not null && UnsubscribeToken.Read(organisation.Context.Keys, token) is not null ? organisation : null;
    }

    /// <summary>Signs the ledger's present state and writes the checkpoint beside the data, for export to another machine.</summary>
    public async Task<Checkpoint> CheckpointAsync(CancellationToken cancellationToken)
    {
        var checkpoint = await Database.WriteAsync(Ledger.CheckpointAsync, cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(Folder.Checkpoints, "latest.txt"), checkpoint.ToText(), cancellationToken).ConfigureAwait(false);
        return checkpoint;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var organisation in _open.Values)
            await organisation.DisposeAsync().ConfigureAwait(false);
        await Silo.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
        LedgerKey.Dispose();
        KeySource.Dispose();
        _opening.Dispose();
    }

    private static string? Passphrase() =>
        Environment.GetEnvironmentVariable("SEALPOST_PASSPHRASE") is { Length: > 0 } passphrase ? passphrase : null;
}
