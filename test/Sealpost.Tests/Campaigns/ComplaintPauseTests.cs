using System.Text;
using Sealpost.App.Demo;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.Returns;
using Sealpost.Reports;

namespace Sealpost.Tests.Campaigns;

/// <summary>A campaign that patients complain about pauses by itself, and goes on only when a person says why.</summary>
public sealed class ComplaintPauseTests : IAsyncLifetime
{
    private readonly MailboxGate _gate = new();
    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private int _complaints;

    private static CancellationToken Token => TestClinic.Token;

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(_gate.Options, TimeProvider.System);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
        _gate.Dispose();
    }

    [Fact]
    public async Task Too_many_complaints_pause_it_and_a_reason_lets_it_go_on()
    {
        await _clinic.AddPatientsAsync(600, "a.example");
        await _clinic.ApprovedAsync(TestClinic.Content("offer"));
        await _clinic.Send.SendAsync("offer", TestClinic.Author, Token);
        _gate.Let(40);
        await Eventually.TrueAsync(async () => (await _clinic.ReportAsync("offer")).Accepted == 40, "40 messages are accepted", Token);

        // Two are too few to mean anything, whatever their share.
        await ComplainAsync(2);
        Assert.Equal(CampaignState.Sending, (await _clinic.ReportAsync("offer")).State);
        await _gate.LetWaitingAsync(ComplainAsync(1));
        var paused = await _clinic.ReportAsync("offer");
        Assert.Equal((CampaignState.Paused, 3), (paused.State, paused.Complained));
        Assert.True(paused is { Pending: > 0, AddsUp: true });
        Assert.Contains("campaign.paused system", await _clinic.LedgerAsync("campaign.paused"));
        var need = Assert.Single(await NeedsAsync(), need => need.Kind == NeedKind.PausedItself);
        Assert.Equal(paused.Campaign, need.Campaign);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => _clinic.Send.ResumeAsync("offer", " ", TestClinic.Author, Token));
        Assert.Contains("--reason", refused.Message, StringComparison.Ordinal);
        await _clinic.Send.ResumeAsync("offer", "One provider's button was misread; agreed with Dana.", TestClinic.Author, Token);

        // Those that a person has answered for do not pause it again; as many new ones do.
        await ComplainAsync(2);
        Assert.Equal(CampaignState.Sending, (await _clinic.ReportAsync("offer")).State);
        await _gate.LetWaitingAsync(ComplainAsync(1));
        Assert.Equal(CampaignState.Paused, (await _clinic.ReportAsync("offer")).State);
        var said = await new CampaignDesk(_clinic.Context, _clinic.Options).PausesAsync(paused.Campaign, TestClinic.Author, Token);
        Assert.Equal([RemarkKind.Paused, RemarkKind.Resumed, RemarkKind.Paused], said.Select(remark => remark.Kind));
        Assert.EndsWith("% of the messages were reported as unwanted; the limit is 0.3 %.", said[0].Words, StringComparison.Ordinal);
        Assert.Equal("One provider's button was misread; agreed with Dana.", said[1].Words);
    }

    [Theory]
    [InlineData(1_000, 2, 0, false)]
    [InlineData(1_000, 3, 0, false)]
    [InlineData(999, 3, 0, true)]
    [InlineData(10, 3, 0, true)]
    [InlineData(10, 3, 1, false)]
    [InlineData(10, 4, 1, true)]
    public void Only_a_share_above_the_limit_and_three_new_ones_count(long accepted, long complained, long seen, bool over) =>
        Assert.Equal(over, new ComplaintCount(accepted, complained).IsOver(seen, ComplaintCount.DefaultLimit));

    private async Task<IReadOnlyList<Need>> NeedsAsync()
    {
        using var home = new ReadHome(_clinic.Context, new WatchProgress(_clinic.Context));
        return (await home.RunAsync(TestClinic.Author, Token)).Needs;
    }

    private async Task ComplainAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var id = Encoding.UTF8.GetString(_mailbox.Store.Messages[_complaints++].Bytes.Span).Split("Message-ID: <")[1].Split('>')[0];
            var report = "From: fbl@a.example\nTo: fbl@mail.greenvalley.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\nContent-Type: text/plain\n\nA report.\n"
                + $"--x\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nUser-Agent: t/1\n\n--x\nContent-Type: message/rfc822\n\nMessage-ID: <{id}>\nSubject: x\n\nx\n--x--\n";
            var mail = new IncomingMail(Encoding.UTF8.GetBytes(report.ReplaceLineEndings("\r\n")), [], ReturnWay.Pipe);
            Assert.Equal(ReturnDone.Complaint, await new TakeReturn(_clinic.Context, _clinic.Send).RunAsync(mail, await ReadReturn.ReadAsync(mail.Bytes, Token), Token));
        }
    }
}
