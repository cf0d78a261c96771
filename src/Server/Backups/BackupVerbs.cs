using System.Diagnostics;
using System.Globalization;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Backups;

/// <summary>
/// <c>latchkey backup FILE</c> and <c>latchkey restore FILE</c>: the embedded database as one file. A backup is taken while the server runs and is never half
/// there; a restore looks at the whole file before it touches anything, and keeps what it replaces. The master key is in neither: with it, a copy of the database would
/// open everything.
/// </summary>
static class BackupVerbs
{
    /// <summary>A file that is being written bears this behind its name, so that what bears the name is whole.</summary>
    const string Draft = ".part";

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Null when the words ask for something else.</summary>
    /// <exception cref="SettingsFault">It can't be done; nothing was changed.</exception>
    public static async Task<int?> Run(string[] words, Settings settings, TextWriter said)
    {
        if (words is not ["backup" or "restore", ..])
            return null;
        var verb = words[0];
        if (words is not [_, var name])
            throw new SettingsFault(verb, $"takes one file: latchkey {verb} FILE");
        if (settings.Postgres is not null)
            throw new SettingsFault(verb, "is for the embedded database; PostgreSQL has pg_dump and pg_restore");
        var file = Path.GetFullPath(name);
        try
        {
            await (verb == "backup" ? Backup(settings, file, said) : Restore(settings, file, said));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingsFault(file, $"could not be done: {fault.Message.TrimEnd('.')}");
        }
        return 0;
    }

    static async Task Backup(Settings settings, string file, TextWriter said)
    {
        if (!File.Exists(settings.DatabaseFile))
            throw new SettingsFault("Latchkey:Data", $"is {settings.DataFolder}, where there is no database");
        if (File.Exists(file))
            throw new SettingsFault(file, "is there already; name a new file");
        var draft = file + Draft;
        MakeEmpty(draft);
        try
        {
            // One read transaction: what is written meanwhile is in it whole or not at all, and nobody waits for it.
            using (var from = Open(settings.DatabaseFile, SqliteOpenMode.ReadWrite))
                Run(from, "VACUUM INTO $into", ("$into", draft));
            var content = await Look(draft, MasterKeyFile.Read(Path.Combine(settings.DataFolder, MasterKeyFile.Name)));
            Flush(draft);
            File.Move(draft, file);
            await Note(settings.DatabaseFile, file);
            await said.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Backed up to {file}: {content}."));
        }
        catch (SqliteException fault)
        {
            throw new SettingsFault(file, $"could not be written: {fault.Message.TrimEnd('.')}");
        }
        finally
        {
            File.Delete(draft);
        }
        await said.WriteLineAsync(
            $"Keep {Path.Combine(settings.DataFolder, MasterKeyFile.Name)} too, apart from it: without that file no backup opens, with it every one does.");
    }

    // For the health page: the server can't see where backups go.
    static async Task Note(string database, string file)
    {
        using var connection = Open(database, SqliteOpenMode.ReadWrite);
        await using var db = new SqliteDb(new DbContextOptionsBuilder<SqliteDb>().UseSqlite(connection).Options);
        // One of an older version, which is being kept before its upgrade, may have no place for it.
        if ((await db.Database.GetPendingMigrationsAsync()).Any())
            return;
        db.BackupsMade.Add(new() { Id = Guid.CreateVersion7(), At = TimeProvider.System.GetUtcNow(), File = file });
        await db.SaveChangesAsync();
    }

    static async Task Restore(Settings settings, string file, TextWriter said)
    {
        if (!File.Exists(file))
            throw new SettingsFault(file, "is not there");
        var key = MasterKeyFile.Read(Path.Combine(settings.DataFolder, MasterKeyFile.Name));
        var content = await Look(file, key);
        using var alone = FolderLock.Take(settings.DataFolder);
        var database = settings.DatabaseFile;
        var draft = database + Draft;
        MakeEmpty(draft);
        LeaveToServer(settings.DataFolder, draft, FolderLock.FileOf(settings.DataFolder));
        await using (var from = File.OpenRead(file))
        await using (var to = new FileStream(draft, FileMode.Open, FileAccess.Write))
            await from.CopyToAsync(to);
        Flush(draft);
        if (File.Exists(database))
        {
            var replaced = Replaced(database);
            Keep(database, replaced);
            LeaveToServer(settings.DataFolder, replaced);
            await said.WriteLineAsync($"What was there until now is {replaced}.");
        }
        // In one step: whatever ends this program, there is a database, the one or the other.
        File.Move(draft, database, overwrite: true);
        await said.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Put back from {file}: {content}."));
        await said.WriteLineAsync("Start the server, then do again what has happened since, first the withdrawals: a key revoked since then opens again until it is revoked again.");
    }

    /// <summary>Looks at a copy of the database, whole.</summary>
    /// <exception cref="SettingsFault">It is none, is damaged, is of a newer version, or another master key's.</exception>
    static async Task<Content> Look(string file, byte[] masterKey)
    {
        try
        {
            using var connection = Open(file, SqliteOpenMode.ReadOnly);
            if (Ask(connection, "PRAGMA integrity_check") is not "ok")
                throw new SettingsFault(file, "is damaged");
            if (Ask(connection, "SELECT count(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'") is not 1L)
                throw new SettingsFault(file, "is a database, but not one of Latchkey");
            await using var db = new SqliteDb(new DbContextOptionsBuilder<SqliteDb>().UseSqlite(connection).Options);
            if ((await db.Database.GetAppliedMigrationsAsync()).Except(db.Database.GetMigrations()).Any())
                throw new SettingsFault(file, "is of a newer version of Latchkey than this");
            // Columns that every version has, so that one of an older version is looked at, too: the next start brings it up to this one's.
            using var signers = new SiteSigners(new(masterKey));
            if (AnyKey(connection) is var (id, sealedKey) && !signers.Opens(id, sealedKey))
                throw new SettingsFault(file, $"was made beside another {MasterKeyFile.Name}; put that one into the data folder first");
            return new(
                (long)Ask(connection, "SELECT count(*) FROM Customers")!, (long)Ask(connection, "SELECT count(*) FROM Users")!,
                Ask(connection, "SELECT max(At) FROM AuditEntries") is long newest ? DateTimeOffset.FromUnixTimeMilliseconds(newest) : null);
        }
        catch (SqliteException)
        {
            throw new SettingsFault(file, "is not a database, or damaged");
        }
    }

    static (Guid Id, byte[] Sealed)? AnyKey(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT Id, PrivateKeySealed FROM SigningKeys LIMIT 1";
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetGuid(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>The whole database as it is at one moment, while it is written to; under its name only when it is whole.</summary>
    internal static void Copy(string database, string file)
    {
        var draft = file + Draft;
        MakeEmpty(draft);
        try
        {
            using (var from = Open(database, SqliteOpenMode.ReadWrite))
                Run(from, "VACUUM INTO $into", ("$into", draft));
            using (var copy = Open(draft, SqliteOpenMode.ReadOnly))
            {
                if (Ask(copy, "PRAGMA integrity_check") is not "ok")
                    throw new SettingsFault(file, "would be a damaged copy: the database is damaged");
            }
            Flush(draft);
            File.Move(draft, file, overwrite: true);
        }
        catch (SqliteException fault)
        {
            throw new SettingsFault(file, $"could not be written: {fault.Message.TrimEnd('.')}");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>What a person recognizes a backup by.</summary>
    sealed record Content(long Customers, long Users, DateTimeOffset? NewestAct)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"customers {Customers}, users {Users}, newest act {(NewestAct is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC" : "none")}");
    }

    // A server that was killed leaves a journal beside its database. Moved into it, the one file is whole; where that fails, they are kept side by side.
    static void Keep(string database, string replaced)
    {
        try
        {
            using var connection = Open(database, SqliteOpenMode.ReadWrite);
            Ask(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException)
        {
            // It is damaged: perhaps that is why it is being replaced.
        }
        File.Copy(database, replaced);
        Flush(replaced);
        foreach (var journal in new[] { "-wal", "-shm" })
        {
            if (File.Exists(database + journal))
                File.Move(database + journal, replaced + journal);
        }
    }

    static string Replaced(string database)
    {
        for (var number = 1; ; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{database}.replaced-{number}");
            if (!File.Exists(name))
                return name;
        }
    }

    static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        // Unpooled: a connection that stays open would keep the file.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    static void Run(SqliteConnection connection, string sql, (string Name, string Value) parameter)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue(parameter.Name, parameter.Value);
        command.ExecuteNonQuery();
    }

    static void MakeEmpty(string file)
    {
        File.Delete(file);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using var made = new FileStream(file, options);
    }

    // What root makes in the folder of the server's own user would otherwise shut that one out. These files alone, and no link followed: what else lies in that
    // folder is that user's doing, and root hands nothing over for it.
    static void LeaveToServer(string folder, params string[] made)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return;
        using var chown = Process.Start("chown", ["--no-dereference", $"--reference={folder}", "--", .. made]);
        chown.WaitForExit();
        if (chown.ExitCode != 0)
            throw new IOException($"{string.Join(", ", made)} could not be left to the owner of {folder}");
    }

    static void Flush(string file)
    {
        using var written = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        written.Flush(flushToDisk: true);
    }
}
