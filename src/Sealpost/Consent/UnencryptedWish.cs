using System.Text.Json;
using Sealpost.Patients;

namespace Sealpost.Consent;

/// <summary>
/// A patient was told that others might read email on its way and still wants it at one address: their own request, never a default. 78 FR 5566, 5634 (25 January 2013).
/// It lowers what the way has to be for the purposes it names, and nothing else: it is no authorization. Another address voids it.
/// </summary>
public sealed record UnencryptedWish
{
    /// <summary>Number of the record; 0 before it is stored.</summary>
    public long Id { get; init; }

    /// <summary>The one mailbox it covers, normalised.</summary>
    public required string Address { get; init; }

    /// <summary>What it covers; never empty.</summary>
    public required IReadOnlyList<Purpose> Purposes { get; init; }

    /// <summary>The warning shown, <c>id:version</c>.</summary>
    public required string Warning { get; init; }

    /// <summary>Language in which the warning was shown: <c>en</c> or <c>es</c>.</summary>
    public required string Language { get; init; }

    /// <summary>UTC instant at which the warning was shown or read out.</summary>
    public required DateTimeOffset ShownAt { get; init; }

    /// <summary><c>web</c>, <c>phone</c> or <c>paper</c>.</summary>
    public required string Method { get; init; }

    /// <summary>What the patient said or ticked.</summary>
    public required string Statement { get; init; }

    /// <summary>Who recorded it: a user id, or <c>patient</c>.</summary>
    public required string RecordedBy { get; init; }

    /// <summary>How it was known that it was the patient.</summary>
    public required string IdentityProofing { get; init; }

    /// <summary>The wish in force for an address and a purpose; null where there is none. Several: the newest.</summary>
    public static UnencryptedWish? For(ConsentState state, string mailbox, Purpose purpose) => state.Restrictions.Count == 0 ? null : Newest(state, mailbox, purpose);

    private static UnencryptedWish? Newest(ConsentState state, string mailbox, Purpose purpose) =>
        Of(state).Where(wish => wish.Address == mailbox && wish.Purposes.Contains(purpose)).MaxBy(wish => wish.Id);

    /// <summary>All wishes in force. One that can no longer be opened allows nothing.</summary>
    public static IEnumerable<UnencryptedWish> Of(ConsentState state) =>
        from restriction in state.Restrictions
        where restriction.Kind == RestrictionKinds.Unencrypted
        let wish = Read(restriction.Value)
        where wish is not null
        select wish with { Id = restriction.Id };

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    /// <summary>As it is stored.</summary>
    internal string ToText() => JsonSerializer.Serialize(this with { Id = 0 });

    /// <summary>Reads <see cref="ToText"/>; null where something is missing or is not what it has to be.</summary>
    internal static UnencryptedWish? Read(string? text)
    {
        try
        {
            return JsonSerializer.Deserialize<UnencryptedWish>(text ?? "") is { } wish && wish.IsComplete() ? wish : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private bool IsComplete() =>
        EmailAddress.Normalise(Address) == Address && Purposes.Count > 0 && Purposes.All(Enum.IsDefined) && Language is "en" or "es" && Method is "web" or "phone" or "paper"
        && new[] { Warning, Statement, RecordedBy, IdentityProofing }.All(text => !string.IsNullOrWhiteSpace(text));
}

/// <summary>What patients are told before they may ask for unencrypted email. A changed text gets a new number: each record names the one that was shown.</summary>
public static class UnencryptedWarning
{
    /// <summary>The present text, <c>id:version</c>.</summary>
    public const string Present = "unencrypted-email:1";

    /// <summary>The text.</summary>
    public static string Text(bool spanish) => spanish
        ? "El correo electrónico que no va protegido en todo el camino puede ser leído o copiado por otras personas antes de llegarle: por quien opere las redes y los servidores por los que pasa, o por quien entre en ellos. Puede hablar de su salud. Nosotros no podemos evitarlo ni deshacerlo. Aun así lo protegemos tanto como su proveedor permita. No tiene que aceptarlo: puede leer los mensajes en nuestra página protegida, y su atención es la misma."
        : "Email that is not protected all the way may be read or copied by others before it reaches you: by those who run the networks and servers it passes, or who break into them. It may speak about your health. We cannot prevent that or undo it. Even so we protect it as well as your mail provider allows. You need not accept it: you can read the messages on our protected page, and your care is the same.";

    /// <summary>What the patient states.</summary>
    public static string Statement(bool spanish) => spanish
        ? "He leído esto. Prefiero recibir estos mensajes por correo electrónico en esta dirección, aunque otros puedan leerlos en el camino."
        : "I have read this. I prefer to get these messages by email at this address, although others might read them on the way.";
}
