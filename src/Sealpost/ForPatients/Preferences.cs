using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.ForPatients;

/// <summary>Where a topic stands for a patient.</summary>
internal enum TopicStanding
{
    /// <summary>Mail about it may come.</summary>
    On,

    /// <summary>The patient opted out.</summary>
    Off,

    /// <summary>Nothing comes before the patient signs an authorization. 45 CFR 164.508(a)(3).</summary>
    NeedsAuthorization,
}

/// <summary>What a patient gets, topic by topic, and how the patient changes it.</summary>
/// <param name="visit">Who.</param>
/// <param name="sending">Takes opt-outs, so that running campaigns and the journal know at once.</param>
internal sealed class Preferences(PatientVisit visit, SendCampaign sending)
{
    /// <summary>Whether the patient asked for no email at all, or for another channel. Only staff can record that this has changed. 45 CFR 164.522(b).</summary>
    public bool NoEmail => visit.State.Restrictions.Any(restriction => restriction.Kind == RestrictionKinds.NoEmail);

    /// <summary>Every topic and where it stands.</summary>
    public IReadOnlyDictionary<Topic, TopicStanding> Topics
    {
        get
        {
            var off = Consent.Topics.Off(visit.State);
            return Consent.Topics.All.ToDictionary(topic => topic, topic =>
                off.Contains(topic) ? TopicStanding.Off
                : topic == Topic.Offers && !Authorizations.InForce(visit).Any() ? TopicStanding.NeedsAuthorization
                : TopicStanding.On);
        }
    }

    /// <summary>Stops some topics, effective before this returns: also for messages already queued.</summary>
    public async Task StopAsync(IReadOnlyCollection<Topic> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
            await sending.UnsubscribeAsync(visit.Link.ToText(visit.Organisation.Keys), Consent.Topics.ScopeOf(topic), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops every email, also about the patient's own care.</summary>
    public Task StopAllAsync(CancellationToken cancellationToken) =>
        sending.UnsubscribeAsync(visit.Link.ToText(visit.Organisation.Keys), SuppressionScope.All, cancellationToken);

    /// <summary>Opens some topics again: the patient's own affirmative act. 45 CFR 164.514(f)(2)(v). Offers open by signing alone.</summary>
    public Task<bool> ReopenAsync(IReadOnlyCollection<Topic> topics, CancellationToken cancellationToken) =>
        visit.Chart is null ? Task.FromResult(false) : visit.Organisation.Consent.ReopenAsync(visit.Patient, [.. topics.Where(topic => topic != Topic.Offers)], cancellationToken);

    /// <summary>Asks for another address or channel: recorded for staff, never a change on its own. 45 CFR 164.522(b). Null where too much is open already.</summary>
    public Task<long?> AskForAddressAsync(string wish, CancellationToken cancellationToken) =>
        RequestsOf(visit).AddAsync(visit.Patient, PatientRequestKinds.Address, visit.Link.Campaign, wish.Trim(), cancellationToken);

    /// <summary>The organisation's requests.</summary>
    public static PatientRequests RequestsOf(PatientVisit visit) =>
        new(visit.Organisation.Database, visit.Organisation.Keys, visit.Organisation.Ledger, visit.Organisation.Time);
}
