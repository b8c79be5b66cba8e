using System.Collections.Concurrent;
using Sealpost.Consent;
using Sealpost.Trust.Keys;

namespace Sealpost.Shards;

/// <summary>Verdicts of the legal-basis gate, remembered for a minute while somebody builds an audience: each edit then decides only patients not seen yet.</summary>
/// <remarks>For previews only. What is sent is decided anew for each message.</remarks>
internal sealed class GateVerdicts
{
    /// <summary>A verdict can change with the clock alone (frequency cap); a preview may be this old.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private const int MostKept = 4;

    private readonly Lock _lock = new();
    private readonly List<(string Signature, DateTimeOffset At, Remembered Verdicts)> _kept = [];

    /// <summary>The verdicts under a signature, empty where there are none young enough.</summary>
    public Remembered Under(string signature, DateTimeOffset now)
    {
        lock (_lock)
        {
            _kept.RemoveAll(entry => entry.At + Life < now || entry.At > now);
            var at = _kept.FindIndex(entry => entry.Signature == signature);
            if (at >= 0)
                return _kept[at].Verdicts;
            if (_kept.Count == MostKept)
                _kept.RemoveAt(0);
            _kept.Add((signature, now, new Remembered()));
            return _kept[^1].Verdicts;
        }
    }

    /// <summary>Patients changed: they are decided anew.</summary>
    public void Forget(IEnumerable<PatientNumber> patients)
    {
        lock (_lock)
        {
            if (_kept.Count == 0)
                return;
            foreach (var patient in patients)
                _kept.ForEach(entry => entry.Verdicts.Forget(patient.Ordinal));
        }
    }

    /// <summary>Verdicts by place. Threads may decide the same patient twice; they find the same.</summary>
    internal sealed class Remembered
    {
        private readonly int[] _codes = new int[PatientNumber.ShardSize];
        private readonly ConcurrentDictionary<Verdict, int> _numbers = new();
        private readonly ConcurrentDictionary<int, Verdict> _verdicts = new();
        private int _last;

        public Verdict? this[int ordinal] => Volatile.Read(ref _codes[ordinal]) is var code and not 0 ? _verdicts[code] : null;

        /// <summary>Remembers a verdict; returns the one instance that stands for all equal ones.</summary>
        public Verdict Keep(int ordinal, Verdict verdict)
        {
            var number = _numbers.GetOrAdd(verdict, added =>
            {
                var next = Interlocked.Increment(ref _last);
                _verdicts[next] = added;
                return next;
            });
            Volatile.Write(ref _codes[ordinal], number);
            return _verdicts[number];
        }

        public void Forget(int ordinal) => Volatile.Write(ref _codes[ordinal], 0);
    }
}

/// <summary>What the gate said of one patient: the mail domain a message would go to, or why none may be made.</summary>
/// <param name="Reason">Null where a message would be lawful.</param>
/// <param name="Citation">Clause.</param>
/// <param name="Domain">Empty where it would not be.</param>
internal sealed record Verdict(WithholdReason? Reason, string Citation, string Domain)
{
    public override string ToString() => "[phi]";
}
