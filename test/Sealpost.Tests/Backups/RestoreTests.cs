using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Hosting;
using Sealpost.Backups;
using Sealpost.Consent;
using Sealpost.Imports;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Backups;

/// <summary>A backup taken, time gone by, a restore: who was erased stays erased, who opted out stays out, and nothing is sent before that is known.</summary>
public sealed class RestoreTests : IAsyncLifetime
{
    private static readonly Actor Auditor = new("u-auditor", "Ida", Roles.Auditor);

    private readonly string _root = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private DataFolder _folder = null!;
    private Installation _installation = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _folder = new DataFolder(Path.Combine(_root, "data"));
        _folder.Create();
        (_installation, _) = await Installation.CreateAsync(_folder, NullLoggerFactory.Instance, Token);
        var draft = OrganisationDraft.Check("Green Valley Clinic", "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
        await _installation.Organisations.AddAsync(draft, _installation.KeySource, Actor.LocalOwner.Id, Token);
        await (await OpenAsync()).Demo.LoadAsync([(ImportDemo.Clinic, Patients(6))], Actor.LocalOwner, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _installation.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_restore_keeps_the_erased_erased_and_sends_nothing_until_opt_outs_are_back()
    {
        var organisation = await OpenAsync();
        await organisation.SendingAsync(Token); // The journal begins.
        var backup = await _installation.Backups.RunAsync(Actor.LocalOwner, Token);
        var erased = await organisation.FindPatientAsync("p1", Token);
        await organisation.Context.Patients.EraseAsync(erased, Actor.LocalOwner.Id, Token);
        await OptOutAsync(organisation, "p2@example.com");

        await RestoreAsync(backup);
        organisation = await OpenAsync();
        Assert.Null(await organisation.Context.Patients.OpenAsync(erased, Token));
        Assert.Empty(await SuppressionsAsync(organisation, "p2"));
        Assert.Contains("Nothing is sent until the journal", _installation.Restored.Hold, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await (await organisation.SendingAsync(Token)).SendAsync("any", new Actor("u", "Maria", Roles.Marketer), Token));
        Assert.Equal(_installation.Restored.Hold, refused.Message);
        Assert.Equal(0, await _installation.ResumeCampaignsAsync(Token));

        await _installation.ReplayAsync(null, Actor.LocalOwner, Token);
        Assert.Null(_installation.Restored.Hold);
        Assert.NotEmpty(await SuppressionsAsync(organisation, "p2"));
        Assert.DoesNotContain("journal", (await Assert.ThrowsAsync<RefusedException>(async () => await (await organisation.SendingAsync(Token)).SendAsync("any", new Actor("u", "Maria", Roles.Marketer), Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_journal_is_accepted_by_the_owner_alone_and_in_the_ledger()
    {
        var backup = await _installation.Backups.RunAsync(Actor.LocalOwner, Token);
        await RestoreAsync(backup);
        var administrator = new Actor("u-admin", "Noor", Roles.Administrator);
        Assert.Contains("There is no journal", (await Assert.ThrowsAsync<RefusedException>(() => _installation.ReplayAsync(null, Actor.LocalOwner, Token))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => _installation.ReplayAsync("Nothing was ever sent.", administrator, Token));
        Assert.Equal(0, await _installation.ReplayAsync("Nothing was ever sent.", Actor.LocalOwner, Token));
        await using var connection = await _installation.Database.OpenReadAsync(Token);
        await using var command = Sealpost.Storage.Sql.Command(connection, "SELECT COUNT(*) FROM ledger_entry WHERE kind = 'journal.lost'");
        Assert.Equal(1L, await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_backup_holds_no_root_key_no_journal_and_one_copy_of_the_wrapped_keys()
    {
        await _installation.Backups.RunAsync(Actor.LocalOwner, Token);
        var files = Directory.EnumerateFiles(_folder.Places.Backups, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["keys-latest.db", "manifest.json", "sealpost.db"], files);
        Assert.Single(_installation.Backups.List(Auditor));
        await Assert.ThrowsAsync<RefusedException>(() => _installation.Backups.RunAsync(Auditor, Token));
    }

    [Fact]
    public async Task A_changed_backup_is_refused_and_nothing_is_touched()
    {
        var backup = await _installation.Backups.RunAsync(Actor.LocalOwner, Token);
        var data = Path.Combine(_folder.Places.Backups, backup.Name, BackupPlaces.Data);
        var bytes = await File.ReadAllBytesAsync(data, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(data, bytes, Token);
        await _installation.DisposeAsync();
        var before = await File.ReadAllBytesAsync(Path.Combine(_folder.Root, BackupPlaces.Data), Token);
        Assert.Contains("is damaged or was changed", (await Assert.ThrowsAsync<RefusedException>(() => PutBackAsync(backup))).Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(_folder.Root, BackupPlaces.Data), Token));
        Assert.False(File.Exists(_folder.Places.Mark));
        _installation = await Installation.OpenAsync(_folder, NullLoggerFactory.Instance, Token);
    }

    [Fact]
    public async Task A_new_folder_is_restored_from_copies_and_the_recovery_kit()
    {
        var backup = await _installation.Backups.RunAsync(Actor.LocalOwner, Token);
        var kit = _installation.KeySource.MakeRecoveryKit().ToText();
        var other = new DataFolder(Path.Combine(_root, "other"));
        other.Create();
        var from = Path.Combine(_folder.Places.Backups, backup.Name);
        Assert.Contains("--kit", (await Assert.ThrowsAsync<RefusedException>(() => RestoreBackup.RunAsync(from, null, other.Places, DateTimeOffset.UnixEpoch, Token))).Message, StringComparison.Ordinal);
        (await RecoveryKit.RestoreAsync(kit, other.RootKeyFile, null, Token)).Dispose();
        await RestoreBackup.RunAsync(from, null, other.Places, DateTimeOffset.UnixEpoch, Token);
        await using var restored = await Installation.OpenAsync(other, NullLoggerFactory.Instance, Token);
        var organisation = await restored.OpenOrganisationAsync(null, Token);
        Assert.NotNull(await organisation.Context.Patients.OpenAsync(await organisation.FindPatientAsync("p3", Token), Token));
    }

    [Fact]
    public async Task A_folder_that_is_no_backup_says_so() =>
        Assert.Contains("no backup of Sealpost", (await Assert.ThrowsAsync<RefusedException>(() => RestoreBackup.RunAsync(_root, null, _folder.Places, DateTimeOffset.UnixEpoch, Token))).Message, StringComparison.Ordinal);

    private Task<OpenOrganisation> OpenAsync() => _installation.OpenOrganisationAsync(null, Token);

    private async Task RestoreAsync(BackupEntry backup)
    {
        await _installation.DisposeAsync();
        Assert.NotNull(await PutBackAsync(backup));
        _installation = await Installation.OpenAsync(_folder, NullLoggerFactory.Instance, Token);
    }

    private Task<string?> PutBackAsync(BackupEntry backup) => RestoreBackup.RunAsync(Path.Combine(_folder.Places.Backups, backup.Name), null, _folder.Places, backup.Manifest.MadeAt, Token);

    private static async Task OptOutAsync(OpenOrganisation organisation, string mailbox)
    {
        await organisation.Context.Consent.SuppressAsync(mailbox, null, SuppressionScope.All, SuppressionSource.Staff, Actor.LocalOwner.Id, Token);
        await (await organisation.SendingAsync(Token)).JournalOptOutAsync(mailbox, null, SuppressionScope.All, SuppressionSource.Staff, Token);
    }

    private static async Task<IReadOnlyList<Suppression>> SuppressionsAsync(OpenOrganisation organisation, string patient)
    {
        var chart = (await organisation.Context.Patients.OpenAsync(await organisation.FindPatientAsync(patient, Token), Token))!;
        return (await organisation.Context.Consent.LoadAsync([chart], Token))[chart.Number].Suppressions;
    }

    private static MemoryStream Patients(int count) => new(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, count).Select(number =>
        $$"""{"resourceType":"Patient","id":"p{{number}}","active":true,"identifier":[{"system":"urn:mrn","value":"p{{number}}"}],"name":[{"family":"Quill","given":["Ada"]}],"gender":"female","birthDate":"1961-04-27","telecom":[{"system":"email","value":"p{{number}}@example.com"}]}"""))));
}
