using System.Globalization;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Backups;

/// <summary>
/// Keeps the database as it was before a newer version changes its tables: the way back to the version before. Embedded, it is copied by itself; PostgreSQL is its
/// operator's to back up, who says so by a setting.
/// </summary>
static class UpgradeBackup
{
    public const string Folder = "backups";

    /// <summary>Older ones are deleted; each is as large as the database.</summary>
    public const int KeptMax = 3;

    const string Allowed = "MigrateWithoutBackup";

    public static async Task KeepBeforeUpgrade(this IServiceProvider services, CancellationToken cancel = default)
    {
        // Before anything is read: another server may be at work in this folder.
        services.GetService<FolderLock>();
        var settings = services.GetRequiredService<Settings>();
        var without = Settings.ReadSwitch(services.GetRequiredService<IConfiguration>().GetSection("Latchkey"), Allowed);
        await using var db = services.GetRequiredService<Store>().Open();
        var kept = await Keep(db, settings, without, services.GetRequiredService<TimeProvider>().GetUtcNow(), cancel);
        if (kept is not null)
            services.GetRequiredService<ILogger<Store>>().LogWarning("This version changes the database. As it was until now it is kept in {File}", kept);
    }

    /// <returns>The file; null where nothing is to be changed.</returns>
    /// <exception cref="SettingsFault">The database is of a newer version, or is to be backed up first.</exception>
    internal static async Task<string?> Keep(Db db, Settings settings, bool without, DateTimeOffset now, CancellationToken cancel)
    {
        if (settings.Postgres is null && !File.Exists(settings.DatabaseFile))
            return null;
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancel)).ToList();
        var known = db.Database.GetMigrations().ToList();
        if (applied.Except(known).Any())
            throw new SettingsFault(settings.Postgres is null ? "Latchkey:Data" : "Latchkey:Database", "holds a database of a newer version of Latchkey than this");
        var pending = known.Except(applied).ToList();
        if (applied.Count == 0 || pending.Count == 0 || without)
            return null;
        if (settings.Postgres is not null)
            throw new SettingsFault("Latchkey:Database", $"is of an older version, which this one changes: back it up (pg_dump), then start once with Latchkey:{Allowed}=true");
        var folder = Path.Combine(settings.DataFolder, Folder);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-before-{pending[^1]}.db"));
        BackupVerbs.Copy(settings.DatabaseFile, file);
        foreach (var old in Directory.GetFiles(folder, "*-before-*.db").Order(StringComparer.Ordinal).SkipLast(KeptMax))
            File.Delete(old);
        return file;
    }
}
