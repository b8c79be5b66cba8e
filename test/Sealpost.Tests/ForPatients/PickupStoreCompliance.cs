using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Sealpost.Campaigns.Attachments;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.ForPatients;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Campaigns.Attachments;
using Sealpost.Tests.Storage;
using Sealpost.Trust.Agreements;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.ForPatients;

/// <summary>What is kept about waiting messages, on every database.</summary>
public abstract class PickupStoreCompliance : IAsyncLifetime
{
    private static readonly PatientNumber Patient = new(1);

    private TestClinic _clinic = null!;

    private protected abstract Task<string?> UrlAsync();

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _clinic = await TestClinic.CreateAsync(await UrlAsync());
        await _clinic.AddPatientAsync(1, "p1@a.example");
        await _clinic.AddPatientAsync(2, "p2@a.example");
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _clinic.DisposeAsync();
    }

    [Fact]
    public async Task A_passkey_is_kept_sealed_for_its_patient_alone_until_it_is_removed()
    {
        var passkeys = new PickupPasskeys(_clinic.Context);
        var made = Made(1);
        Assert.True(await passkeys.AddAsync(Patient, made, PickupFactor.Code, Token));
        Assert.False(await passkeys.AddAsync(new PatientNumber(2), made, PickupFactor.Code, Token));
        made.SignCount = 7;
        await passkeys.UsedAsync(Patient, made, Token);
        var kept = Assert.Single(await passkeys.OfAsync(Patient, Token));
        Assert.Equal(made.CredentialId, kept.Info.CredentialId);
        Assert.Equal(made.PublicKey, kept.Info.PublicKey);
        Assert.Equal((7u, PickupFactor.Code), (kept.Info.SignCount, kept.MadeBy));
        Assert.Empty(await passkeys.OfAsync(new PatientNumber(2), Token));
        Assert.NotEqual(passkeys.HandleOf(Patient), passkeys.HandleOf(new PatientNumber(2)));
        Assert.Equal((1, 0), (await passkeys.RemoveAsync(Patient, "u1", Token), await passkeys.RemoveAsync(Patient, "u1", Token)));
        Assert.Equal(["pickup.passkey-added patient", "pickup.passkeys-removed u1"], await _clinic.LedgerAsync("pickup."));
    }

    [Fact]
    public async Task The_sixth_passkey_takes_the_oldest_away_and_erasing_the_patient_ends_all()
    {
        var passkeys = new PickupPasskeys(_clinic.Context);
        for (byte i = 1; i <= PickupPasskeys.Most + 1; i++)
        {
            await passkeys.AddAsync(Patient, Made(i), PickupFactor.Code, Token);
            _clinic.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([2, 3, 4, 5, 6], (await passkeys.OfAsync(Patient, Token)).Select(one => (int)one.Info.CredentialId[0]));
        await _clinic.EraseAsync(1);
        Assert.Empty(await passkeys.OfAsync(Patient, Token));
        Assert.False(await passkeys.AddAsync(Patient, Made(9), PickupFactor.Code, Token));
    }

    [Theory]
    [InlineData(PickupFactor.Code, MessageClass.N3, true)]
    [InlineData(PickupFactor.BirthDateAndZip, MessageClass.N2, true)]
    [InlineData(PickupFactor.BirthDateAndZip, MessageClass.N3, false)]
    internal void A_passkey_proves_no_more_than_what_it_was_made_by(PickupFactor madeBy, MessageClass messageClass, bool opens) =>
        Assert.Equal(opens, PickupPasskeys.Opens(madeBy, messageClass));

    [Fact]
    public async Task A_block_of_addresses_is_closed_until_the_hour_ends_and_forgotten_later()
    {
        var blocks = new PickupBlocks(_clinic.Context);
        var (block, neighbour, other) = (PickupBlocks.Of(IPAddress.Parse("203.0.113.9")), PickupBlocks.Of(IPAddress.Parse("::ffff:203.0.113.200")), PickupBlocks.Of(IPAddress.Parse("203.0.114.9")));
        Assert.Null(PickupBlocks.Of(IPAddress.IPv6Loopback));
        Assert.Equal(PickupBlocks.Of(IPAddress.Parse("2001:db8:1:200::1")), PickupBlocks.Of(IPAddress.Parse("2001:db8:1:2ff:ffff::1")));
        for (var i = 0; i < PickupBlocks.MostFailures; i++)
        {
            Assert.False(await blocks.IsClosedAsync(neighbour, Token));
            await blocks.CountAsync(block, Token);
        }

        Assert.Equal((true, false, false), (await blocks.IsClosedAsync(neighbour, Token), await blocks.IsClosedAsync(other, Token), await blocks.IsClosedAsync(null, Token)));
        Assert.Equal(["pickup.block-closed system"], await _clinic.LedgerAsync("pickup.block"));
        _clinic.Clock.Advance(TimeSpan.FromHours(1));
        Assert.False(await blocks.IsClosedAsync(block, Token));
        _clinic.Clock.Advance(TimeSpan.FromDays(2));
        await blocks.CountAsync(other, Token);
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM pickup_block"));
    }

    [Fact]
    public async Task Read_waiting_and_ended_are_told_apart_and_home_says_when_links_end_soon()
    {
        var campaign = (await _clinic.Desk.CreateAsync(TestClinic.Content("eyes"), TestClinic.Author, Token)).Id;
        await NoticeAsync(campaign, 1);
        await NoticeAsync(campaign, 2);
        Assert.True(await new PickupRows(_clinic.Context).UseAsync(campaign, Patient, 1, "code", Token));
        Assert.Equal(new PickupCounts(1, 1, 0), await new ReadPickups(_clinic.Context).OfAsync(campaign, Token));
        Assert.Empty(await EndingAsync());
        _clinic.Clock.Advance(TimeSpan.FromDays(12));
        var need = Assert.Single(await EndingAsync());
        Assert.Equal((NeedKind.PickupEnding, campaign, _clinic.Time.GetUtcNow() + TimeSpan.FromDays(2)), (need.Kind, need.Campaign!.Value, need.Since));
        _clinic.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(new PickupCounts(1, 0, 1), await new ReadPickups(_clinic.Context).OfAsync(campaign, Token));
        Assert.Empty(await EndingAsync());

        // A new link makes it wait again.
        await new PickupRows(_clinic.Context).RenewAsync(campaign, new PatientNumber(2), Token);
        Assert.Equal(new PickupCounts(1, 1, 0), await new ReadPickups(_clinic.Context).OfAsync(campaign, Token));
    }

    [Fact]
    public async Task A_reply_that_finds_no_way_is_tried_for_two_days_and_then_waits_for_a_person()
    {
        var agreement = new BusinessAssociateAgreement(1, "Mailbox Hosting Inc.", "nowhere.invalid", [PhiFlow.Store], new DateOnly(2025, 1, 1), null, "user-1", DateTimeOffset.UnixEpoch, null);
        var options = _clinic.Options with { Pickup = new PickupRules { ReplyInbox = "care@nowhere.invalid" }, Transport = _ => Task.FromResult(new TransportGate([agreement], [])) };
        var replies = new DeliverReplies(_clinic.Context, options);
        Assert.True(await replies.TakeAsync(Patient, 1, MessageClass.N2, "Hello", Token));
        Assert.True(await replies.TakeAsync(Patient, 1, MessageClass.N3, "Sensitive", Token));
        Assert.Equal(1, await CountAsync("SELECT COUNT(*) FROM reply_delivery"));
        Assert.Equal(TimeSpan.FromMinutes(1), await replies.RunAsync(Token));
        _clinic.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(5), await replies.RunAsync(Token));
        _clinic.Clock.Advance(DeliverReplies.GiveUpAfter);
        Assert.Null(await replies.RunAsync(Token));
        Assert.Equal(["reply.waits system"], await _clinic.LedgerAsync("reply."));
        var open = await Sealpost.Campaigns.Returned.StopAddress.RequestsOf(_clinic.Context).ListAsync(openOnly: true, 0, 10, Token);
        Assert.Equal(["Hello", "Sensitive"], open.Select(request => request.Text));
        var keeper = new Actor("u-keeper", "Dana", Roles.Compliance);
        Assert.Equal(NeedKind.Replies, Assert.Single(await PatientNeeds.RepliesAsync(_clinic.Context, keeper, Token)).Kind);
        Assert.Empty(await PatientNeeds.RepliesAsync(_clinic.Context, TestClinic.Author, Token));
    }

    [Fact]
    public async Task Files_are_within_reach_of_an_opened_message_alone_for_its_15_minutes()
    {
        var (files, link) = await OpenedAsync("papers");
        Assert.Equal(SampleFiles.Pdf, (await FileAsync(link, files[0].Id))!.Content);
        Assert.Null(await FileAsync(link, 987));
        Assert.Equal(["pickup.read patient", "pickup.file patient"], await _clinic.LedgerAsync("pickup."));
        _clinic.Clock.Advance(PickupMessage.OpenFor + TimeSpan.FromSeconds(1));
        Assert.Null(await FileAsync(link, files[0].Id, sinceMinutes: 15));
        Assert.Equal(SampleFiles.Pdf, (await FileAsync(link, files[0].Id))!.Content);

        await new PickupRows(_clinic.Context).RenewAsync(link.Campaign, Patient, Token);
        Assert.Null(await FileAsync(link, files[0].Id));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("erased")]
    [InlineData("revised")]
    public async Task What_closes_the_message_closes_its_files(string how)
    {
        var (files, link) = await OpenedAsync("papers");
        Assert.NotNull(await FileAsync(link, files[0].Id));
        if (how == "erased")
            await _clinic.EraseAsync(1);
        else if (how == "cancelled")
            await _clinic.Desk.Store.TransitAsync(new Sealpost.Campaigns.CampaignTransition(link.Campaign, Sealpost.Campaigns.CampaignAct.Cancel, "u1"), Token);
        else
            await _clinic.Desk.Store.ReviseAsync(link.Campaign, TestClinic.Content("papers"), "u1", Token);
        Assert.Null(await FileAsync(link, files[0].Id));
    }

    private async Task<(IReadOnlyList<Attachment> Files, PatientLink Link)> OpenedAsync(string name)
    {
        var file = await new AttachmentDesk(_clinic.Context, _clinic.Desk, _clinic.Drafts).StoreAsync("leaflet.pdf", SampleFiles.Pdf, TestClinic.Author, Token);
        await _clinic.ApprovedAsync(TestClinic.Content(name) with { Files = [file] });
        var campaign = (await _clinic.Desk.GetAsync(name, Token)).Id;
        await NoticeAsync(campaign, 1);
        Assert.True(await new PickupRows(_clinic.Context).UseAsync(campaign, Patient, 1, "code", Token));
        return ([file], new PatientLink(PatientLinkKind.Pickup, campaign, Patient, ConsentTables.BlindOf(_clinic.Context.Keys, "email", "p1@a.example"), 1, _clinic.Time.GetUtcNow() + TimeSpan.FromDays(14)));
    }

    /// <summary>Asks for a file as the browser does that opened the message some minutes ago.</summary>
    private async Task<OpenedAttachment?> FileAsync(PatientLink link, long file, int sinceMinutes = 0)
    {
        var visit = await OpenVisit.OfAsync(_clinic.Context, new UnsubscribeToken(TestClinic.Organisation.Id, link.Campaign, link.Patient, link.Mailbox), Token);
        var session = link with { Kind = PatientLinkKind.PickupSession, Subject = (link.Subject * 4) + (int)PickupFactor.Code, ExpiresAt = _clinic.Time.GetUtcNow() + PickupMessage.OpenFor - TimeSpan.FromMinutes(sinceMinutes) };
        return await new PickupMessage(visit, link, _clinic.Options).FileAsync(session.ToText(_clinic.Context.Keys), file, Token);
    }

    private static UserPasskeyInfo Made(byte id) =>
        new([id, .. RandomNumberGenerator.GetBytes(15)], RandomNumberGenerator.GetBytes(77), DateTimeOffset.UnixEpoch, 0, null, isUserVerified: true, isBackupEligible: true, isBackedUp: true, [], []);

    private Task NoticeAsync(long campaign, int patient) => _clinic.Context.Database.WriteAsync(
        (transaction, token) => Sql.ExecuteAsync(
            transaction,
            "INSERT INTO delivery (org, campaign, patient, destination, state, changed_at) VALUES (1, @campaign, @patient, 1, @state, @now)",
            [("@campaign", campaign), ("@patient", patient), ("@state", (int)Outcome.Pickup), ("@now", Sql.Stored(_clinic.Time.GetUtcNow()))],
            token),
        Token);

    private Task<IReadOnlyList<Need>> EndingAsync() => PatientNeeds.EndingAsync(_clinic.Context, new Sealpost.Campaigns.CampaignStore(_clinic.Context), Token);

    private async Task<long> CountAsync(string sql)
    {
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, sql);
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}

public sealed class PickupStoreOnSqliteTests : PickupStoreCompliance
{
    private protected override Task<string?> UrlAsync() => Task.FromResult<string?>(null);
}

public sealed class PickupStoreOnPostgresqlTests(PostgresServer server) : PickupStoreCompliance
{
    private protected override async Task<string?> UrlAsync() => await server.CreateDatabaseAsync(TestClinic.Token);
}
