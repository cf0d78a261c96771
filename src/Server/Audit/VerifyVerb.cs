using System.Globalization;
using System.Text.Json;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Latchkey.Server.Audit;

/// <summary>
/// <c>latchkey verify</c>: checks every audit chain, every payload and the signature of every checkpoint, of the server's own database, of a backup file or of
/// PostgreSQL. It only reads, needs no server, and without the master key it needs the public key to be compared by a person.
/// </summary>
static class VerifyVerb
{
    public const int Whole = 0;
    public const int NotWhole = 2;

    const string Usage = "takes [--database FILE or PostgreSQL connection string] [--key PUBLIC KEY] [--checkpoints FILE]";

    /// <summary>Null when the words ask for something else.</summary>
    /// <returns>0: all is whole. 2: something is not, and was named.</returns>
    /// <exception cref="SettingsFault">It could not be looked at.</exception>
    public static async Task<int?> Run(string[] words, IConfiguration configuration, TextWriter said, CancellationToken cancel = default)
    {
        if (words is not ["verify", ..])
            return null;
        var (database, pinned, outside) = Read(words[1..]);
        try
        {
            await using var db = database is null ? Own(Settings.Read(configuration)) : Open(database);
            var known = await db.Database.GetAppliedMigrationsAsync(cancel);
            if (db.Database.GetMigrations().Except(known).Any() || known.Except(db.Database.GetMigrations()).Any())
                throw new SettingsFault("verify", "finds a database of another version of Latchkey, or none; verify it with its own version");
            return await Verify(db, database is null ? MasterKey(Settings.Read(configuration)) : null, pinned, outside, said, cancel);
        }
        catch (Exception fault) when (fault is SqliteException or NpgsqlException)
        {
            throw new SettingsFault("verify", $"could not read the database: {fault.Message.TrimEnd('.')}");
        }
    }

    static (string? Database, PublicKey? Pinned, List<AuditCheckpoint> Outside) Read(string[] words)
    {
        string? database = null;
        PublicKey? pinned = null;
        List<AuditCheckpoint> outside = [];
        for (var i = 0; i < words.Length; i += 2)
        {
            if (i + 1 == words.Length)
                throw new SettingsFault("verify", Usage);
            var value = words[i + 1];
            switch (words[i])
            {
                case "--database":
                    database = value;
                    break;
                case "--key":
                    if (!TryHex(value, out var bytes) || !PublicKey.TryRead(bytes, out pinned))
                        throw new SettingsFault("--key", $"must be the installation's public key, {PublicKey.Bytes} bytes in hexadecimal");
                    break;
                case "--checkpoints":
                    outside = Checkpoints(value);
                    break;
                default:
                    throw new SettingsFault("verify", Usage);
            }
        }
        return (database, pinned, outside);
    }

    static List<AuditCheckpoint> Checkpoints(string file)
    {
        try
        {
            return [.. File.ReadLines(file).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<AuditCheckpoint>(line, JsonSerializerOptions.Web)!)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SettingsFault("--checkpoints", $"names {file}, which holds no exported checkpoints: {fault.Message.TrimEnd('.')}");
        }
    }

    static bool TryHex(string text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length != 2 * PublicKey.Bytes || !text.All(char.IsAsciiHexDigit))
            return false;
        bytes = Convert.FromHexString(text);
        return true;
    }

    static Db Own(Settings settings) => settings.Postgres is { } postgres
        ? Open(postgres)
        : File.Exists(settings.DatabaseFile)
            // A database in use has a journal beside it, which even a reader may have to make.
            ? Sqlite(settings.DatabaseFile, SqliteOpenMode.ReadWrite)
            : throw new SettingsFault("Latchkey:Data", $"is {settings.DataFolder}, where there is no database");

    static Db Open(string database)
    {
        if (File.Exists(database))
            return Sqlite(database, SqliteOpenMode.ReadOnly);
        if (!database.Contains('=', StringComparison.Ordinal))
            throw new SettingsFault(database, "is not there");
        try
        {
            return new PostgresDb(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(new NpgsqlConnectionStringBuilder(database) { IncludeErrorDetail = false }.ToString()).Options);
        }
        catch (ArgumentException fault)
        {
            throw new SettingsFault("--database", $"is no file and no PostgreSQL connection string ({fault.GetType().Name})");
        }
    }

    static SqliteDb Sqlite(string file, SqliteOpenMode mode) => new(new DbContextOptionsBuilder<SqliteDb>()
        .UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false }.ToString()).Options);

    static byte[]? MasterKey(Settings settings)
    {
        var file = Path.Combine(settings.DataFolder, MasterKeyFile.Name);
        return File.Exists(file) ? MasterKeyFile.Read(file) : null;
    }

    static async Task<int> Verify(Db db, byte[]? masterKey, PublicKey? pinned, List<AuditCheckpoint> outside, TextWriter said, CancellationToken cancel)
    {
        await using var snapshot = await Snapshot.Begin(db, cancel);
        var keys = await ReadChain.Keys(db, cancel);
        var trusted = ReadChain.Public(keys.Where(k => pinned is null || k.PublicKey.AsSpan().SequenceEqual(pinned.Span)));
        if (masterKey is not null)
        {
            // A key that somebody put into the store is not sealed under the master key.
            using var signers = new SiteSigners(new(masterKey));
            foreach (var key in keys.Where(k => !signers.Opens(k) || !signers.Of(k).Public.Span.SequenceEqual(k.PublicKey)))
                trusted.Remove(key.Id);
        }
        var (entries, checkpoints, wrong) = (0L, 0, 0);
        var accounts = await Accounts(db, cancel);
        foreach (var (account, name) in accounts)
        {
            var report = await ReadChain.Read(db, account, trusted, cancel);
            (entries, checkpoints) = (entries + report.Entries, checkpoints + report.Checkpoints);
            var findings = report.Findings.Concat(await Outside(db, outside.Where(c => c.AccountId == account), trusted, cancel)).ToList();
            wrong += findings.Count;
            foreach (var finding in findings)
                await said.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{name} ({account}), entry {finding.Seq}: {Say(finding.Fault)}"));
        }
        foreach (var lost in outside.Where(c => accounts.All(a => a.Id != c.AccountId)))
        {
            wrong++;
            await said.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"({lost.AccountId}), entry {lost.Seq}: the whole chain is missing"));
        }
        if (trusted.Count < keys.Count && pinned is null)
        {
            wrong++;
            await said.WriteLineAsync("A key for checkpoints is not sealed under this master.key.");
        }
        await said.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{(wrong == 0 ? "Whole" : "NOT WHOLE")}: {accounts.Count} chains, {entries} entries, {checkpoints} checkpoints, {wrong} findings."));
        if (masterKey is null && pinned is null)
        {
            foreach (var key in keys)
                await said.WriteLineAsync($"Signed by {Convert.ToHexStringLower(key.PublicKey)}: compare it with the key that the console's Audit page shows, or give it with --key.");
        }
        return wrong == 0 ? Whole : NotWhole;
    }

    // All that have an account, a head, an entry or a checkpoint.
    static async Task<List<(Guid Id, string Name)>> Accounts(Db db, CancellationToken cancel)
    {
        var named = await db.Accounts.AsNoTracking().Select(a => new { a.Id, a.Name }).ToListAsync(cancel);
        var chained = await db.AuditHeads.Select(h => h.AccountId).Union(db.AuditEntries.Select(e => e.AccountId)).Union(db.AuditCheckpoints.Select(c => c.AccountId)).ToListAsync(cancel);
        return [.. named.Select(a => (a.Id, a.Name)), .. chained.Except(named.Select(a => a.Id)).Select(id => (id, "no account"))];
    }

    // What was exported earlier: an end that was cut off together with its checkpoints is found by these alone.
    static async Task<List<AuditFinding>> Outside(Db db, IEnumerable<AuditCheckpoint> exported, Dictionary<Guid, PublicKey> keys, CancellationToken cancel)
    {
        var findings = new List<AuditFinding>();
        foreach (var checkpoint in exported)
        {
            if (!keys.TryGetValue(checkpoint.KeyId, out var key) || !key.Verify(checkpoint.Signed(), checkpoint.Signature))
                findings.Add(new(checkpoint.AccountId, checkpoint.Seq, AuditFault.CheckpointForged));
            var hash = await db.AuditEntries.AsNoTracking().Where(e => e.AccountId == checkpoint.AccountId && e.Seq == checkpoint.Seq).Select(e => e.Hash).SingleOrDefaultAsync(cancel);
            if (!checkpoint.Hash.AsSpan().SequenceEqual(hash))
                findings.Add(new(checkpoint.AccountId, checkpoint.Seq, AuditFault.CheckpointDiffers));
        }
        return findings;
    }

    static string Say(AuditFault fault) => fault switch
    {
        AuditFault.Missing => "is missing",
        AuditFault.Changed => "was changed",
        AuditFault.Unlinked => "does not follow the entry before it; one of both was written anew",
        AuditFault.PayloadChanged => "its payload, salt or digest was changed",
        AuditFault.PayloadGone => "its payload or salt was taken away",
        AuditFault.Misspelt => "is not stored as the server stores it",
        AuditFault.EndMoved => "the chain does not end where its head says",
        AuditFault.NoHead => "the chain has no head",
        AuditFault.CheckpointForged => "its checkpoint is not signed by the installation's key",
        AuditFault.CheckpointDiffers => "the chain is not what the checkpoint signed",
        AuditFault.CheckpointMissing => "a checkpoint is missing",
    };
}
