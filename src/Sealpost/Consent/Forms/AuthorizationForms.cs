using System.Globalization;
using MemoryPack;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Consent.Forms;

/// <summary>The forms an organisation offers for signature. A form is never changed: whoever signed it signed this text.</summary>
internal sealed class AuthorizationForms(IDatabase database, KeyRing keys, Ledger ledger, TimeProvider time)
{
    private const int MostMonths = 60;

    private static readonly string[] Languages = ["en", "es"];

    private long Organisation => keys.Organisation.Value;

    /// <summary>Adds a form; returns its number.</summary>
    /// <exception cref="RefusedException">A part is missing; all of them are named.</exception>
    public Task<long> AddAsync(AuthorizationForm form, string actor, CancellationToken cancellationToken)
    {
        var problems = Problems(form).ToList();
        if (problems.Count > 0)
            throw new RefusedException($"The form cannot be offered: {string.Join("; ", problems)}.");
        return database.WriteAsync(
            async (transaction, token) =>
            {
                var id = await ConsentTables.NextAsync(transaction, keys.Organisation, "form", token);
                await transaction.ExecuteAsync(
                    "INSERT INTO authorization_form (org, id, sealed, created_at) VALUES (@org, @id, @sealed, @at)",
                    [("org", Organisation), ("id", id), ("sealed", keys.Seal(Context(id), MemoryPackSerializer.Serialize(form with { Id = id }))), ("at", time.GetUtcNow().ToUnixTimeMilliseconds())],
                    token);
                await ledger.AppendAsync(new AuditEvent(keys.Organisation, "form.offered", actor, null, id.ToString(CultureInfo.InvariantCulture), "done"), transaction, token);
                return id;
            },
            cancellationToken);
    }

    /// <summary>Offers a form no more; what was signed stays in force. False where there is no such form on offer.</summary>
    public Task<bool> WithdrawAsync(long id, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (transaction, token) =>
            {
                var changed = await transaction.ExecuteAsync(
                    "UPDATE authorization_form SET withdrawn_at = @at WHERE org = @org AND id = @id AND withdrawn_at IS NULL",
                    [("at", time.GetUtcNow().ToUnixTimeMilliseconds()), ("org", Organisation), ("id", id)],
                    token);
                if (changed == 1)
                    await ledger.AppendAsync(new AuditEvent(keys.Organisation, "form.withdrawn", actor, null, id.ToString(CultureInfo.InvariantCulture), "done"), transaction, token);
                return changed == 1;
            },
            cancellationToken);

    /// <summary>All forms by number, withdrawn ones too.</summary>
    public async Task<IReadOnlyList<AuthorizationForm>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenReadAsync(cancellationToken);
        await using var command = connection.Command("SELECT id, sealed, withdrawn_at FROM authorization_form WHERE org = @org ORDER BY id", ("org", Organisation));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<AuthorizationForm> forms = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            var form = MemoryPackSerializer.Deserialize<AuthorizationForm>(keys.Open(Context(reader.GetInt64(0)), reader.GetFieldValue<byte[]>(1)))
                ?? throw new InvalidDataException($"Form {reader.GetInt64(0)} holds nothing.");
            forms.Add(form with { WithdrawnAt = await reader.IsDBNullAsync(2, cancellationToken) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2)) });
        }

        return forms;
    }

    /// <summary>Forms on offer.</summary>
    public async Task<IReadOnlyList<AuthorizationForm>> OfferedAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Where(form => form.WithdrawnAt is null)];

    private static IEnumerable<string> Problems(AuthorizationForm form)
    {
        if (string.IsNullOrWhiteSpace(form.Name))
            yield return "name: say what staff calls it";
        if (form.Purposes.Count == 0 || !form.Purposes.All(Enum.IsDefined))
            yield return "purposes: name at least one (45 CFR 164.508(c)(1)(iv))";
        if (form.Disclosers.Count == 0 || form.Disclosers.Any(string.IsNullOrWhiteSpace))
            yield return "disclosers: who may use or disclose (45 CFR 164.508(c)(1)(ii))";
        if (form.Recipients.Count == 0 || form.Recipients.Any(string.IsNullOrWhiteSpace))
            yield return "recipients: to whom (45 CFR 164.508(c)(1)(iii))";
        if (form.ValidForMonths is < 1 or > MostMonths)
            yield return $"validForMonths: 1 to {MostMonths}; a form without an end is not valid (45 CFR 164.508(c)(1)(v))";
        if (form.Purposes.Contains(Purpose.MarketingPaid) && string.IsNullOrWhiteSpace(form.Payer))
            yield return "payer: MARKETING_PAID must say who pays (45 CFR 164.508(a)(3)(ii))";
        foreach (var category in form.Categories.Where(category => !SensitiveCategories.Names.ContainsKey(category)))
            yield return $"categories: '{category}' is none of {string.Join(", ", SensitiveCategories.Names.Keys)}";
        foreach (var language in Languages)
        {
            if (form.Words.FirstOrDefault(words => words.Language == language) is not { } words
                || string.IsNullOrWhiteSpace(words.Title) || string.IsNullOrWhiteSpace(words.Information) || string.IsNullOrWhiteSpace(words.Purpose))
                yield return $"the text in {(language == "es" ? "Spanish" : "English")} needs what the reader is asked to allow, which information, and what it is used for";
        }
    }

    private static string Context(long id) => string.Create(CultureInfo.InvariantCulture, $"authorization-form:{id}");
}
