using System.Text;
using Sealpost.Delivery;
using Sealpost.Delivery.Domains;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Storage;

namespace Sealpost.Tests.Delivery.Domains;

/// <summary>Signing keys change without a moment in which mail cannot be verified.</summary>
public sealed class DkimRotationTests(PostgresServer postgres)
{
    private static readonly Actor Administrator = new("u-admin", "Ada Admin", Roles.Administrator);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_keys_sign_once_they_are_published_and_the_old_ones_stay_on_SQLite() => await RotateAsync(null);

    [Fact]
    public async Task New_keys_sign_once_they_are_published_and_the_old_ones_stay_on_PostgreSQL() => await RotateAsync(await postgres.CreateDatabaseAsync(Token));

    private static async Task RotateAsync(string? url)
    {
        await using var clinic = await TestClinic.CreateAsync(url);
        var context = clinic.Context;
        using var used = DkimKeys.Create(context.Organisation.Domain, clinic.Time);
        await context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(
                transaction,
                "INSERT INTO organisation (org, name, domain, postal_address, public_url, time_zone, created_at, dkim) VALUES (1, 'c', 'd', 'a', 'u', 'UTC', 0, @dkim)",
                [("@dkim", context.Keys.Seal("dkim", used.Export()))],
                token),
            Token);
        var rotation = new DkimRotation(context, TimeSpan.FromDays(5));
        await Assert.ThrowsAsync<RefusedException>(() => rotation.PrepareAsync(TestClinic.Author, Token));
        var publish = await rotation.PrepareAsync(Administrator, Token);
        Assert.Equal(2, publish.Count);
        Assert.Equal(publish, await rotation.PrepareAsync(Administrator, Token));

        await using (var empty = await KnotServer.StartAsync(Zones(""), Token))
            Assert.Contains("not published", (await Assert.ThrowsAsync<RefusedException>(() => rotation.UseAsync(used, new AskDns(empty.Server), Administrator, Token))).Message, StringComparison.Ordinal);
        Assert.Equal(publish, (await rotation.ReadAsync(Token)).Next);

        await using var dns = await KnotServer.StartAsync(Zones(string.Concat(publish.Select(record => $"{record.Name}. TXT {string.Join(' ', record.Value.Chunk(255).Select(part => $"\"{new string(part)}\""))}\n"))), Token);
        using var next = await rotation.UseAsync(used, new AskDns(dns.Server), Administrator, Token);
        var standing = await rotation.ReadAsync(Token);
        Assert.Empty(standing.Next);
        Assert.Equal(used.DnsRecords.Select(record => record.Name).Order(StringComparer.Ordinal), standing.Past.Select(past => past.Name).Order(StringComparer.Ordinal));
        Assert.All(standing.Past, past => Assert.True(past.KeepUntil - clinic.Time.GetUtcNow() > TimeSpan.FromDays(5)));
        using var stored = await new OrganisationStore(context.Database, context.Ledger, clinic.Time).OpenDkimAsync(context.Keys, Token);
        Assert.Equal(publish.Select(record => record.Value), stored.DnsRecords.Select(record => record.Value));
        Assert.Equal(["dkim.made u-admin", "dkim.used u-admin"], await clinic.LedgerAsync("dkim."));

        context.Sign.UseKeys(next);
        using var signed = context.Sign.Sign(SampleMessage.Rendered, SampleMessage.Headers());
        var text = Encoding.ASCII.GetString(signed.Bytes.Span);
        Assert.All(publish, record => Assert.Contains($"s={record.Name[..record.Name.IndexOf('.', StringComparison.Ordinal)]}", text, StringComparison.Ordinal));
        await Assert.ThrowsAsync<RefusedException>(() => rotation.UseAsync(next, new AskDns(dns.Server), Administrator, Token));
    }

    private static Dictionary<string, string> Zones(string lines) => new(StringComparer.Ordinal) { ["mail.greenvalley.example"] = lines };
}
