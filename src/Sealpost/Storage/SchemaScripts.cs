using DbUp;
using DbUp.Builder;
using DbUp.Engine;
using DbUp.Sqlite.Helpers;

namespace Sealpost.Storage;

/// <summary>The embedded numbered scripts of Storage/Migrations, run in order of number, each once (DbUp keeps the journal).</summary>
internal static class SchemaScripts
{
    /// <summary>Brings SQLite files to the newest script. The scripts that are due run in one transaction over both files.</summary>
    /// <exception cref="InvalidOperationException">A script failed (nothing of it was kept), or another process has the folder open.</exception>
    public static void Upgrade(SqliteFiles files)
    {
        using (var current = files.OpenForSchema("WAL"))
        {
            if (!Engine(DeployChanges.To.SqliteDatabase(new SharedConnection(current)), "sqlite").IsUpgradeRequired())
                return;
        }

        // In WAL mode two files commit one after the other; with a rollback journal SQLite commits them as one.
        using var connection = files.OpenForSchema("DELETE");
        Run(Engine(DeployChanges.To.SqliteDatabase(new SharedConnection(connection)), "sqlite"));
        SqliteFiles.SwitchJournal(connection, "WAL");
    }

    /// <summary>Brings a PostgreSQL database to the newest script. The caller holds the lock that keeps other processes out.</summary>
    public static void Upgrade(string connectionString) =>
        Run(Engine(DeployChanges.To.PostgresqlDatabase(connectionString), "postgres"));

    private static UpgradeEngine Engine(UpgradeEngineBuilder builder, string folder) =>
        builder.WithScripts(Load(folder)).WithVariablesDisabled().WithTransaction().LogToNowhere().Build();

    private static void Run(UpgradeEngine engine)
    {
        var result = engine.PerformUpgrade();
        if (!result.Successful)
            throw new InvalidOperationException($"Schema script {result.ErrorScript?.Name} failed; nothing was changed. The inner error names the statement's fault.", result.Error);
    }

    private static IEnumerable<SqlScript> Load(string folder)
    {
        var assembly = typeof(SchemaScripts).Assembly;
        var prefix = $"{typeof(SchemaScripts).Namespace}.Migrations.{folder}.";
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            yield return SqlScript.FromStream(name[prefix.Length..], assembly.GetManifestResourceStream(name)!);
    }
}
