using Latchkey.Server.Backups;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Latchkey.Server.Tests.Backups;

/// <summary>A version that changes the database keeps it first as it was.</summary>
public sealed class UpgradeTests : IDisposable
{
    const string Later = "20990101000000_Later";

    static readonly DateTimeOffset Now = new(2026, 11, 23, 14, 5, 0, TimeSpan.Zero);

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-upgrade-").FullName;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Data => Path.Combine(folder, "data");

    Dictionary<string, string?> Configured => new() { ["Latchkey:Data"] = Data };

    Settings Settings => Settings.Read(new ConfigurationBuilder().AddInMemoryCollection(Configured).Build());

    /// <summary>The database as a later version of Latchkey opens it: this one's migrations and one more, from this assembly.</summary>
    SqliteDb LaterVersion() => new(new DbContextOptionsBuilder<SqliteDb>().UseSqlite(
        $"Data Source={Settings.DatabaseFile};Pooling=False", sqlite => sqlite.MigrationsAssembly(typeof(UpgradeTests).Assembly)).Options);

    async Task Prepare()
    {
        await using (var house = new House(postgres: null, Configured))
            await (await house.NewSite()).Issue("Kept");
        SqliteConnection.ClearAllPools();
    }

    [Fact]
    public async Task The_copy_is_the_database_before_and_the_way_back()
    {
        await Prepare();
        string kept;
        await using (var db = LaterVersion())
        {
            kept = (await UpgradeBackup.Keep(db, Settings, without: false, Now, Cancel))!;
            Assert.Equal(Path.Combine(Data, "backups", $"20261123T140500Z-before-{Later}.db"), kept);
            await db.Database.MigrateAsync(Cancel);
            Assert.Equal(1, await db.Database.SqlQuery<long>($"SELECT count(*) AS Value FROM Later").SingleAsync(Cancel));
            // All is as it should be now: nothing to keep.
            Assert.Null(await UpgradeBackup.Keep(db, Settings, without: false, Now, Cancel));
        }
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(kept)!));
        }

        // This version does not touch what the later one has changed. The copy brings it back.
        await using (var thisVersion = new SqliteDb(new DbContextOptionsBuilder<SqliteDb>().UseSqlite($"Data Source={Settings.DatabaseFile};Pooling=False").Options))
        {
            Assert.Contains(
                "newer version", (await Assert.ThrowsAsync<SettingsFault>(() => UpgradeBackup.Keep(thisVersion, Settings, without: true, Now, Cancel))).Message,
                StringComparison.Ordinal);
        }
        SqliteConnection.ClearAllPools();
        await using var said = new StringWriter();
        Assert.Equal(0, await BackupVerbs.Run(["restore", kept], Settings, said));
        await using var house = new House(postgres: null, Configured);
        await using var again = house.Store.Open();
        Assert.Equal(["Kept"], await again.Users.Select(u => u.Name).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Of_many_the_newest_few_are_kept_and_none_where_somebody_wants_none()
    {
        await Prepare();
        await using var db = LaterVersion();
        Assert.Null(await UpgradeBackup.Keep(db, Settings, without: true, Now, Cancel));
        Assert.False(Directory.Exists(Path.Combine(Data, "backups")));
        for (var day = 0; day < UpgradeBackup.KeptMax + 2; day++)
            await UpgradeBackup.Keep(db, Settings, without: false, Now.AddDays(day), Cancel);
        var files = Directory.GetFiles(Path.Combine(Data, "backups")).Select(Path.GetFileName).Order().ToList();
        Assert.Equal(Enumerable.Range(2, UpgradeBackup.KeptMax).Select(day => $"{Now.AddDays(day):yyyyMMdd}T140500Z-before-{Later}.db"), files);
    }

    [Fact]
    public async Task A_fresh_folder_has_nothing_to_keep()
    {
        Directory.CreateDirectory(Data);
        await using var db = LaterVersion();
        Assert.Null(await UpgradeBackup.Keep(db, Settings, without: false, Now, Cancel));
        Assert.Empty(Directory.GetFileSystemEntries(Data));
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>This version's, as the later one still has it.</summary>
    [DbContext(typeof(SqliteDb)), Migration("20260101000000_Initial")]
    public sealed class Initial : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => throw new InvalidOperationException("It is applied already.");
    }

    [DbContext(typeof(SqliteDb)), Migration(Later)]
    public sealed class OneMore : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            ArgumentNullException.ThrowIfNull(migrationBuilder);
            migrationBuilder.Sql("CREATE TABLE Later AS SELECT 1 AS A");
        }
    }
}
