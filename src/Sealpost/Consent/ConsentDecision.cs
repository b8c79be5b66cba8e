using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Consent;

/// <summary>When a decision is taken.</summary>
public enum GateMoment
{
    /// <summary>While the audience is built.</summary>
    Selection,

    /// <summary>Just before rendering.</summary>
    Render,

    /// <summary>Just before DATA.</summary>
    BeforeData,
}

/// <summary>The gate's answer. Default is no; a store failure throws and never permits.</summary>
public abstract record ConsentDecision
{
    private ConsentDecision()
    {
    }

    /// <summary>One message to this patient is lawful now. Only <see cref="ConsentGate"/> makes one. Good for one message and 60 seconds.</summary>
    public sealed record Permit : ConsentDecision
    {
        internal Permit(PatientNumber patient, long campaign, Phi<string> address, long stateVersion, DateTimeOffset decidedAt, long? authorization)
        {
            Patient = patient;
            Campaign = campaign;
            Address = address;
            StateVersion = stateVersion;
            DecidedAt = decidedAt;
            Authorization = authorization;
        }

        /// <summary>How long after <see cref="DecidedAt"/> a permit may be used: the time between a decision and DATA in a healthy session.</summary>
        public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(60);

        /// <summary>Who.</summary>
        public PatientNumber Patient { get; }

        /// <summary>For which campaign.</summary>
        public long Campaign { get; }

        /// <summary>The one address it may go to (normalised): the confidential-communication address where there is one.</summary>
        public Phi<string> Address { get; }

        /// <summary>Version of the consent state it was decided on; a changed one decides anew.</summary>
        public long StateVersion { get; }

        /// <summary>UTC.</summary>
        public DateTimeOffset DecidedAt { get; }

        /// <summary>Authorization relied on, where one was needed.</summary>
        public long? Authorization { get; }

        /// <summary>The clause that made the message lawful, for the recorded decision.</summary>
        public required string Citation { get; init; }

        /// <inheritdoc/>
        public override string ToString() => "Permit";
    }

    /// <summary>The message must not be made or sent.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Citation">The clause, such as <c>45 CFR 164.508(b)(5)</c>.</param>
    public sealed record Withhold(WithholdReason Reason, string Citation) : ConsentDecision;
}
