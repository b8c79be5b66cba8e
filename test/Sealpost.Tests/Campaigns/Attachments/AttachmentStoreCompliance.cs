using System.Security.Cryptography;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Campaigns.Attachments;

/// <summary>Files of campaigns as stored, on every database.</summary>
public abstract class AttachmentStoreCompliance : IAsyncLifetime
{
    private TestClinic _clinic = null!;
    private AttachmentDesk _files = null!;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        _files = new AttachmentDesk(_clinic.Context, _clinic.Desk, _clinic.Drafts);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task A_file_is_added_once_however_often_it_is_sent_and_replaced_under_its_name()
    {
        var id = await DraftAsync("visit");
        var first = await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf);
        Assert.Equal(first, await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf));
        Assert.Equal((Convert.ToHexStringLower(SHA256.HashData(SampleFiles.Pdf)), (long)SampleFiles.Pdf.Length), (first.Sha256, first.Bytes));
        var revision = (await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token)).Revision;
        Assert.Equal(1, revision);
        var second = await AddAsync(id, "Leaflet.pdf", SampleFiles.PdfOf("Other"));
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal([second], await ListAsync(id));
        var renamed = await AddAsync(id, "other.pdf", SampleFiles.PdfOf("Other"));
        Assert.Equal([renamed], await ListAsync(id));
        Assert.Equal(["attachment.added u-author", "attachment.added u-author"], await _clinic.LedgerAsync("attachment."));
    }

    [Fact]
    public async Task Taking_a_file_out_may_be_repeated_and_what_was_never_there_is_no_error()
    {
        var id = await DraftAsync("visit");
        var file = await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf);
        await _files.RemoveAsync(id, file.Id, TestClinic.Author, Token);
        await _files.RemoveAsync(id, file.Id, TestClinic.Author, Token);
        await _files.RemoveAsync(id, 999, TestClinic.Author, Token);
        Assert.Empty(await ListAsync(id));
    }

    [Fact]
    public async Task Versions_and_copies_keep_their_files_and_a_review_opens_them_on_record()
    {
        var id = await ReadyAsync("visit", "leaflet.pdf", SampleFiles.Pdf);
        var file = Assert.Single(await ListAsync(id));
        var copy = await _clinic.Desk.CopyAsync("visit", "visit-again", TestClinic.Author, Token);
        Assert.Equal([file], copy.Content.Files);
        await _clinic.Drafts.ReopenAsync(id, TestClinic.Author, Token);
        await _files.RemoveAsync(id, file.Id, TestClinic.Author, Token);
        _clinic.Clock.Advance(TimeSpan.FromDays(30));
        await AddAsync(id, "other.pdf", SampleFiles.PdfOf("Other")); // What nothing carries goes now.
        Assert.Equal(SampleFiles.Pdf, (await _files.OpenAsync(id, file.Id, TestClinic.Approver, Token)).Content);
        Assert.Equal(SampleFiles.Pdf, (await _files.OpenAsync(copy.Id, file.Id, TestClinic.Officer, Token)).Content);
        Assert.Equal(["campaign.file-opened u-approver", "campaign.file-opened u-officer"], await _clinic.LedgerAsync("campaign.file"));
    }

    [Fact]
    public async Task Bytes_that_nothing_carries_are_kept_a_day_for_an_undo_and_not_longer()
    {
        var id = await DraftAsync("visit");
        var file = await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf);
        _clinic.Clock.Advance(TimeSpan.FromDays(3));
        await _files.RemoveAsync(id, file.Id, TestClinic.Author, Token);
        await AddAsync(id, "other.pdf", SampleFiles.PdfOf("Other"));
        var open = await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token);
        open = await _clinic.Drafts.SaveAsync(id, open.Draft with { Files = [file] }, open.Revision, TestClinic.Author, Token);
        Assert.Equal([file], open.Draft.Files);

        await _files.RemoveAsync(id, file.Id, TestClinic.Author, Token);
        _clinic.Clock.Advance(TimeSpan.FromHours(25));
        await AddAsync(id, "third.pdf", SampleFiles.PdfOf("Third"));
        open = await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token);
        Assert.Contains("not stored any more", (await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SaveAsync(id, open.Draft with { Files = [file] }, open.Revision, TestClinic.Author, Token))).Message, StringComparison.Ordinal);
        Assert.Equal(file.Id, (await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf)).Id);
        Assert.Equal(SampleFiles.Pdf, (await _files.OpenAsync(id, file.Id, TestClinic.Author, Token)).Content);
    }

    [Fact]
    public async Task What_a_writer_says_of_size_and_hash_does_not_count()
    {
        var id = await DraftAsync("visit");
        var file = await AddAsync(id, "leaflet.pdf", SampleFiles.Pdf);
        var open = await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token);
        var forged = file with { Sha256 = new string('0', 64), Bytes = 1, Type = AttachmentType.Png };
        open = await _clinic.Drafts.SaveAsync(id, open.Draft with { Files = [forged] }, open.Revision, TestClinic.Author, Token);
        Assert.Equal([file], open.Draft.Files);
        foreach (var wrong in new[] { file with { Name = "leaflet.png" }, file with { Name = "a/b.pdf" }, file with { Id = 77 } })
            await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SaveAsync(id, open.Draft with { Files = [wrong] }, open.Revision, TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _clinic.Drafts.SaveAsync(id, open.Draft with { Files = [file, file with { Name = "twice.pdf" }] }, open.Revision, TestClinic.Author, Token));
    }

    [Fact]
    public async Task An_approval_covers_the_files_and_a_campaign_past_its_draft_takes_none()
    {
        var id = await ReadyAsync("visit", "leaflet.pdf", SampleFiles.Pdf);
        var refused = await Assert.ThrowsAsync<RefusedException>(() => AddAsync(id, "other.pdf", SampleFiles.PdfOf("Other")));
        Assert.Contains("Open it for changes first", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RefusedException>(() => _files.RemoveAsync(id, 1, TestClinic.Author, Token));
        await Assert.ThrowsAsync<RefusedException>(() => _files.AddAsync(id, "leaflet.pdf", SampleFiles.Pdf, TestClinic.Approver, Token));
        var approved = await _clinic.Desk.ApproveAsync("visit", TestClinic.Approver, Token);
        await _clinic.Drafts.ReopenAsync(id, TestClinic.Author, Token);
        await AddAsync(id, "leaflet.pdf", SampleFiles.PdfOf("Other"));
        await SubmitAsync(id);
        var review = await _clinic.Reviews.ReadAsync(id, TestClinic.Approver, Token);
        Assert.NotEqual(approved.ApprovedHash, review.ApprovalHash);
        Assert.Equal("Files", Assert.Single(review.Changes).Part);
    }

    [Fact]
    public async Task A_file_of_another_campaign_is_no_file_of_this_one()
    {
        var (mine, other) = (await DraftAsync("mine"), await DraftAsync("other"));
        var file = await AddAsync(other, "leaflet.pdf", SampleFiles.Pdf);
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => _files.OpenAsync(mine, file.Id, TestClinic.Author, Token))).Kind);
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => _files.OpenAsync(other, file.Id, new Actor("u-admin", "Admin", Roles.Administrator), Token))).Kind);
    }

    [Fact]
    public async Task Name_hash_and_bytes_are_sealed()
    {
        var id = await ReadyAsync("visit", "zqleaflet.pdf", SampleFiles.PdfOf("zqword"));
        var file = Assert.Single(await ListAsync(id));
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT hash_index, digest, content FROM attachment");
        await using var reader = await command.ExecuteReaderAsync(Token);
        Assert.True(await reader.ReadAsync(Token));
        foreach (var stored in Enumerable.Range(0, 3).Select(reader.GetFieldValue<byte[]>))
        {
            Assert.Equal(-1, stored.AsSpan().IndexOf("zqword"u8));
            Assert.Equal(-1, stored.AsSpan().IndexOf(Convert.FromHexString(file.Sha256)));
        }
    }

    private Task<Attachment> AddAsync(long campaign, string name, byte[] content) => _files.AddAsync(campaign, name, content, TestClinic.Author, Token);

    private Task<IReadOnlyList<Attachment>> ListAsync(long campaign) => _files.ListAsync(campaign, TestClinic.Author, Token);

    private async Task<long> DraftAsync(string name) => (await _clinic.Desk.CreateAsync(TestClinic.Content(name), TestClinic.Author, Token)).Id;

    private async Task SubmitAsync(long id)
    {
        var open = await _clinic.Drafts.ReadAsync(id, TestClinic.Author, Token);
        await _clinic.Drafts.SubmitAsync(id, open.Revision, null, TestClinic.Author, Token);
    }

    /// <summary>A submitted campaign with a file.</summary>
    private async Task<long> ReadyAsync(string name, string file, byte[] content)
    {
        var id = await DraftAsync(name);
        await AddAsync(id, file, content);
        await SubmitAsync(id);
        return id;
    }
}

public sealed class AttachmentStoreOnSqliteTests : AttachmentStoreCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class AttachmentStoreOnPostgresqlTests(PostgresServer server) : AttachmentStoreCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
