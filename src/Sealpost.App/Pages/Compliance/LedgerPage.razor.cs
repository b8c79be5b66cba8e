using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using Sealpost.App.Pages.People;
using Sealpost.Compliance;
using Sealpost.People;

namespace Sealpost.App.Pages.Compliance;

/// <summary>The ledger: what happened, and whether it is intact. A verification runs in the server and is found again by whoever opens the page.</summary>
public sealed partial class LedgerPage
{
    private const long LargestCheckpointBytes = 16 * 1024;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly List<LedgerEvent> _events = [];
    private readonly Dictionary<long, string> _whom = [];
    private IReadOnlyList<Actor> _people = [];
    private Dictionary<string, string> _names = [];
    private VerifyState? _verify;
    private string _area = "";
    private string _by = "";
    private DateOnly? _from;
    private DateOnly? _until;
    private long? _next;
    private string? _fileError;
    private bool _watching;

    /// <summary>Led here to one area.</summary>
    [SupplyParameterFromQuery(Name = "area")]
    public string? AskedArea { get; set; }

    /// <summary>Led here to what one user did, by id.</summary>
    [SupplyParameterFromQuery(Name = "by")]
    public string? AskedBy { get; set; }

    /// <summary>First day.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public string? AskedFrom { get; set; }

    /// <summary>Last day.</summary>
    [SupplyParameterFromQuery(Name = "until")]
    public string? AskedUntil { get; set; }

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    private bool Running => _verify is { EndedAt: null };

    private VerifyLedger Verification => Workplace.Installation.Verify;

    /// <inheritdoc/>
    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        VerifyLedger.Require(Actor);
        _people = await Organisation.People.ListAsync(cancellationToken);
        _names = _people.ToDictionary(one => one.Id, one => one.Name, StringComparer.Ordinal);
        _verify = Verification.State;
        _area = EventWords.Areas.Any(area => area.Key == AskedArea) ? AskedArea! : "";
        _by = AskedBy is "local-owner" or "patient" or "system" || _people.Any(one => one.Id == AskedBy) ? AskedBy! : "";
        (_from, _until) = (DayOf(AskedFrom), DayOf(AskedUntil));
        await ReadAsync(null, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (_watching || !Running)
            return;
        _watching = true;
        _ = WatchAsync();
    }

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private string Ago(DateTimeOffset at)
    {
        var words = Times.Ago(at, Workplace.Time.GetUtcNow());
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>What an entry says besides, as the ledger holds it, with its pairs set apart.</summary>
    private static string Told(string detail)
    {
        var pairs = detail.Split(' ');
        return Array.TrueForAll(pairs, pair => pair.Contains('=', StringComparison.Ordinal))
            ? string.Join(" · ", pairs.Select(pair => pair.Replace("=", ": ", StringComparison.Ordinal)))
            : detail.Replace(",", ", ", StringComparison.Ordinal).Replace(",  ", ", ", StringComparison.Ordinal);
    }

    private string NameOf(string actor) => actor switch
    {
        "system" => "the system",
        "patient" => "the patient",
        "local-owner" => "owner of the server",
        _ => _names.GetValueOrDefault(actor, "somebody who left"),
    };

    private async Task WatchAsync()
    {
        try
        {
            while (Running)
            {
                await Task.Delay(Look, Workplace.Time, Leaving);
                _verify = Verification.State;
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException)
        {
            // The person went elsewhere; the verification goes on.
        }
        finally
        {
            _watching = false;
        }
    }

    private Task<bool> VerifyAsync() => BeginAsync(null);

    private async Task VerifyAgainstAsync(InputFileChangeEventArgs change)
    {
        _fileError = null;
        if (change.File.Size > LargestCheckpointBytes)
        {
            _fileError = "That is too large for a checkpoint. Choose the text file of six lines.";
            return;
        }

        using var reader = new StreamReader(change.File.OpenReadStream(LargestCheckpointBytes, Leaving));
        await BeginAsync(await reader.ReadToEndAsync(Leaving));
    }

    private Task<bool> BeginAsync(string? checkpoint) => DoAsync(_ =>
    {
        try
        {
            _verify = Verification.Begin(checkpoint, Actor);
        }
        catch (RefusedException refused) when (checkpoint is not null && refused.Kind == RefusalKind.Rule)
        {
            _fileError = refused.Message;
        }

        return Task.CompletedTask;
    });

    private Task<bool> ExportAsync() => DoAsync(async token =>
    {
        VerifyLedger.Require(Actor);
        var checkpoint = await Workplace.Installation.CheckpointAsync(token);
        using var stream = new DotNetStreamReference(new MemoryStream(Encoding.UTF8.GetBytes(checkpoint.ToText())));
        await Script.InvokeVoidAsync("sealpost.save", token, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{checkpoint.Size}.txt"), "text/plain", stream);
        Toasts.Say("Keep the checkpoint on another machine: with it, even a ledger cut off at the end is found out.");
    });

    private Task<bool> FilterAsync()
    {
        Remember(new Dictionary<string, object?> { ["area"] = _area, ["by"] = _by, ["from"] = Text(_from), ["until"] = Text(_until) });
        return DoAsync(token => ReadAsync(null, token));
    }

    private static DateOnly? DayOf(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static string? Text(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private Task<bool> OlderAsync() => DoAsync(token => ReadAsync(_next, token));

    private async Task ReadAsync(long? before, CancellationToken cancellationToken)
    {
        var question = new LedgerQuestion { Kind = _area, Actor = _by.Length == 0 ? null : _by, From = _from, Until = _until, Before = before };
        var page = await Organisation.Compliance.Ledger.PageAsync(question, Actor, cancellationToken);
        if (before is null)
            _events.Clear();
        _events.AddRange(page.Events);
        _next = page.Next;
    }

    private Task<bool> WhoAsync(LedgerEvent one) => DoAsync(async token =>
        _whom[one.Sequence] = await Organisation.Compliance.Ledger.WhoAsync(one.Sequence, Actor, token) is { } patient ? $"patient {patient}" : "erased since");
}
