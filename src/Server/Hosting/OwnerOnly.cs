using System.Runtime.Versioning;

namespace Latchkey.Server.Hosting;

/// <summary>
/// Keeps the data folder and what is in it for the server's own user: the database and the master key are there. What was made by hand, copied or put
/// back from a backup may be open to everybody; it is closed at start, and that is said.
/// </summary>
static class OwnerOnly
{
    const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    /// <summary>Makes the folder if it is missing.</summary>
    /// <returns>What was open to others until now.</returns>
    /// <exception cref="SettingsFault">The folder is not the server's own.</exception>
    public static IReadOnlyList<string> Keep(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return [];
        }
        try
        {
            return KeepModes(folder);
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingsFault("Latchkey:Data", $"is {folder}, which belongs to another user");
        }
    }

    [UnsupportedOSPlatform("windows")]
    static List<string> KeepModes(string folder)
    {
        Directory.CreateDirectory(folder, FolderMode);
        // A wrong word in the settings must not shut everybody out of a folder like /tmp or /var.
        if (IsOpen(folder, FolderMode) && !IsOwn(folder))
            throw new SettingsFault("Latchkey:Data", $"is {folder}, which is open to others and holds other things; name a folder of its own, or make it 0700");
        var closed = new List<string>();
        if (IsOpen(folder, FolderMode))
            Close(folder, FolderMode, closed);
        // What SQLite makes beside the database has the database's mode.
        foreach (var name in new[] { Settings.DatabaseName, Settings.DatabaseName + "-wal", Settings.DatabaseName + "-shm" })
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file) && IsOpen(file, FileMode))
                Close(file, FileMode, closed);
        }
        return closed;
    }

    [UnsupportedOSPlatform("windows")]
    static bool IsOwn(string folder) =>
        !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.StickyBit)
        && (File.Exists(Path.Combine(folder, Settings.DatabaseName)) || File.Exists(Path.Combine(folder, "master.key"))
            || !Directory.EnumerateFileSystemEntries(folder).Any());

    [UnsupportedOSPlatform("windows")]
    static bool IsOpen(string path, UnixFileMode own) => (File.GetUnixFileMode(path) & ~own) != 0;

    [UnsupportedOSPlatform("windows")]
    static void Close(string path, UnixFileMode own, List<string> closed)
    {
        File.SetUnixFileMode(path, own);
        closed.Add(path);
    }
}
