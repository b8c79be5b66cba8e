using Sealpost.Consent;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Asks the legal-basis gate about given patients of one shard, from memory: no chart is opened. Each message is decided anew, from the store, before it is made and before it leaves.</summary>
internal sealed class DecidePatients(PatientShard shard, int number)
{
    public DecideAnswer Run(DecideQuestion asked)
    {
        var basis = asked.Basis();
        var gate = new ConsentGate(asked.Gate.Policy());
        var today = DateOnly.FromDayNumber(asked.Today);
        var texts = new Texts();
        var rows = new DecidedRow[asked.Ordinals.Length];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = Decide(gate, basis, asked.Ordinals[i], asked.Gate.Now, today, texts);
        return new DecideAnswer { Rows = rows, Texts = texts.ToArray() };
    }

    private DecidedRow Decide(ConsentGate gate, CampaignBasis basis, int ordinal, DateTimeOffset now, DateOnly today, Texts texts)
    {
        if (shard.Consent.State(PatientNumber.At(number, ordinal)) is not { } state || shard.Heads.Head(ordinal) is not { } head)
            return new DecidedRow((int)WithholdReason.Erased, texts.Of("45 CFR 164.502(a)"), texts.Of(""), texts.Of(""), 0, 0);
        var version = ConsentTable.StoredOf(state.Version);
        var states = texts.Of(StatesOf(head, today));
        return gate.Decide(basis, head, state, GateMoment.Selection, now) switch
        {
            ConsentDecision.Permit permit => new DecidedRow(-1, texts.Of(permit.Citation), texts.OfDomain(permit.Address.Open()), states, version, permit.Authorization ?? 0),
            ConsentDecision.Withhold withhold => new DecidedRow((int)withhold.Reason, texts.Of(withhold.Citation), texts.Of(""), states, version, 0),
            _ => throw new InvalidOperationException("Unknown decision."),
        };
    }

    private static string StatesOf(ChartHead head, DateOnly today)
    {
        var states = "";
        for (var i = 0; i < head.Addresses.Count; i++)
        {
            var address = head.Addresses[i];
            if (address.Use != "old" && !(address.EndsOn < today))
                states = states.Length == 0 ? address.State! : $"{states};{address.State}";
        }

        return states;
    }

    /// <summary>Each text once.</summary>
    private sealed class Texts
    {
        private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

        public Texts() => _bySpan = _places.GetAlternateLookup<ReadOnlySpan<char>>();

        public int Of(ReadOnlySpan<char> text) => _bySpan.TryGetValue(text, out var place) ? place : _places[text.ToString()] = _places.Count;

        public int OfDomain(ReadOnlySpan<char> mailbox) => Of(mailbox[(mailbox.LastIndexOf('@') + 1)..]);

        public string[] ToArray() => [.. _places.OrderBy(text => text.Value).Select(text => text.Key)];
    }
}
