using Sealpost.Consent;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>A due delivery as its lane feeds it, with the gates of that moment.</summary>
internal readonly record struct FedJob(LaneJob Job, Gates Gates)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>One message on its way over a connection: its job, opened anew where the patient changed, and what was made of it so far.</summary>
internal sealed class LaneMessage(FedJob fed) : IDisposable
{
    private readonly LaneJob _fed = fed.Job;
    private ReadyMessage? _ready;

    /// <summary>The delivery as it was due.</summary>
    public DueDelivery Due => _fed.Due;

    /// <summary>The patient as opened last.</summary>
    public LaneJob Job { get; private set; } = fed.Job;

    /// <summary>The gates of that moment.</summary>
    public Gates Gates { get; private set; } = fed.Gates;

    /// <summary>What the next decision is for.</summary>
    public GateMoment Moment { get; private set; } = GateMoment.Render;

    /// <summary>Its turn has come: rate, pace and hour let it leave.</summary>
    public bool MayLeave { get; set; }

    /// <summary>Goes on with the patient opened anew: something changed before DATA.</summary>
    public void StartOver(FedJob again)
    {
        if (!ReferenceEquals(Job, _fed))
            Job.Dispose();
        (Job, Gates, Moment) = (again.Job, again.Gates, GateMoment.BeforeData);
        Forget();
    }

    /// <summary>The message made ahead for this session, to be sent now; null where there is none, or it was made for another.</summary>
    public ReadyMessage? Take(ConnectResult hop)
    {
        if (_ready is not null && !IsFor(_ready, hop))
            Forget();
        var ready = _ready;
        _ready = null;
        return ready;
    }

    /// <summary>Makes the message ahead for a session, unless it is made already; what its envelope will be.</summary>
    public Envelope? Ahead(MessageAttempt attempt, ConnectResult hop)
    {
        if (_ready is not null && !IsFor(_ready, hop))
            Forget();
        _ready ??= MessagePath.Prepare(attempt, hop);
        return _ready.Envelope;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        if (!ReferenceEquals(Job, _fed))
            Job.Dispose();
        _fed.Dispose();
    }

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    private static bool IsFor(ReadyMessage ready, ConnectResult hop) =>
        ready.Hop is ConnectResult.Connected made && hop is ConnectResult.Connected now && ReferenceEquals(made.Session, now.Session);

    private void Forget()
    {
        _ready?.Dispose();
        _ready = null;
    }
}
