using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Sealpost.Tests.Trust;

/// <summary>SQLite in memory with the shipped schema of keys, ledger and agreements.</summary>
internal sealed class TrustDatabase : IAsyncDisposable
{
    private TrustDatabase(SqliteConnection connection) => Connection = connection;

    public SqliteConnection Connection { get; }

    public static async Task<TrustDatabase> CreateAsync()
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var database = new TrustDatabase(connection);
        await database.RunAsync("ATTACH DATABASE ':memory:' AS keys");
        await database.RunAsync(await File.ReadAllTextAsync(Script("sqlite"), TestContext.Current.CancellationToken));
        return database;
    }

    public static string Script(string kind) =>
        Path.Combine(TestData.Repository, "src", "Sealpost", "Storage", "Migrations", kind, "0001-trust.sql");

    public async Task<DbTransaction> BeginAsync() => await Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);

    public async Task InTransactionAsync(Func<DbTransaction, Task> work)
    {
        await using var transaction = await BeginAsync();
        await work(transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> InTransactionAsync<T>(Func<DbTransaction, Task<T>> work)
    {
        await using var transaction = await BeginAsync();
        var result = await work(transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        return result;
    }

    /// <summary>As the store's own: commits what the work did, or nothing.</summary>
    public async Task<bool> WriteAsync(Func<DbTransaction, CancellationToken, Task<bool>> work, CancellationToken cancellationToken)
    {
        await using var transaction = await Connection.BeginTransactionAsync(cancellationToken);
        var result = await work(transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    public async Task<int> RunAsync(string sql, params (string Name, object Value)[] parameters)
    {
        await using var command = Connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Connection.CreateCommand();
        command.CommandText = sql;
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
