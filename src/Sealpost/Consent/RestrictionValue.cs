using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>Checks what a restriction says before it is recorded.</summary>
internal static class RestrictionValue
{
    /// <summary>The value to store; a mailbox is normalised.</summary>
    /// <exception cref="ArgumentException">The kind is unknown or the value is not what it asks for. The message never quotes the value.</exception>
    public static string? Check(string kind, string? value) => kind switch
    {
        RestrictionKinds.NoEmail or RestrictionKinds.SelfPay => string.IsNullOrWhiteSpace(value) ? null : throw Wrong($"A restriction '{kind}' takes no value."),
        RestrictionKinds.Address => string.IsNullOrWhiteSpace(value) ? throw Wrong("An 'address' restriction needs the address to use.") : value.Trim(),
        RestrictionKinds.Purpose => PurposeNames.Parse(value ?? "") is { } purpose ? PurposeNames.Of(purpose) : throw Wrong("A 'purpose' restriction needs a purpose, such as OWN_PRODUCT."),
        RestrictionKinds.Data => RestrictionMatch.Parse(value) is null ? throw Wrong("A 'data' restriction needs system:code, such as icd10:F1*.") : value!.Trim(),
        RestrictionKinds.SoleControl => EmailAddress.Normalise(value) ?? throw Wrong("A 'sole-control' statement needs the shared mailbox."),
        RestrictionKinds.Unencrypted => UnencryptedWish.Read(value) is null ? throw Wrong("A wish for unencrypted email lacks one of its parts.") : value,
        _ => throw Wrong($"There is no restriction of this kind; choose one of {string.Join(", ", RestrictionKinds.All)}."),
    };

    private static ArgumentException Wrong(string message) => new(message);
}
