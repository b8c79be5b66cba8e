namespace Sealpost.Storage;

/// <summary>Opens the store that a setting names.</summary>
public static class DatabaseFactory
{
    /// <summary>Opens a store. Call <see cref="IDatabase.MigrateAsync"/> before anything else.</summary>
    /// <param name="urlOrFolder"><c>postgres://user:password@host:port/database</c> (as in <c>SEALPOST_DATABASE</c>), else a data folder for SQLite.</param>
    /// <exception cref="FormatException">The URL can't be read, or asks for clear text to another machine; the message tells which part.</exception>
    public static IDatabase Open(string urlOrFolder) =>
        PostgresAddress.IsUrl(urlOrFolder) ? new PostgresDatabase(urlOrFolder) : new SqliteDatabase(urlOrFolder);
}
