namespace Sealpost.Delivery.Pacing;

/// <summary>How fast one receiving host is sent to, over all campaigns: the rules, without store or network. Thread-safe.</summary>
/// <remarks>
/// Slow start: few connections, more with what is accepted. The host's "less, please" halves them, sets a rate below what it had just taken, and
/// rests the host as a whole; quiet minutes let rate and connections grow back. Urgent messages find a place first and are not stopped by a day's limit.
/// </remarks>
internal sealed class DestinationPace
{
    private const int MostAtOnce = 64;
    private const int GrowsAfter = 4;
    private const int GrowsSlowlyAfter = 100;
    private const int ForgivenAfter = 20;
    private const int FreeFrom = 3_000;

    private static readonly TimeSpan Ask = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Place> _places = [];
    private readonly Queue<(DateTimeOffset At, int Count)> _lately = new();
    private PaceState _state;
    private DateTimeOffset _urgentWaits = DateTimeOffset.MinValue;
    private DateTimeOffset _filledAt;
    private double _tokens = 1;

    /// <summary>Goes on with what is known of a host.</summary>
    /// <param name="state">What is known.</param>
    /// <param name="time">Clock.</param>
    /// <param name="chance">A number from 0 to 1 at random, so that waits do not end together.</param>
    public DestinationPace(PaceState state, TimeProvider time, Func<double> chance)
    {
        (_state, _time, _chance) = (state, time, chance);
        _filledAt = time.GetUtcNow();
    }

    /// <summary>What is known now, to be stored.</summary>
    public PaceState State
    {
        get
        {
            lock (_lock)
                return _state;
        }
    }

    /// <summary>Connections that stand now.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
                return _places.Count;
        }
    }

    /// <summary>Takes note of what the connection saw and answers what it may send next.</summary>
    public PaceAnswer Answer(PaceQuestion question, PaceRules rules)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            Turn(now, rules);
            Note(question, rules, now);
            if (question.Wish == 0)
            {
                _places.Remove(question.Holder);
                return new PaceAnswer { Connections = _state.Connections };
            }

            var answer = Grant(question, rules, now);
            if (answer.Messages == 0 && !answer.KeepsPlace)
                _places.Remove(question.Holder);
            return answer with { Connections = _state.Connections };
        }
    }

    private PaceAnswer Grant(PaceQuestion question, PaceRules rules, DateTimeOffset now)
    {
        if (now.ToUnixTimeMilliseconds() < _state.HoldUntil)
            return NotBefore(DateTimeOffset.FromUnixTimeMilliseconds(_state.HoldUntil));
        // An urgent message waits for no day's limit; it counts all the same.
        var left = question.IsUrgent ? MostAtOnce : Left(question.Holder, rules);
        if (left <= 0)
            return NotBefore(Tomorrow(now, rules.Zone));
        var others = _places.Count(place => place.Key != question.Holder);
        if (others >= Math.Min(_state.Connections, rules.MaxConnections))
        {
            if (question.IsUrgent)
                _urgentWaits = now + (Ask * 3);
            return NotBefore(now + (Ask * (1 + (_chance() / 2))));
        }

        // The others give up one place after another until the urgent one has its own.
        if (!question.IsUrgent && now < _urgentWaits)
            return NotBefore(now + (Ask * 2));
        if (question.IsUrgent)
            _urgentWaits = DateTimeOffset.MinValue;
        return Spend(question, (int)Math.Min(Math.Min(question.Wish, MostAtOnce), left), now);
    }

    private PaceAnswer Spend(PaceQuestion question, int wish, DateTimeOffset now)
    {
        var granted = wish;
        if (_state.PerMinute > 0)
        {
            var each = TimeSpan.FromMinutes(1) / _state.PerMinute;
            _tokens = Math.Min(Math.Max(1, _state.PerMinute / 12), _tokens + ((now - _filledAt) / each));
            _filledAt = now;
            var urgentHere = !question.IsUrgent && _places.Any(place => place.Key != question.Holder && place.Value.IsUrgent);
            granted = urgentHere ? 0 : (int)Math.Min(wish, _tokens);
            if (granted == 0)
            {
                Hold(question, 0, now);
                var next = now + (urgentHere ? Ask : each * (1 - Math.Min(1, _tokens)));
                return new PaceAnswer { AskAgainAt = Math.Max(next.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds() + 1), KeepsPlace = true };
            }

            _tokens -= granted;
        }

        Hold(question, granted, now);
        return new PaceAnswer { Messages = granted };
    }

    private void Hold(PaceQuestion question, int granted, DateTimeOffset now) => _places[question.Holder] = new Place(question.IsUrgent, granted, now);

    private long Left(long holder, PaceRules rules) =>
        rules.ADay is { } most ? most - _state.Sent - _places.Where(place => place.Key != holder).Sum(place => (long)place.Value.Granted) : long.MaxValue;

    /// <summary>What changes by the clock alone: a new day, a rate that grows back, places of connections that were never given back.</summary>
    private void Turn(DateTimeOffset now, PaceRules rules)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, rules.Zone).DateTime).DayNumber;
        if (_state.Day != today)
            _state = _state with { Day = today, Sent = 0 };
        while (_state.PerMinute > 0 && now.ToUnixTimeMilliseconds() >= _state.RateGrowsAt)
        {
            var grown = checked(_state.PerMinute + (_state.PerMinute / 2) + 1);
            _state = grown >= FreeFrom ? _state with { PerMinute = 0 } : _state with { PerMinute = grown, RateGrowsAt = _state.RateGrowsAt + 60_000 };
        }

        foreach (var (holder, place) in _places)
        {
            if (now - place.At > Forgotten)
                _places.Remove(holder);
        }

        while (_lately.TryPeek(out var first) && now - first.At > TimeSpan.FromMinutes(1))
            _lately.Dequeue();
    }

    private void Note(PaceQuestion question, PaceRules rules, DateTimeOffset now)
    {
        if (question.Accepted > 0)
            NoteAccepted(question.Accepted, rules, now);
        if (_places.TryGetValue(question.Holder, out var place))
            _places[question.Holder] = place with { Granted = Math.Max(0, place.Granted - question.Accepted) };
        switch (question.News)
        {
            // Several connections hear the same "less, please"; it counts once.
            case PaceNews.Throttled when now.ToUnixTimeMilliseconds() >= _state.HoldUntil:
                NoteThrottled(question, rules, now);
                break;
            case PaceNews.Unreachable when now.ToUnixTimeMilliseconds() >= _state.HoldUntil:
                var wait = rules.Waits[Math.Min(_state.Failures, rules.Waits.Count - 1)];
                Rest(wait < TimeSpan.FromHours(1) ? wait : TimeSpan.FromHours(1), question.Reply, now);
                _state = _state with { Failures = _state.Failures + 1 };
                break;
            case PaceNews.OneTooMany:
                var fewer = Math.Max(1, Math.Min(_state.Connections, _places.Count) - 1);
                _state = _state with { Connections = fewer, Ceiling = fewer, SinceGrowth = 0, Reply = question.Reply, ReplyAt = now.ToUnixTimeMilliseconds() };
                break;
        }
    }

    private void NoteAccepted(int count, PaceRules rules, DateTimeOffset now)
    {
        _lately.Enqueue((now, count));
        var (connections, growth) = (_state.Connections, (long)_state.SinceGrowth + count);
        while (connections < rules.MaxConnections && growth >= Needed(connections))
        {
            growth -= Needed(connections);
            connections = connections < _state.Ceiling ? Math.Min(Math.Min(connections * 2, rules.MaxConnections), _state.Ceiling) : connections + 1;
        }

        var since = Math.Min((long)_state.SinceThrottle + count, int.MaxValue);
        _state = _state with
        {
            Connections = connections,
            Ceiling = connections > _state.Ceiling ? connections : _state.Ceiling,
            SinceGrowth = connections >= rules.MaxConnections ? 0 : (int)growth,
            SinceThrottle = (int)since,
            Throttles = since >= ForgivenAfter ? 0 : _state.Throttles,
            Failures = 0,
            Sent = _state.Sent + count,
            AcceptedAt = now.ToUnixTimeMilliseconds(),
        };
    }

    private long Needed(int connections) => (long)connections * (connections < _state.Ceiling ? GrowsAfter : GrowsSlowlyAfter);

    private void NoteThrottled(PaceQuestion question, PaceRules rules, DateTimeOffset now)
    {
        var fewer = Math.Max(1, _state.Connections / 2);
        var took = _lately.Sum(one => one.Count);
        var rate = _state.PerMinute == 0 ? took / 2 : Math.Min(_state.PerMinute, took > 0 ? took : int.MaxValue) / 2;
        Rest(Shortest(rules.Waits[0] / 5 * (1 << Math.Min(_state.Throttles, 10)), LongestRest), question.Reply, now);
        _state = _state with
        {
            Connections = fewer,
            Ceiling = Math.Max(1, _state.Connections - 1),
            SinceGrowth = 0,
            SinceThrottle = 0,
            Throttles = _state.Throttles + 1,
            // Where it took nothing lately its rate is not what it minds.
            PerMinute = took == 0 && _state.PerMinute == 0 ? 0 : Math.Max(1, rate),
            RateGrowsAt = _state.HoldUntil + 60_000,
        };
        (_tokens, _filledAt) = (1, DateTimeOffset.FromUnixTimeMilliseconds(_state.HoldUntil));
    }

    private void Rest(TimeSpan wait, string reply, DateTimeOffset now) => _state = _state with
    {
        HoldUntil = (now + wait + (wait * (_chance() / 5))).ToUnixTimeMilliseconds(),
        Reply = reply,
        ReplyAt = now.ToUnixTimeMilliseconds(),
    };

    private static TimeSpan Shortest(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static PaceAnswer NotBefore(DateTimeOffset at) => new() { AskAgainAt = at.ToUnixTimeMilliseconds() };

    private static DateTimeOffset Tomorrow(DateTimeOffset now, TimeZoneInfo zone)
    {
        var midnight = TimeZoneInfo.ConvertTime(now, zone).Date.AddDays(1);
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(30);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    private readonly record struct Place(bool IsUrgent, int Granted, DateTimeOffset At);
}
