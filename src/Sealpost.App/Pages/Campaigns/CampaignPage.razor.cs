using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Destinations;
using Sealpost.Delivery;
using Sealpost.Library;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Running;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>One campaign: what an approver looks at, how far it is, what came of it.</summary>
public sealed partial class CampaignPage
{
    private const int DutyCycle = 20;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Renew = TimeSpan.FromSeconds(5);

    private readonly HashSet<LeftNumbers> _chosen = [];
    private Campaign _campaign = default!;
    private CampaignReview? _review;
    private SignedCampaign? _signed;
    private CampaignProgress? _progress;
    private CampaignFindings? _findings;
    private IReadOnlyList<LeftNumbers> _left = [];
    private IReadOnlyList<CampaignRemark> _pauses = [];
    private StudioReport? _said;
    private DateTime _startsAt;
    private Dictionary<string, string> _names = new Dictionary<string, string>();
    private (string Act, string Title, string Text, string Button) _question = ("", "", "", "");
    private string _words = "";
    private bool _asking;
    private bool _testing;
    private bool _watching;

    /// <summary>Number of the campaign.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Id;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        (_review, _signed, _findings, _progress) = (null, null, null, null);
        var tools = Organisation.Campaigns;
        _campaign = await Organisation.Desk().GetAsync(Id, cancellationToken);
        _names = (await Organisation.People.ListAsync(cancellationToken)).ToDictionary(one => one.Id, one => one.Name, StringComparer.Ordinal);
        if (_campaign.State != CampaignState.Draft && May(Roles.Marketer | Roles.Approver | Roles.Compliance))
        {
            if (_campaign.State < CampaignState.Sending)
                _review = await tools.Reviews.ReadAsync(Id, Actor, cancellationToken);
            else
                _signed = await tools.Reviews.ReadSignedAsync(Id, Actor, cancellationToken);
            if ((_review ?? _signed) is not null)
                _said = await new MessageStudio(Organisation.Context, new ContentLibrary(Organisation.Context)).ReportAsync(_campaign.Content.ToDraft(), Actor, cancellationToken);
        }

        if (_campaign.State >= CampaignState.Sending)
        {
            _progress = await tools.Progress.ReadAsync(Id, cancellationToken);
            _pauses = await Organisation.Desk().PausesAsync(Id, Actor, cancellationToken);
            if (May(Roles.Marketer | Roles.Approver | Roles.Compliance | Roles.Auditor))
                _findings = await tools.Findings.RunAsync(Id, Actor, cancellationToken);
            if (_campaign.State >= CampaignState.Finished && May(Roles.Marketer | Roles.Approver | Roles.Compliance))
                _left = LeftNumbers.Of(await tools.FollowUp.LeftAsync(Id, Actor, cancellationToken), _findings!.Report, exact: false);
        }
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (_watching || _campaign is not { State: CampaignState.Sending or CampaignState.Scheduled })
            return;
        _watching = true;
        _ = WatchAsync();
    }

    private async Task WatchAsync()
    {
        try
        {
            var (renewedAt, pause) = (Workplace.Time.GetTimestamp(), Renew);
            while (_campaign.State is CampaignState.Sending or CampaignState.Scheduled)
            {
                await Task.Delay(Look, Workplace.Time, Leaving);
                using var running = Workplace.Begin();
                _progress = await Organisation.Campaigns.Progress.ReadAsync(Id, Leaving);
                if (_progress.State != _campaign.State)
                {
                    await InvokeAsync(ReloadAsync);
                }
                else if (_findings is not null && Workplace.Time.GetElapsedTime(renewedAt) > pause)
                {
                    var began = Workplace.Time.GetTimestamp();
                    await InvokeAsync(() => AnewAsync(async token => _findings = await Organisation.Campaigns.Findings.RunAsync(Id, Actor, token)));
                    renewedAt = Workplace.Time.GetTimestamp();

                    // Of a very large campaign the counting itself takes long: it is not what the server does most.
                    pause = TimeSpan.FromTicks(Math.Max(Renew.Ticks, DutyCycle * Workplace.Time.GetElapsedTime(began, renewedAt).Ticks));
                }

                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException)
        {
            // The person went elsewhere.
        }
        finally
        {
            _watching = false;
        }
    }

    private string NameOf(string actor) => _names.TryGetValue(actor, out var name) ? name : actor == Actor.LocalOwner.Id ? Actor.LocalOwner.Name : "somebody who left";

    private void Ask(string act)
    {
        var now = Workplace.Time.GetUtcNow();
        var starts = TimeZoneInfo.ConvertTime(new[] { _campaign.ScheduledAt, _campaign.Content.Schedule }.FirstOrDefault(at => at > now) ?? now.AddHours(1), Zone).DateTime;
        _startsAt = new DateTime(starts.Year, starts.Month, starts.Day, starts.Hour, starts.Minute, 0, DateTimeKind.Unspecified);
        var people = PeopleToGo();
        _question = act switch
        {
            "send" => (act, "Send now?", $"By today's rules the message goes to {people}. Each is decided once more right before the message leaves.", $"Send to {people}"),
            "schedule" when _campaign.State == CampaignState.Scheduled => (act, "Move the start?", "It starts by itself at the new time; the server has to run then. What was approved stays as it is.", "Move the start"),
            "schedule" => (act, "Schedule it?", $"It starts by itself and by today's rules goes to {people}. The server has to run then.", "Schedule"),
            "resume" => (act, "Let it go on?", $"It paused because patients reported it as unwanted. It goes on to {people}.", "Let it go on"),
            "reopen" => (act, "Change it?", "It becomes a draft again; what was approved or scheduled is void, and a second person has to approve it anew.", "Change it"),
            _ => (act, "Cancel the campaign?", _campaign.StartedAt is not null ? $"{PeopleToGo()} will not get it any more. What was sent stays sent. This cannot be undone." : "Nobody will get it. Nothing was sent, so it can be brought back as a draft.", "Cancel the campaign"),
        };
        _asking = true;
    }

    /// <summary>How many it would still go to, as the person may see it: forecasts come rounded to whoever may not see patients.</summary>
    private string PeopleToGo()
    {
        if (_review?.Forecast.Lawful is { } lawful)
            return AudienceDesk.MaySeePatients(Actor) ? CampaignWords.People(lawful) : lawful is > 0 and < SmallCells.Smallest ? "fewer than 11 people" : $"about {CampaignWords.People(lawful)}";
        var left = _progress?.Of(Outcome.Pending) ?? 0;
        return ListDeliveries.SeesPatients(Actor) || left is 0 or >= SmallCells.Smallest ? CampaignWords.People(left) : "fewer than 11 people";
    }

    private static string Told(long? number) => number is { } known ? CampaignWords.Number(known) : SmallCells.Withheld;

    /// <summary>Words of people; its own pauses stand in a panel of their own.</summary>
    private static List<CampaignRemark> Said(SignedCampaign signed) => [.. signed.Remarks.Where(remark => remark.Kind is not (RemarkKind.Paused or RemarkKind.Resumed))];

    /// <summary>Nothing of it is for the person's role, or nothing is there yet.</summary>
    private bool IsEmpty => _review is null && _signed is null && _findings is null && !(_progress is { Selected: > 0 } && _campaign.State is CampaignState.Sending or CampaignState.Paused);

    /// <summary>Takes a submission back, so that nobody approves it meanwhile; the button in the message hands it over again as it was.</summary>
    private async Task WithdrawAsync()
    {
        if (!await DoAsync(token => Organisation.Campaigns.Drafts.ReopenAsync(Id, Actor, token)))
            return;
        Toasts.Say("Withdrawn. Nobody can approve it until it is submitted again.", "Submit again", () => InvokeAsync(() => AgainAsync(async token =>
        {
            var open = await Organisation.Campaigns.Drafts.ReadAsync(Id, Actor, token);
            await Organisation.Campaigns.Drafts.SubmitAsync(Id, open.Revision, null, Actor, token);
        })));
        Navigation.NavigateTo(At($"/campaigns/{Id}/edit"));
    }

    private async Task DeleteAsync()
    {
        if (!await DoAsync(async token => await (await Organisation.SendingAsync(token)).CancelAsync(_campaign.Name, Actor, token)))
            return;
        Toasts.Say("Draft deleted.", "Undo", () => InvokeAsync(() => AgainAsync(token => Organisation.Campaigns.Drafts.ReopenAsync(Id, Actor, token))));
        Navigation.NavigateTo(At("/campaigns"));
    }

    private async Task BringBackAsync()
    {
        if (await DoAsync(token => Organisation.Campaigns.Drafts.ReopenAsync(Id, Actor, token), "A draft again."))
            Navigation.NavigateTo(At($"/campaigns/{Id}/edit"));
    }

    /// <summary>Undoes, from whatever page the person is on by now, and leads back to the campaign.</summary>
    private async Task AgainAsync(Func<CancellationToken, Task> operation)
    {
        if (await DoAsync(operation))
            Navigation.NavigateTo(At($"/campaigns/{Id}"));
    }

    private async Task ResumeAsync()
    {
        if (_campaign.PausedForComplaints)
            Ask("resume");
        else
            await ActAsync("resume");
    }

    private async Task ActAsync(string act)
    {
        _asking = false;
        if (act == "reopen")
        {
            if (await DoAsync(token => Organisation.Campaigns.Drafts.ReopenAsync(Id, Actor, token)))
                Navigation.NavigateTo(At($"/campaigns/{Id}/edit"));
            return;
        }

        await DoAsync(async token =>
        {
            var sending = await Organisation.SendingAsync(token);
            await (act switch
            {
                "send" => sending.SendAsync(_campaign.Name, Actor, token),
                "schedule" => sending.ScheduleAsync(_campaign.Name, StartsAt(), Actor, token),
                "unschedule" => sending.UnscheduleAsync(_campaign.Name, Actor, token),
                "pause" => sending.PauseAsync(_campaign.Name, Actor, token),
                "resume" => sending.ResumeAsync(_campaign.Name, _words, Actor, token),
                _ => sending.CancelAsync(_campaign.Name, Actor, token),
            });
        });
        await ReloadAsync();
    }

    private DateTimeOffset StartsAt() => Zone.IsInvalidTime(_startsAt)
        ? throw new RefusedException("The clock skips that time on that day: choose another.")
        : new DateTimeOffset(_startsAt, Zone.GetUtcOffset(_startsAt));

    /// <summary>Looks at the audience's mail hosts; what was seen is kept, also where the person goes elsewhere meanwhile.</summary>
    private async Task LookAsync()
    {
        CampaignForecast? forecast = null;
        var (desk, name) = (Organisation.Desk(), _campaign.Name);
        await DoLongAsync(Organisation.Work, WorkKinds.Look(Id), async (actor, progress, token) =>
        {
            forecast = await desk.LookAndForecastAsync(name, actor, new LookProgress(progress), token);
            return "The mail hosts were looked at.";
        });
        if (forecast is not null && _review is not null)
            _review = _review with { Forecast = forecast };
    }

    private async Task ApproveAsync()
    {
        Campaign? approved = null;
        if (await DoAsync(async token => approved = await Organisation.Desk().ApproveAsync(_campaign.Name, _review!.Campaign.Version, _words, Actor, token)))
            Toasts.Say(CampaignWords.Approved(approved!, Zone, Workplace.Time.GetUtcNow()));
        await ReloadAsync();
    }

    private async Task SendBackAsync()
    {
        if (await DoAsync(token => Organisation.Desk().SendBackAsync(_campaign.Name, _words, Actor, token), "Sent back to its author."))
            Navigation.NavigateTo(At("/campaigns"));
    }

    private Task CopyAsync() => GoToAsync(token => Organisation.Desk().CopyAsync(_campaign.Name, null, Actor, token));

    private Task FollowUpAsync() => GoToAsync(token => Organisation.Campaigns.FollowUp.RunAsync(Id, [.. _chosen.Select(one => (one.Outcome, one.Reason))], null, Actor, token));

    private async Task GoToAsync(Func<CancellationToken, Task<Campaign>> make)
    {
        Campaign? made = null;
        if (await DoAsync(async token => made = await make(token)))
            Navigation.NavigateTo(At($"/campaigns/{made!.Id}/edit"));
    }

    private async Task SaveAsync(string name, string type, string text)
    {
        using var stream = new DotNetStreamReference(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await Script.InvokeVoidAsync("sealpost.save", Leaving, name, type, stream);
    }
}
