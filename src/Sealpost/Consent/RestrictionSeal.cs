using System.Text;
using Sealpost.Trust.Keys;

namespace Sealpost.Consent;

/// <summary>Seals what a restriction says: a mailbox or another address with the patient's key, so that erasure destroys it; purposes and codes with the organisation's, so that they go on to bind.</summary>
internal sealed class RestrictionSeal(KeyRing keys)
{
    /// <summary>Whether the patient's own key seals values of a kind.</summary>
    public static bool ByPatient(string kind) => kind is RestrictionKinds.Address or RestrictionKinds.SoleControl or RestrictionKinds.Unencrypted;

    /// <summary>Seals a value.</summary>
    public byte[] Seal(long entry, string kind, string value, PatientNumber owner, byte[] wrapped)
    {
        if (!ByPatient(kind))
            return ConsentTables.SealText(keys, Context(entry), value);
        using var key = keys.UnwrapPatientKey(owner, wrapped);
        return key.Seal(Context(entry), 1, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Opens a value; null where the patient's key was destroyed.</summary>
    public string? Open(long entry, string kind, byte[] bytes, PatientNumber owner, byte[]? wrapped)
    {
        if (!ByPatient(kind))
            return ConsentTables.OpenText(keys, Context(entry), bytes);
        if (wrapped is null)
            return null;
        using var key = keys.UnwrapPatientKey(owner, wrapped);
        return Encoding.UTF8.GetString(key.Open(Context(entry), 1, bytes));
    }

    private static string Context(long entry) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"restriction:{entry}");
}
