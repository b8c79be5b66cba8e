using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sealpost.Storage;

/// <summary>The two files of a data folder and how connections to them are opened: <c>sealpost.db</c> (data) and <c>keys.db</c> (schema <c>keys</c>).</summary>
/// <remarks>
/// In WAL mode SQLite commits attached files one after the other, the connection's own file first. The writing connection is
/// therefore opened on <c>keys.db</c> with the data attached: a crash between the two can leave a key without a chart (harmless)
/// or a chart whose key is already destroyed (an erasure, finished at the next start), never a chart that lost its key. Reading
/// connections are opened on the data, whose snapshot is so taken before that of the keys.
/// </remarks>
internal sealed class SqliteFiles
{
    private const int MainDatabaseName = 1000; // SQLITE_DBCONFIG_MAINDBNAME

    /// <summary>Creates folder and files, readable by their owner alone, where they do not exist. 45 CFR 164.312(a)(1).</summary>
    public SqliteFiles(string folder)
    {
        Folder = Path.GetFullPath(folder);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Folder);
        else
            Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Touch(Data);
        Touch(Keys);
    }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>How long a statement waits for another process's write before it gives up. Default 10 s, at least 1.</summary>
    public int PatienceSeconds { get; init; } = 10;

    /// <summary>Path of the data file.</summary>
    public string Data => Path.Combine(Folder, "sealpost.db");

    /// <summary>Path of the wrapped keys.</summary>
    public string Keys => Path.Combine(Folder, "keys.db");

    /// <summary>A connection that writes: keys first, data attached as <c>data</c>.</summary>
    public SqliteWriteConnection OpenForWriting()
    {
        var connection = new SqliteWriteConnection(ConnectionString(Keys));
        Open(connection);
        Check(raw.sqlite3_db_config(connection.Handle, MainDatabaseName, utf8z.FromSpan("keys\0"u8)), connection.Handle!);
        Attach(connection, Data, "data");
        Run(connection, "PRAGMA keys.journal_mode=WAL; PRAGMA data.journal_mode=WAL; PRAGMA data.cache_size=-16384; PRAGMA data.wal_autocheckpoint=4000; PRAGMA data.journal_size_limit=67108864; PRAGMA keys.journal_size_limit=1048576");
        Settings(connection, "data");
        return connection;
    }

    /// <summary>A connection that only reads: data first, <c>keys</c> attached.</summary>
    public void OpenForReading(SqliteConnection connection)
    {
        Open(connection);
        Attach(connection, Keys, "keys");
        Settings(connection, "main");
        Run(connection, "PRAGMA query_only=ON");
    }

    /// <summary>A connection for schema scripts: data first, so that unprefixed tables are made there; <paramref name="journalMode"/> <c>DELETE</c> commits both files as one.</summary>
    public SqliteConnection OpenForSchema(string journalMode)
    {
        var connection = Open(new SqliteConnection(ConnectionString(Data)));
        Attach(connection, Keys, "keys");
        Settings(connection, "main");
        SwitchJournal(connection, journalMode);
        return connection;
    }

    /// <summary>Connection string of a file. No pooling by the provider: attached files and settings belong to our own pools.</summary>
    public string ConnectionString(string path) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = PatienceSeconds }.ToString();

    /// <summary>Runs a statement without parameters.</summary>
    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Raises on every result code but those of success: an unchecked step once built an index from a fifteenth of the rows.</summary>
    public static void Check(int code, sqlite3 handle)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            throw new SqliteException($"SQLite Error {code}: '{raw.sqlite3_errmsg(handle).utf8_to_string()}'.", code & 0xFF, code);
    }

    /// <summary>Sets the journal mode of both files.</summary>
    /// <exception cref="InvalidOperationException">Another connection has the files open.</exception>
    public static void SwitchJournal(SqliteConnection connection, string mode)
    {
        foreach (var schema in new[] { "main", "keys" })
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA {schema}.journal_mode={mode}";
            if (!string.Equals((string?)command.ExecuteScalar(), mode, StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException("The schema can't be changed while another process has the data folder open. Stop it and start again.");
        }
    }

    private static SqliteConnection Open(SqliteConnection connection)
    {
        connection.Open();
        Run(connection, "PRAGMA busy_timeout=250"); // the provider repeats a busy step until the patience ends
        return connection;
    }

    private static void Attach(SqliteConnection connection, string path, string schema)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"ATTACH DATABASE @path AS {schema}";
        command.Parameters.AddWithValue("@path", path);
        command.ExecuteNonQuery();
    }

    /// <summary>Every commit is on disk, temporary tables stay in memory, freed bytes are overwritten. 45 CFR 164.310(d)(2)(i).</summary>
    private static void Settings(SqliteConnection connection, string data) =>
        Run(connection, $"PRAGMA {data}.synchronous=FULL; PRAGMA keys.synchronous=FULL; PRAGMA {data}.secure_delete=ON; PRAGMA keys.secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF");

    private static void Touch(string path)
    {
        if (File.Exists(path))
            return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, options).Dispose();
    }
}
