namespace Latchkey.Server.Hosting;

/// <summary>
/// One process at a time holds a data folder with an embedded database: two servers would each count sequences of their own, and a restore would pull the
/// database from under one that runs. The system lets go of it whenever the process ends, however that ends.
/// </summary>
sealed class FolderLock : IDisposable
{
    const string Name = "in-use";

    readonly FileStream held;

    FolderLock(FileStream held) => this.held = held;

    public static string FileOf(string folder) => Path.Combine(folder, Name);

    /// <exception cref="SettingsFault">Another process holds the folder.</exception>
    public static FolderLock Take(string folder)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new(new FileStream(FileOf(folder), options));
        }
        catch (IOException)
        {
            throw new SettingsFault("Latchkey:Data", $"is {folder}, which a running server uses; stop that one first");
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingsFault("Latchkey:Data", $"is {folder}, where {Name} belongs to another user");
        }
    }

    public void Dispose() => held.Dispose();
}
