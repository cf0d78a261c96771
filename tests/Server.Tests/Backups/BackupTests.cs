using Latchkey.Server.Backups;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Latchkey.Server.Tests.Backups;

public sealed class BackupTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("latchkey-backup-").FullName;

    string Data => Path.Combine(folder, "data");
    string Copy => Path.Combine(folder, "copy.db");
    string Database => Path.Combine(Data, Settings.DatabaseName);
    string MasterKey => Path.Combine(Data, "master.key");

    Dictionary<string, string?> Configured => new() { ["Latchkey:Data"] = Data };

    House Open() => new(postgres: null, Configured);

    async Task<string> Do(params string[] words)
    {
        // A process that has ended holds no connections; a server that has ended in this one leaves them in the pool.
        SqliteConnection.ClearAllPools();
        await using var said = new StringWriter();
        Assert.Equal(0, await BackupVerbs.Run(words, Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(Configured).Build()), said));
        return said.ToString();
    }

    async Task Refuses(string why, params string[] words)
    {
        SqliteConnection.ClearAllPools();
        var files = Content();
        Assert.Contains(why, (await Assert.ThrowsAsync<SettingsFault>(() => Do(words))).Message, StringComparison.Ordinal);
        Assert.Equal(files, Content());
    }

    // Names and contents; what SQLite keeps beside a database of a running server changes by itself, and a lock file has nothing in it.
    List<string> Content() =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith("-shm", StringComparison.Ordinal) && !f.EndsWith("in-use", StringComparison.Ordinal)).Order()
            .Select(f => $"{f} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}")];

    static async Task<List<string>> Users(House house)
    {
        await using var db = house.Store.Open();
        return await db.Users.Select(u => u.Name).Order().ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A server with one user, backed up while it runs; then one more user, and it has ended.</summary>
    async Task Prepare()
    {
        await using var house = Open();
        var site = await house.NewSite();
        await site.Issue("Kept");
        Assert.Contains("customers 1, users 1, newest act 2026-11-23 14:05:00 UTC", await Do("backup", Copy), StringComparison.Ordinal);
        await site.Issue("Later");
        Assert.Equal(["Kept", "Later"], await Users(house));
        // The health page is told; the copy was made before.
        Assert.Equal([Copy], await site.Read(db => db.BackupsMade.Select(b => b.File).ToListAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task What_is_put_back_is_what_stood_when_the_backup_was_made_and_what_it_replaces_is_kept()
    {
        await Prepare();
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Copy));
        Assert.Contains("first the withdrawals", await Do("restore", Copy), StringComparison.Ordinal);
        await using (var house = Open())
        {
            Assert.Equal(["Kept"], await Users(house));
            await house.NewSite("Goes on");
        }
        // What was replaced is a whole backup itself, and the next restore replaces nothing that is kept.
        await Do("restore", Database + ".replaced-1");
        Assert.True(File.Exists(Database + ".replaced-2"));
        await using var again = Open();
        Assert.Equal(["Kept", "Later"], await Users(again));
    }

    [Fact]
    public async Task A_restore_that_cannot_be_done_changes_nothing()
    {
        await Prepare();
        var damaged = Path.Combine(folder, "damaged.db");
        var bytes = await File.ReadAllBytesAsync(Copy, TestContext.Current.CancellationToken);
        bytes.AsSpan(bytes.Length / 2, 8192).Fill(0xA5);
        await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "text"), "no database", TestContext.Current.CancellationToken);
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(folder, "other.db")};Pooling=False"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await new SqliteCommand("CREATE TABLE t (a)", other).ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        File.Copy(Copy, Path.Combine(folder, "newer.db"));
        await using (var newer = new SqliteConnection($"Data Source={Path.Combine(folder, "newer.db")};Pooling=False"))
        {
            await newer.OpenAsync(TestContext.Current.CancellationToken);
            await new SqliteCommand("INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Later', '99')", newer).ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await Refuses("takes one file", "restore");
        await Refuses("takes one file", "restore", Copy, Copy);
        await Refuses("is not there", "restore", Path.Combine(folder, "missing.db"));
        await Refuses("damaged", "restore", damaged);
        await Refuses("is not a database", "restore", Path.Combine(folder, "text"));
        await Refuses("not one of Latchkey", "restore", Path.Combine(folder, "other.db"));
        await Refuses("newer version", "restore", Path.Combine(folder, "newer.db"));
        await using (var running = Open())
        {
            Assert.Equal(["Kept", "Later"], await Users(running));
            // Its own files change as it runs; that it goes on says that they were left alone.
            Assert.Contains("a running server uses", (await Assert.ThrowsAsync<SettingsFault>(() => Do("restore", Copy))).Message, StringComparison.Ordinal);
            Assert.Equal(["Kept", "Later"], await Users(running));
        }

        var key = await File.ReadAllBytesAsync(MasterKey, TestContext.Current.CancellationToken);
        key[0] ^= 1;
        await File.WriteAllBytesAsync(MasterKey, key, TestContext.Current.CancellationToken);
        await Refuses("another master.key", "restore", Copy);
        File.Delete(MasterKey);
        await Refuses("is missing", "restore", Copy);
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_leaves_no_half()
    {
        await Prepare();
        await Refuses("is there already", "backup", Copy);
        await Refuses("could not be", "backup", Path.Combine(folder, "no", "such", "folder.db"));
        File.Delete(MasterKey);
        await Refuses("is missing", "backup", Path.Combine(folder, "second.db"));
        Directory.Delete(Data, recursive: true);
        Directory.CreateDirectory(Data);
        await Refuses("there is no database", "backup", Path.Combine(folder, "third.db"));
    }

    [Fact]
    public void One_process_holds_a_folder_until_it_ends()
    {
        using (FolderLock.Take(folder))
            Assert.Contains("a running server uses", Assert.Throws<SettingsFault>(() => FolderLock.Take(folder)).Message, StringComparison.Ordinal);
        FolderLock.Take(folder).Dispose();
    }

    [Fact]
    public async Task With_PostgreSQL_its_own_tools_are_named()
    {
        var settings = Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Latchkey:Data"] = Data, ["Latchkey:Database"] = "Host=x" }).Build());
        Assert.Contains("pg_dump", (await Assert.ThrowsAsync<SettingsFault>(() => BackupVerbs.Run(["backup", Copy], settings, TextWriter.Null))).Message, StringComparison.Ordinal);
        Assert.Null(await BackupVerbs.Run(["serve"], settings, TextWriter.Null));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
