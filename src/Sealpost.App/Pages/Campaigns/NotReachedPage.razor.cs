using Microsoft.AspNetCore.Components;
using Sealpost.Campaigns;
using Sealpost.Reports;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>Patients whom a campaign about their care did not reach by email, to be told by telephone or letter. Whom it is about is nowhere but in the circuit.</summary>
public sealed partial class NotReachedPage
{
    /// <summary>Read and recorded at a time: about as many as somebody calls in a morning.</summary>
    private const int AtOnce = 50;

    private readonly Dictionary<int, ElementReference> _buttons = [];
    private Campaign _campaign = default!;
    private IReadOnlyList<NotReached> _patients = [];
    private ToldBy _way = ToldBy.Telephone;
    private long _open;
    private int? _next;
    private int? _focus;
    private bool _owed;
    private bool _marking;

    /// <summary>Number of the campaign.</summary>
    [Parameter]
    public long Id { get; set; }

    /// <inheritdoc/>
    protected override object? Key => Id;

    private ReachOtherwise List => Organisation.Campaigns.NotReached;

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        _campaign = await Organisation.Desk().GetAsync(Id, cancellationToken);
        (_owed, _open, _patients, _next) = (ReachOtherwise.IsOwed(_campaign.Content.Purpose), 0, [], null);
        if (!_owed)
            return;
        _open = await List.CountAsync(Id, Actor, cancellationToken);
        await ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // The button that was pressed went with its row: without this the keyboard is back at the top of the page.
        if (_focus is not { } number || Busy)
            return;
        _focus = null;
        if (_buttons.TryGetValue(number, out var button))
            await button.FocusAsync();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var page = await List.PageAsync(Id, _next, AtOnce, Actor, cancellationToken);
        (_patients, _next) = ([.. _patients, .. page.Patients], page.Next);
    }

    private Task<bool> MoreAsync() => DoAsync(ReadAsync);

    private async Task TellAsync(NotReached one)
    {
        ToldMark? mark = null;
        var way = _way;
        if (!await DoAsync(async token => mark = await List.TellAsync(Id, one.Number, way, Actor, token)))
            return;
        var place = _patients.TakeWhile(other => other.Number != one.Number).Count();
        _patients = [.. _patients.Where(other => other.Number != one.Number)];
        _buttons.Remove(one.Number.Value);
        _open--;
        Toasts.Say($"{Capital(ToldWords.Of(way))}.", "Undo", () => InvokeAsync(() => UndoAsync(mark!.Number)));
        if (_patients.Count > 0)
            _focus = _patients[Math.Min(place, _patients.Count - 1)].Number.Value;
        else if (_next is not null)
            await MoreAsync();
    }

    private async Task TellAllAsync()
    {
        ToldMark? mark = null;
        var way = _way;
        if (!await DoAsync(async token => mark = await List.TellAsync(Id, null, way, Actor, token)))
            return;
        _marking = false;
        Toasts.Say($"{CampaignWords.People(mark!.Patients)}: {ToldWords.Of(way)}.", "Undo", () => InvokeAsync(() => UndoAsync(mark.Number)));
        await ReloadAsync();
    }

    /// <summary>Also from another page, where the person went on to; the list is read anew where it is still shown.</summary>
    private async Task UndoAsync(long mark)
    {
        if (!await DoAsync(token => List.UndoAsync(Id, mark, Actor, token)) || Leaving.IsCancellationRequested)
            return;
        await ReloadAsync();
        StateHasChanged(); // The event was the message's.
    }

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
