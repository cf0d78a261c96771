using System.Security.Cryptography;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Keys;

/// <summary>The file that holds the master key: made at the first start, readable by its owner alone.</summary>
static class MasterKeyFile
{
    public const string Name = "master.key";

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static byte[] ReadOrMake(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            Make(path);
        return Read(path);
    }

    /// <exception cref="SettingsFault">It is not there, not for its owner alone, or not a master key.</exception>
    public static byte[] Read(string path)
    {
        if (!File.Exists(path))
            throw new SettingsFault(path, "is missing");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            throw new SettingsFault(path, "can be read by others; make it 0600");
        var key = File.ReadAllBytes(path);
        return key.Length == SecretBox.MasterKeyBytes
            ? key
            : throw new SettingsFault(path, $"must hold {SecretBox.MasterKeyBytes} bytes");
    }

    // Written whole under another name first: a crash leaves no half key that would later lock everything out.
    static void Make(string path)
    {
        var draft = path + "." + Guid.NewGuid().ToString("N");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(draft, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(SecretBox.MasterKeyBytes));
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft); // another process was faster; its key counts
        }
    }
}
