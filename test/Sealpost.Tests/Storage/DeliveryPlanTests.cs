using System.Data.Common;
using System.Text.RegularExpressions;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Pickup;
using Sealpost.Reports;
using Sealpost.Storage;

namespace Sealpost.Tests.Storage;

/// <summary>Queries that sending asks for every page of deliveries go by the partial index of those under way, however many others there are.</summary>
public sealed class DeliveryPlanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SELECT DISTINCT destination FROM delivery WHERE org = 1 AND campaign = 1 AND state IN (0, 9)")]
    [InlineData("SELECT patient, attempts, first_at FROM delivery WHERE org = 1 AND campaign = 1 AND destination = 2 AND state IN (0, 9) AND state = 0 AND patient > 5 AND next_at <= 9 ORDER BY patient LIMIT 64")]
    [InlineData("SELECT MIN(next_at) FROM delivery WHERE org = 1 AND campaign = 1 AND destination = 2 AND state IN (0, 9) AND state = 0")]
    [InlineData("UPDATE delivery SET state = 3 WHERE org = 1 AND campaign = 1 AND state IN (0, 9) AND state = 0 AND destination = 1 RETURNING patient")]
    [InlineData("UPDATE delivery SET state = 8 WHERE org = 1 AND state IN (0, 9) AND state = 9 RETURNING campaign, patient")]
    [InlineData("SELECT COUNT(*) FROM delivery WHERE org = 1 AND campaign = 1 AND state IN (0, 9)")]
    public async Task What_is_under_way_is_found_by_its_own_index(string statement) =>
        Assert.Contains("delivery_open", await PlanAsync(statement), StringComparison.Ordinal);

    [Theory]
    [InlineData("UPDATE delivery SET state = 1 WHERE org = 1 AND campaign = 1 AND patient = 3 AND state IN (0, 9)")]
    [InlineData("SELECT patient FROM delivery WHERE org = 1 AND campaign = 1 AND patient > 4 AND +state IN (0, 9) ORDER BY patient LIMIT 50")]
    public async Task Single_rows_and_pages_in_order_of_patient_go_by_the_primary_key(string statement) =>
        Assert.Contains("PRIMARY KEY (org=? AND campaign=? AND patient", await PlanAsync(statement), StringComparison.Ordinal);

    [Theory]
    [InlineData("SELECT state, reason, COUNT(*) FROM delivery WHERE org = 1 AND campaign = 1 AND " + DeliveryIndexes.Rare + " AND state IN (1, 2, 5, 7) GROUP BY state, reason")]
    [InlineData("SELECT patient FROM delivery WHERE org = 1 AND campaign = 1 AND patient > 4 AND " + DeliveryIndexes.Rare + " AND state = 4 ORDER BY patient LIMIT 50")]
    public async Task Rare_outcomes_are_found_by_their_own_index(string statement) =>
        Assert.Contains("delivery_rare", await PlanAsync(statement), StringComparison.Ordinal);

    [Fact]
    public async Task Whom_email_did_not_reach_is_found_without_a_walk_through_deliveries_or_marks()
    {
        var page = await PlanAsync(Regex.Replace(NotReachedRows.Page, "@[a-z]+", "1", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Equal(3, Regex.Count(page, @"INDEX delivery_rare \(org=\? AND campaign=\? AND state=\? AND patient>\?\)", RegexOptions.None, TimeSpan.FromSeconds(1)));
        var count = await PlanAsync($"SELECT COUNT(*) FROM delivery d WHERE d.org = 1 AND d.campaign = 1 AND {NotReachedRows.Ended} AND {NotReachedRows.Untold}");
        Assert.Contains("COVERING INDEX delivery_rare (org=? AND campaign=? AND state=?)", count, StringComparison.Ordinal);
        foreach (var plan in new[] { page, count })
        {
            Assert.Contains("t USING PRIMARY KEY (org=? AND patient=? AND campaign=?)", plan, StringComparison.Ordinal);
            Assert.Matches(@"p (EXISTS )?USING PRIMARY KEY \(org=\? AND patient=\?\)", plan);
            Assert.DoesNotContain("SCAN d", plan, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("SELECT campaign, COUNT(*), MIN(changed_at) FROM delivery WHERE org = 1 AND state = 8 GROUP BY campaign")]
    [InlineData("SELECT COUNT(*) FROM delivery WHERE state = 8")]
    public async Task Doubt_is_found_by_its_own_index(string statement) =>
        Assert.Contains("delivery_in_doubt", await PlanAsync(statement), StringComparison.Ordinal);

    [Fact]
    public async Task Links_that_end_soon_are_found_by_when_they_began()
    {
        var plan = await PlanAsync(Regex.Replace(ReminderRows.Due, "@[a-z]+", "1", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.Contains("INDEX delivery_waiting (org=? AND changed_at>? AND changed_at<?)", plan, StringComparison.Ordinal);
        Assert.Contains("INDEX pickup_renewed (org=? AND renewed_at>? AND renewed_at<?)", plan, StringComparison.Ordinal);
    }

    private static async Task<string> PlanAsync(string statement)
    {
        await using var database = SqliteDatabase.OpenTemporary();
        await database.MigrateAsync(Token);
        // As the writing connection sees it: the data are attached there.
        return await database.WriteAsync(
            async (transaction, token) =>
            {
                await using var command = transaction.Command("EXPLAIN QUERY PLAN " + statement);
                await using DbDataReader reader = await command.ExecuteReaderAsync(token);
                var plan = new List<string>();
                while (await reader.ReadAsync(token))
                    plan.Add(reader.GetString(3));
                return string.Join("; ", plan);
            },
            Token);
    }
}
