using Sealpost.Compliance;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Pages.Compliance;

/// <summary>What one patient wants. Whom it is about is nowhere but in the circuit.</summary>
public sealed partial class AuthorizationsPage
{
    private PatientNumber _patient;
    private PatientStanding? _standing;
    private MarketingAuthorization? _revoking;
    private Restriction? _ending;
    private string? _link;
    private string? _document;
    private string _channel = "letter";
    private string _kind = "";
    private string? _value;
    private string _reason = "";
    private bool _recording;
    private bool _restricting;

    private ConsentDesk Consent => Organisation.Compliance.Consent;

    private async Task FindAsync(string id)
    {
        Close();
        _patient = await Organisation.FindPatientAsync(id, Leaving);
        _standing = await Consent.ReadAsync(_patient, Actor, Leaving);
        StateHasChanged(); // The event was the child's.
    }

    private void Close() => (_standing, _link) = (null, null);

    private Task<bool> ReadAgainAsync() => DoAsync(async token => _standing = await Consent.ReadAsync(_patient, Actor, token));

    private Task<bool> InviteAsync() => DoAsync(async token => _link = await Organisation.Compliance.Patients.InviteAsync(_patient, Actor, token));

    private Task<bool> ReadDocumentAsync(MarketingAuthorization authorization) =>
        DoAsync(async token => _document = await Organisation.Compliance.Patients.DocumentAsync(_patient, authorization.Id, Actor, token));

    private void StartForm() => _recording = true;

    private void StartRevoking(MarketingAuthorization authorization) => (_revoking, _channel) = (authorization, "letter");

    private void StartRestriction() => (_restricting, _kind, _value) = (true, "", null);

    private void StartEnding(Restriction restriction) => (_ending, _reason) = (restriction, "");

    private async Task RecordAsync(object form)
    {
        if (!await DoAsync(token => Consent.RecordAsync(_patient, ((SignedForm)form).ToAuthorization(), Actor, token), "Recorded."))
            return;
        _recording = false;
        await ReadAgainAsync();
    }

    private async Task RevokeAsync()
    {
        if (_revoking is not { } one || !await DoAsync(token => Consent.RevokeAsync(_patient, one.Id, _channel, Actor, token), "Revoked, effective now."))
            return;
        _revoking = null;
        await ReadAgainAsync();
    }

    private async Task RestrictAsync()
    {
        if (!await DoAsync(token => Consent.RestrictAsync(_patient, _kind, _value, Actor, token), "Recorded, effective now."))
            return;
        _restricting = false;
        await ReadAgainAsync();
    }

    private async Task EndAsync()
    {
        if (_ending is not { } one || !await DoAsync(token => Consent.EndRestrictionAsync(_patient, one.Id, _reason, Actor, token), "Ended."))
            return;
        _ending = null;
        await ReadAgainAsync();
    }
}
