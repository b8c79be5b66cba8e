using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Pages;

/// <summary>An installation served by this process, so that a test sees its endpoints, its store and what browsers reported besides its pages.</summary>
internal sealed class ServedPages : IAsyncDisposable
{
    private readonly WebApplication _web;

    private ServedPages(Installation installation, WebApplication web) => (Installation, _web) = (installation, web);

    public Installation Installation { get; }

    /// <summary>Where it listens; by the name localhost, which passkeys need.</summary>
    public string Url => "http://localhost:" + new Uri(_web.Urls.First()).Port;

    /// <summary>Every address that the running application answers.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints => [.. ((IEndpointRouteBuilder)_web).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    /// <summary>The pages that are open in browsers.</summary>
    public OpenPages Open => _web.Services.GetRequiredService<OpenPages>();

    /// <summary>Takes a provider's settings up.</summary>
    public ProviderSignIn Provider => _web.Services.GetRequiredService<ProviderSignIn>();

    /// <summary>What browsers said that our policies stopped.</summary>
    public long PolicyReports => _web.Services.GetRequiredService<CspReports>().Count;

    public static async Task<ServedPages> StartAsync(Installation installation, CancellationToken cancellationToken, HeardLog? heard = null)
    {
        var served = new ServedPages(installation, WebHost.Build(installation, "http://127.0.0.1:0"));
        if (heard is not null)
            served._web.Services.GetRequiredService<ILoggerFactory>().AddProvider(heard);
        await served._web.StartAsync(cancellationToken);
        return served;
    }

    /// <summary>A path that makes a new person of an organisation, or a person of another one, a member.</summary>
    public async Task<string> InviteAsync(OrganisationId organisation, string name, string email, Roles roles, CancellationToken cancellationToken) => PeopleSetup.WelcomePath(
        await Installation.People.Invitations.InviteAsync(organisation, new NewCredentials(name, email), roles, Actor.LocalOwner, cancellationToken));

    /// <summary>Tables whose rows a look at a page may add to or change: the ledger holds what was read, a session or token when it was used, a lease that its owner renews, what an earlier campaign learned of a host, stored seconds after.</summary>
    private static readonly string[] Looks = ["ledger", "session", "checkpoint", "sqlite_", "shard_lease", "pace"];

    /// <summary>A fingerprint of every table, but of those that a look may change.</summary>
    public async Task<Dictionary<string, string>> StoredAsync(CancellationToken cancellationToken)
    {
        await using var connection = await Installation.Database.OpenReadAsync(cancellationToken);
        var tables = await RowsAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table'", cancellationToken);
        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables.Where(table => table != "token" && !Looks.Any(look => table.Contains(look, StringComparison.Ordinal))))
        {
            var rows = await RowsAsync(connection, $"SELECT * FROM \"{table}\"", cancellationToken);
            stored[table] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', rows.Order(StringComparer.Ordinal)))));
        }

        return stored;
    }

    /// <summary>Tables that are not as they were.</summary>
    public static IReadOnlyList<string> Changed(Dictionary<string, string> before, Dictionary<string, string> after) =>
        [.. after.Where(table => before.GetValueOrDefault(table.Key) != table.Value).Select(table => $"the table {table.Key} was changed")];

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
    }

    private static async Task<List<string>> RowsAsync(DbConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Names of the store's own tables.
        command.CommandText = query;
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = new object[reader.FieldCount];
            reader.GetValues(values);
            rows.Add(string.Join('|', values.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
