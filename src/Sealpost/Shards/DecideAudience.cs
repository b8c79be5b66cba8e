using System.Runtime.InteropServices;
using Sealpost.Audience;
using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks the legal-basis gate about everyone in an audience of one shard, from memory: no chart is opened, nothing is rendered or recorded.</summary>
internal sealed class DecideAudience(PatientShard shard, int number)
{
    public ShardAnswer Run(AudienceQuery query, QueryScope scope, GateQuestion asked)
    {
        using var found = shard.Index.Select(query, scope);
        var basis = asked.Basis(query);
        var gate = new ConsentGate(asked.Policy());
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(asked.Now, gate.Policy.TimeZone).DateTime);
        var remembered = shard.Verdicts.Under(asked.Signature(basis, today), asked.Now);
        var sets = new Dictionary<Verdict, PatientSet>(ReferenceEqualityComparer.Instance);
        foreach (var ordinal in found.ToOrdinals())
        {
            var verdict = remembered[ordinal] ?? Decide(gate, basis, ordinal, asked.Now, remembered);
            ref var set = ref CollectionsMarshal.GetValueRefOrAddDefault(sets, verdict, out _);
            set = set.With(number, ordinal);
        }

        return new ShardAnswer
        {
            Gate = [.. sets.GroupBy(verdict => (verdict.Key.Reason, verdict.Key.Citation))
                .Select(group => new GateCell(group.Key.Reason, group.Key.Citation, group.Aggregate(default(PatientSet), (sum, verdict) => sum + verdict.Value)))],
            Domains = sets.Where(verdict => verdict.Key.Reason is null).GroupBy(verdict => verdict.Key.Domain)
                .ToDictionary(group => group.Key, group => group.Aggregate(default(PatientSet), (sum, verdict) => sum + verdict.Value), StringComparer.Ordinal),
            Codes = CheckCodes.UnitsOf(shard.Index, query),
        };
    }

    private Verdict Decide(ConsentGate gate, CampaignBasis basis, int ordinal, DateTimeOffset now, GateVerdicts.Remembered remembered)
    {
        var patient = PatientNumber.At(number, ordinal);
        if (shard.Consent.State(patient) is not { } state || shard.Heads.Head(ordinal) is not { } head)
            return new Verdict(WithholdReason.Erased, "45 CFR 164.502(a)", "");
        var verdict = gate.Decide(basis, head, state, GateMoment.Selection, now) switch
        {
            ConsentDecision.Permit permit => new Verdict(null, permit.Citation, EmailAddress.DomainOf(permit.Address.Open())),
            ConsentDecision.Withhold withhold => new Verdict(withhold.Reason, withhold.Citation, ""),
            _ => throw new InvalidOperationException("Unknown decision."),
        };

        // A restriction of data looks at the very codes of the query, so its verdict holds for this query alone.
        if (state.Restrictions.Count == 0)
            return remembered.Keep(ordinal, verdict);
        return verdict;
    }
}
