using Sealpost.Consent;

namespace Sealpost.App.Demo;

/// <summary>What a synthetic patient allowed and forbade in writing.</summary>
internal sealed record SyntheticWishes
{
    /// <summary>A signed authorization for marketing; some have run out.</summary>
    public MarketingAuthorization? Authorization { get; init; }

    /// <summary>Whether the patient revoked it.</summary>
    public bool Revoked { get; init; }

    /// <summary>A restriction or confidential communication: kind and value.</summary>
    public (string Kind, string? Value)? Restriction { get; init; }

    /// <summary>What the patient opted out of.</summary>
    public SuppressionScope? OptOut { get; init; }

    /// <summary>The wishes of a person: most have none.</summary>
    public static SyntheticWishes Of(SyntheticPerson person, SeededNumbers numbers, DateOnly today)
    {
        var signed = numbers.Chance(0.2) ? today.AddDays(-numbers.Between(5, 640)) : (DateOnly?)null;
        var revoked = numbers.Chance(0.12);
        return new SyntheticWishes
        {
            Authorization = signed is { } day && person.AgeOn(today) >= 18 ? Signed(day) : null,
            Revoked = revoked,
            Restriction = numbers.Below(200) switch
            {
                0 => (RestrictionKinds.NoEmail, null),
                1 => (RestrictionKinds.Address, $"private.{person.Number}@safe.example.com"),
                2 => (RestrictionKinds.Purpose, "TREATMENT"),
                _ => null,
            },
            OptOut = numbers.Below(100) switch
            {
                < 3 => SuppressionScope.Marketing,
                3 => SuppressionScope.All,
                _ => null,
            },
        };
    }

    /// <summary>Records the wishes in an organisation's store.</summary>
    public async Task RecordAsync(ConsentStore store, Trust.Keys.PatientNumber patient, string actor, CancellationToken cancellationToken)
    {
        if (Authorization is not null)
        {
            var id = await store.RecordAsync(patient, Authorization, actor, cancellationToken);
            if (Revoked)
                await store.RevokeAsync(patient, id, "letter", actor, cancellationToken);
        }

        if (Restriction is var (kind, value))
            await store.RestrictAsync(patient, kind, value, actor, cancellationToken);
        if (OptOut is { } scope)
            await store.SuppressAsync(null, patient, scope, SuppressionSource.Staff, actor, cancellationToken);
    }

    private static MarketingAuthorization Signed(DateOnly day) => new()
    {
        Purposes = [Purpose.Marketing],
        InfoDescription = "My name, age, and email address",
        Disclosers = ["Green Valley Clinic"],
        Recipients = ["Green Valley Clinic, and me at my email address"],
        ExpiresOn = day.AddDays(365),
        SignedOn = day,
        SignatureKind = "electronic",
        StatesRevocation = true,
        StatesNoConditioning = true,
        StatesRedisclosure = true,
        Standalone = true,
        PlainLanguage = true,
        CopyGivenOn = day,

        // The demo keeps no signed documents: this is the hash of an empty one.
        DocumentHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    };
}
