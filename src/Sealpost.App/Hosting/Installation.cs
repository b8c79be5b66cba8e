using Sealpost.Backups;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Running;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.App.Hosting;

/// <summary>An open data folder: key source, store, ledger, and the organisations in it. One per process; the process holds the folder's lock.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly Dictionary<OrganisationId, OpenOrganisation> _open = [];
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _opening = new(1);
    private readonly long _opened;

    private Installation(DataFolder folder, ILoggerFactory log, FileKeySource source, IDatabase database, LedgerKey ledgerKey)
    {
        (Folder, Log, KeySource, Database, LedgerKey) = (folder, log, source, database, ledgerKey);
        Ledger = new Ledger(ledgerKey, Time);
        Organisations = new OrganisationStore(database, Ledger, Time);
        Silo = new Silo(log);
        Verify = new Compliance.VerifyLedger(database, ledgerKey, Time);
        Work = new WorkShelf(Time);
        _opened = Time.GetTimestamp();
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

    /// <summary>Opened some seconds ago, and no chart was read for an index since: the first question takes as long as that.</summary>
    public bool IsCold => Silo.IndexBytes == 0 && Time.GetElapsedTime(_opened) < Fresh;

    /// <summary>Verifies the ledger, also in the background.</summary>
    public Compliance.VerifyLedger Verify { get; }

    /// <summary>Long work on the whole server that outlives the page which began it.</summary>
    public WorkShelf Work { get; }

    /// <summary>Who signs in, and where they belong.</summary>
    public PeopleDesk People { get; private set; } = null!;

    /// <summary>The recovery kit, and whether it is put away.</summary>
    public HandOverKit Kit => new(KeySource, Database, Ledger, Time);

    /// <summary>Backups of this data folder.</summary>
    public MakeBackup Backups => new(Folder.Places, Database, Ledger, Time);

    /// <summary>What a restore left to do.</summary>
    public ReplayAfterRestore Restored => new(Folder.Places);

    /// <summary>Reads what every organisation's first page shows, and keeps of it what a person would wait for.</summary>
    public async Task WarmHomesAsync(CancellationToken cancellationToken)
    {
        foreach (var organisation in await OpenAllAsync(cancellationToken).ConfigureAwait(false))
            await ((Task)organisation.Campaigns.Home.RunAsync(Actor.LocalOwner, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // The page says for itself what is wrong.
    }

    /// <summary>Reads every organisation's charts into its audience index, so that the first question does not wait for it, and keeps the day's reach.</summary>
    public async Task WarmAsync(CancellationToken cancellationToken)
    {
        foreach (var organisation in await OpenAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await organisation.Audiences.SpeechAsync(cancellationToken).ConfigureAwait(false);
            await organisation.Audiences.Reach.NoteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>After a restore: replays the journals and lets sending go on. Returns frames replayed.</summary>
    public async Task<long> ReplayAsync(string? acceptedLoss, Actor actor, CancellationToken cancellationToken)
    {
        var open = await OpenAllAsync(cancellationToken).ConfigureAwait(false);
        var frames = await Restored.RunAsync([.. open.Select(one => one.Context)], acceptedLoss, actor, cancellationToken).ConfigureAwait(false);
        foreach (var organisation in open)
            await organisation.GoOnAsync(cancellationToken).ConfigureAwait(false);
        return frames;
    }

    /// <summary>Adds organisations with their first administrator.</summary>
    public FoundOrganisation Founding => new(Organisations, KeySource, People.Context);

    /// <summary>Makes keys and store in an empty folder. The recovery kit is returned once and kept nowhere.</summary>
    public static async Task<(Installation Installation, string RecoveryKit)> CreateAsync(DataFolder folder, ILoggerFactory log, CancellationToken cancellationToken)
    {
        var source = await FileKeySource.CreateAsync(folder.RootKeyFile, Passphrase(), cancellationToken).ConfigureAwait(false);
        var database = DatabaseFactory.Open(Environment.GetEnvironmentVariable("SEALPOST_DATABASE") ?? folder.Root);
        await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        var ledgerKey = await database.WriteAsync((transaction, token) => LedgerKey.CreateAsync(source, transaction, TimeProvider.System, token), cancellationToken).ConfigureAwait(false);
        return (await new Installation(folder, log, source, database, ledgerKey).WithPeopleAsync(cancellationToken).ConfigureAwait(false), source.MakeRecoveryKit().ToText());
    }

    /// <summary>Opens a folder that was made before, and brings its schema up to date.</summary>
    public static async Task<Installation> OpenAsync(DataFolder folder, ILoggerFactory log, CancellationToken cancellationToken)
    {
        var source = await FileKeySource.OpenAsync(folder.RootKeyFile, Passphrase(), cancellationToken).ConfigureAwait(false);
        var database = DatabaseFactory.Open(Environment.GetEnvironmentVariable("SEALPOST_DATABASE") ?? folder.Root);
        await database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        await using var connection = await database.OpenReadAsync(cancellationToken).ConfigureAwait(false);
        var ledgerKey = await LedgerKey.OpenAsync(source, connection, cancellationToken).ConfigureAwait(false);
        return await new Installation(folder, log, source, database, ledgerKey).WithPeopleAsync(cancellationToken).ConfigureAwait(false);
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
                ? all is [var only] ? only
                    : all.Count == 0 ? throw new RefusedException("This data folder holds no organisation yet. Open the link that `sealpost serve` prints, or add one with `sealpost org add NAME`.")
                    : throw new RefusedException($"This data folder holds {all.Count} organisations: {string.Join(", ", all.Select(one => one.Name))}. Say which with --org NAME.")
                : all.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase))
                    ?? throw new RefusedException($"There is no organisation '{name}'. There are: {string.Join(", ", all.Select(one => one.Name))}.");
            if (!_open.TryGetValue(organisation.Id, out var open))
                _open[organisation.Id] = open = await OpenOrganisation.OpenAsync(this, organisation, cancellationToken).ConfigureAwait(false);
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
        if (Restored.Hold is not null)
            return 0;
        foreach (var organisation in await OpenAllAsync(cancellationToken).ConfigureAwait(false))
            resumed += await (await organisation.SendingAsync(cancellationToken).ConfigureAwait(false)).ResumeAllAsync(cancellationToken).ConfigureAwait(false);
        return resumed;
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
        await Work.DisposeAsync().ConfigureAwait(false);
        foreach (var organisation in _open.Values)
            await organisation.DisposeAsync().ConfigureAwait(false);
        await Silo.DisposeAsync().ConfigureAwait(false);
        await Verify.DisposeAsync().ConfigureAwait(false);
        await Database.DisposeAsync().ConfigureAwait(false);
        People.Dispose();
        LedgerKey.Dispose();
        KeySource.Dispose();
        _opening.Dispose();
    }

    private async Task<Installation> WithPeopleAsync(CancellationToken cancellationToken)
    {
        People = await PeopleDesk.OpenAsync(Database, KeySource, Ledger, Time, cancellationToken).ConfigureAwait(false);
        return this;
    }

    private static string? Passphrase() =>
        Environment.GetEnvironmentVariable("SEALPOST_PASSPHRASE") is { Length: > 0 } passphrase ? passphrase : null;
}
