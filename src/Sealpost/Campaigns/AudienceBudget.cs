using System.Collections.Concurrent;
using System.Globalization;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Trust.Ledger;

namespace Sealpost.Campaigns;

/// <summary>How many different audiences a person may count in a day who may not see patients: rounding hides a difference, but not from somebody who can ask without end. 45 CFR 164.514(d).</summary>
/// <remarks>The same rule on the same day is one question, however often it is asked. A restart forgets which were asked, not how many.</remarks>
internal sealed class AudienceBudget(OrganisationContext context)
{
    /// <summary>Different audiences a day (UTC). Telling one patient more or less apart through the rounding takes more than this; a long day in the builder takes fewer.</summary>
    public const int PerDay = 500;

    private readonly ConcurrentDictionary<(string Actor, int Day), ConcurrentDictionary<string, bool>> _asked = new();

    /// <summary>Notes a question.</summary>
    /// <exception cref="RefusedException">The day's questions are used up; once a day a ledger event.</exception>
    public async Task SpendAsync(Actor actor, string question, CancellationToken cancellationToken)
    {
        var day = (int)(context.Time.GetUtcNow().ToUnixTimeSeconds() / 86_400);
        var asked = _asked.GetOrAdd((actor.Id, day), static _ => new ConcurrentDictionary<string, bool>(StringComparer.Ordinal));
        var print = Convert.ToHexString(context.Keys.BlindIndex("audience-question", question));
        if (asked.ContainsKey(print))
            return;
        foreach (var old in _asked.Keys.Where(key => key.Day < day))
            _asked.TryRemove(old, out _);
        if (await CountAsync(actor, day, cancellationToken).ConfigureAwait(false) > PerDay)
            throw new RefusedException(string.Create(CultureInfo.InvariantCulture, $"You have counted {PerDay} different audiences today, as many as one person may. Go on tomorrow, or ask somebody with the role compliance to count this one."));
        asked[print] = true;
    }

    private Task<long> CountAsync(Actor actor, int day, CancellationToken cancellationToken) =>
        context.Database.WriteAsync(
            async (transaction, token) =>
            {
                (string, object?)[] key = [("org", (long)context.Organisation.Id.Value), ("actor", actor.Id), ("day", (long)day)];
                await transaction.ExecuteAsync(
                    "INSERT INTO audience_budget (org, actor, day, asked) VALUES (@org, @actor, @day, 1) ON CONFLICT (org, actor, day) DO UPDATE SET asked = audience_budget.asked + 1",
                    key,
                    token).ConfigureAwait(false);
                await using var command = transaction.Command("SELECT asked FROM audience_budget WHERE org = @org AND actor = @actor AND day = @day", key);
                var asked = (long)(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
                if (asked == PerDay + 1)
                    await context.Ledger.AppendAsync(new AuditEvent(context.Organisation.Id, "audience.limit", actor.Id, null, "counts", "refused"), transaction, token).ConfigureAwait(false);
                return asked;
            },
            cancellationToken);
}
