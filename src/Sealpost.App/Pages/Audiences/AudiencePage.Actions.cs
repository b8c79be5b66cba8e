using System.Globalization;
using Microsoft.AspNetCore.Components;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.App.Pages.Audiences;

/// <summary>What the builder's buttons do.</summary>
public sealed partial class AudiencePage
{
    private async Task UndoAsync()
    {
        if (_model.Rule.Undo())
            await MovedAsync();
    }

    private async Task RedoAsync()
    {
        if (_model.Rule.Redo())
            await MovedAsync();
    }

    /// <summary>Undone by the button only while nothing else was changed, so that it takes back what it says.</summary>
    private void SayRemoved()
    {
        var text = _model.Rule.Text;
        Toasts.Say("Rule removed.", "Undo", () => InvokeAsync(() => _model.Rule.Text == text && !Leaving.IsCancellationRequested ? UndoAsync() : throw new RefusedException("The rule was changed since. Go back step by step with Ctrl+Z.")));
    }

    private Task MovedAsync()
    {
        _model.Follow();
        return EditedAsync();
    }

    /// <summary>Puts a text in place of the rule; undo brings the old one back.</summary>
    private Task TakeAsync(string text)
    {
        _model.Rule.Type(text);
        return MovedAsync();
    }

    /// <summary>Writes what is near in place of what is unknown, within the part that the problem is about.</summary>
    private Task MendAsync(Shards.AudienceProblem problem, string near)
    {
        var (start, length) = _model.Rule.Parsed.Spans[problem.Part];
        var text = _model.Rule.Text;
        var part = text.Substring(start, length);
        var at = part.IndexOf(problem.Wrong, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? Task.CompletedTask : TakeAsync(text[..(start + at)] + near + text[(start + at + problem.Wrong.Length)..]);
    }

    private async Task PurposeAsync(ChangeEventArgs change)
    {
        _figures.Purpose = Enum.Parse<Purpose>((string)change.Value!);
        await MeasureAsync();
    }

    private async Task DayAsync(ChangeEventArgs change)
    {
        _figures.AsOf = DateOnly.TryParse(change.Value as string, CultureInfo.InvariantCulture, out var day) && day != Organisation.Context.Today ? day : null;
        await MeasureAsync();
    }

    private async Task SaveAsync()
    {
        await FlushAsync();
        if (!MaySave)
            return;
        if (!CanSave)
        {
            Toasts.Warn("There is nothing that can be saved yet: mend the text, or add a rule.");
            return;
        }

        if (_saved is null)
        {
            Name(rename: false);
            return;
        }

        if (!IsChanged)
            return;
        await _keeper.StopAsync();
        await DoAsync(async token => await SavedAsync(await Organisation.SavedAudiences.ReviseAsync(_saved.Id, _saved.Version, null, _model.Rule.Query, Actor, token), token), "Saved.");
    }

    private void Name(bool rename) => (_naming, _rename, _name, _nameProblem) = (true, rename, rename ? _saved!.Name : "", null);

    private async Task NamedAsync()
    {
        if (Busy)
            return;
        await _keeper.StopAsync();
        try
        {
            if (_rename)
            {
                await SavedAsync(await Organisation.SavedAudiences.ReviseAsync(_saved!.Id, _saved.Version, _name, null, Actor, Leaving), Leaving);
                _naming = false;
                return;
            }

            var created = await Organisation.SavedAudiences.CreateAsync(_name, _model.Rule.Query!, Actor, Leaving);
            _naming = false;
            Toasts.Say("Saved.");
            Navigation.NavigateTo(At($"/audiences/{created.Id}"), replace: _saved is null);
        }
        catch (RefusedException refused)
        {
            _nameProblem = refused.Message;
        }
    }

    private async Task ThrowAwayAsync()
    {
        await _keeper.StopAsync();
        if (!await DoAsync(token => Organisation.SavedAudiences.DropDraftAsync(Id ?? 0, Actor, token)))
            return;
        _resumed = null;
        await TakeAsync(_saved?.Query ?? "");
        Toasts.Say("Draft thrown away.", "Undo", () => InvokeAsync(UndoAsync));
    }

    private void StartCampaign() => (_starting, _name, _nameProblem) = (true, "", null);

    /// <summary>A new campaign with a copy of the rule, and where it was taken from as long as it is that version's.</summary>
    private async Task StartAsync()
    {
        if (Busy)
            return;
        try
        {
            var drafts = Organisation.Campaigns.Drafts;
            var campaign = await drafts.StartAsync(_name.Trim().Replace(' ', '-'), Actor, Leaving);
            var source = _saved is not null && !IsChanged ? new PinnedSource { Id = _saved.Id, Name = _saved.Name, Version = _saved.Version } : null;
            await drafts.SaveAsync(campaign.Id, new CampaignDraft { Name = campaign.Name, Audience = _model.Rule.Query!.ToText(), AudienceSource = source }, 0, Actor, Leaving);
            Navigation.NavigateTo(At($"/campaigns/{campaign.Id}/edit"));
        }
        catch (RefusedException refused)
        {
            _nameProblem = refused.Message;
        }
    }

    private Task<bool> WhoAsync(int? after) => DoAsync(async token =>
    {
        var before = after is null || _who is null ? 0 : _who.Before + _who.Patients.Count;
        var page = await Organisation.Audiences.PageAsync(_model.Rule.Query!, _figures.AsOf ?? Organisation.Context.Today, after, Actor, token);
        _who = new AudiencePageOfPatients(page.Patients, page.Next, page.Total, before);
        _whoShown = string.Create(CultureInfo.InvariantCulture, $"{(page.Patients.Count == 0 ? 0 : before + 1)} to {before + page.Patients.Count}");
        _explained = null;
    });

    private Task<bool> WhyAsync(AudiencePatient patient) => DoAsync(async token =>
    {
        if (_explained?.Patient == patient.Number)
        {
            _explained = null;
            return;
        }

        var explanation = await Organisation.Audiences.ExplainAsync(_model.Rule.Query!, patient.Number, _figures.AsOf ?? Organisation.Context.Today, Actor, token)
            ?? throw new RefusedException("The patient was erased meanwhile.");
        _explained = (patient.Number, explanation);
    });
}

/// <summary>A page of patients and how many came before.</summary>
internal sealed record AudiencePageOfPatients(IReadOnlyList<AudiencePatient> Patients, int? Next, long Total, long Before)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}
