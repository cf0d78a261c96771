using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;

namespace Latchkey.Reader.Store;

/// <summary>
/// The reader's one file. Everything that has to outlive a power cut is in it: identity, bundle, events, and what the door remembers.
/// All use is under <see cref="Gate"/>: SQLite has one writer anyway, and a door has little to say.
/// </summary>
public sealed class ReaderStore : IDisposable
{
    public const string FileName = "reader.db";
    private const string LockName = "reader.lock";
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;
    private const int SchemaVersion = 1;
    private const int BusyTimeoutMs = 2_000;

    // SQLITE_CORRUPT and SQLITE_NOTADB.
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    private readonly FileStream? only;

    private ReaderStore(SqliteConnection connection, FileStream? only) => (this.connection, this.only) = (connection, only);

    public Lock Gate { get; } = new();

    /// <param name="tell">Hears that a folder or file was open to others until now.</param>
    /// <param name="shared">Looks on beside the process that owns the folder. Otherwise one process has it for itself: two would fork the log.</param>
    public static ReaderStore Open(string folder, bool shared = false, Action<string>? tell = null)
    {
        if (OperatingSystem.IsWindows())
            throw new SetupException("The reader runs on Linux.");
        // Owner only: the file holds the reader's key. SQLite makes its -wal and -shm with the same mode.
        var path = Path.Combine(folder, FileName);
        FileStream? only = null;
        SqliteConnection? connection = null;
        ReaderStore? store = null;
        try
        {
            Directory.CreateDirectory(folder, OwnerFolder);
            if (!shared)
                Tighten(folder, tell);
            only = shared ? null : Own(Path.Combine(folder, LockName), FileMode.OpenOrCreate);
            if (!File.Exists(path))
                Own(path, FileMode.CreateNew).Dispose();
            // No pool: a pooled connection would come back without the settings that Prepare makes.
            connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            store = new ReaderStore(connection, only);
            store.Prepare();
            (connection, only) = (null, null);
            var opened = store;
            store = null;
            return opened;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw Unusable(folder, fault);
        }
        finally
        {
            store?.Dispose();
            connection?.Dispose();
            only?.Dispose();
        }
    }

    /// <summary>What to tell when a store can't be opened, or what a start reads of it can't be read, with the remedy where it is damaged.</summary>
    public static SetupException Unusable(string folder, Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        // Everything but a file that cannot be had, or a full disk, is about what stands in it.
        var isDamaged = fault is SqliteException { SqliteErrorCode: SqliteCorrupt or SqliteNotADatabase }
            || fault is not (IOException or UnauthorizedAccessException or SqliteException);
        var remedy = isDamaged ? " What it holds is damaged; pair this reader again, into an empty folder." : "";
        return new($"The data folder {folder} cannot be used: {fault.Message.ReplaceLineEndings(" ")}{remedy}");
    }

    // Nobody else opens it meanwhile; the system lets go of it when this process dies, however it dies.
    [UnsupportedOSPlatform("windows")]
    private static FileStream Own(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = OwnerFile,
    });

    // What was made by hand, copied or put back from a backup may be open to everybody.
    [UnsupportedOSPlatform("windows")]
    private static void Tighten(string folder, Action<string>? tell)
    {
        if (File.GetUnixFileMode(folder).HasFlag(UnixFileMode.StickyBit))
            throw new SetupException($"The data folder {folder} belongs to everybody. Name one of the reader's own.");
        string[] files = [FileName, FileName + "-wal", FileName + "-shm", LockName];
        foreach (var (path, mode) in files.Select(name => (Path.Combine(folder, name), OwnerFile)).Where(file => File.Exists(file.Item1)).Prepend((folder, OwnerFolder)))
        {
            if ((File.GetUnixFileMode(path) & ~mode) == 0)
                continue;
            File.SetUnixFileMode(path, mode);
            tell?.Invoke($"{path} was open to others; now it is its owner's alone.");
        }
    }

    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Runs all of <paramref name="act"/> or nothing of it; durable when it returns.</summary>
    public void Write(Action act)
    {
        lock (Gate)
        {
            Run("BEGIN IMMEDIATE");
            try
            {
                act();
                Run("COMMIT");
            }
            catch
            {
                TryRollBack();
                throw;
            }
        }
    }

    /// <summary>Runs one statement; the caller holds <see cref="Gate"/> or is inside <see cref="Write"/>.</summary>
    public int Run(string sql, params ReadOnlySpan<object?> values)
    {
        lock (Gate)
        {
            return Command(sql, values).ExecuteNonQuery();
        }
    }

    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        lock (Gate)
        {
            using var rows = Command(sql, values).ExecuteReader();
            return rows.Read() ? read(rows) : default;
        }
    }

    public List<T> All<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        lock (Gate)
        {
            var found = new List<T>();
            using var rows = Command(sql, values).ExecuteReader();
            while (rows.Read())
                found.Add(read(rows));

            return found;
        }
    }

    /// <summary>Whole-file check, for <c>self-test</c> and <c>status</c>: true when SQLite finds nothing wrong.</summary>
    public bool IsSound() => First("PRAGMA quick_check", r => r.GetString(0)) == "ok";

    public void Dispose()
    {
        lock (Gate)
        {
            foreach (var command in prepared.Values)
                command.Dispose();

            connection.Dispose();
            only?.Dispose();
        }
    }

    // After some faults SQLite has rolled back by itself; the fault that led here is the one to tell.
    private void TryRollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
        }
    }

    private void Prepare()
    {
        // FULL: a commit is on the disk when it returns, so an opening that was told is an opening that was written down.
        Run($"PRAGMA busy_timeout = {BusyTimeoutMs}");
        First("PRAGMA journal_mode = WAL", r => r.GetString(0));
        Run("PRAGMA synchronous = FULL");
        Run("PRAGMA cache_size = -512");
        Run("PRAGMA trusted_schema = OFF");
        var version = First("PRAGMA user_version", r => r.GetInt32(0));
        switch (version)
        {
            case 0:
                Write(() =>
                {
                    foreach (var table in Schema)
                        Run(table);

                    Run($"PRAGMA user_version = {SchemaVersion}");
                });
                break;
            case SchemaVersion:
                break;
            default:
                throw new SetupException($"The data folder was written by another version (schema {version}, this reader knows {SchemaVersion}).");
        }
    }

    private static readonly string[] Schema =
    [
        "CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL, certificate BLOB NOT NULL, "
            + "site_keys BLOB NOT NULL, link TEXT NOT NULL, name TEXT NOT NULL, system_id TEXT NOT NULL) STRICT",
        "CREATE TABLE rules (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL, issued INTEGER NOT NULL, "
            + "expires INTEGER NOT NULL, statement_hash BLOB NOT NULL, bundle BLOB NOT NULL) STRICT",
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, header BLOB NOT NULL, payload BLOB NOT NULL) STRICT",
        "CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), host_boot TEXT NOT NULL, ticks INTEGER NOT NULL, server_ms INTEGER NOT NULL) STRICT",
        "CREATE TABLE serials (key INTEGER PRIMARY KEY, serial INTEGER NOT NULL) STRICT",
        "CREATE TABLE once (id BLOB PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE status_lists (chunk INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, token BLOB NOT NULL) STRICT",
    ];

    private SqliteCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            }

            prepared.Add(sql, command);
        }

        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;

        return command;
    }
}
