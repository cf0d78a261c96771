using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OwnerOnlyTests(Houses houses) : IDisposable
{
    const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;
    const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-modes-").FullName;

    string Database => Path.Combine(folder, "latchkey.db");

    [Fact]
    public void What_was_open_to_others_is_closed_and_said()
    {
        File.WriteAllText(Database, "");
        File.SetUnixFileMode(Database, OwnFile | Others);
        File.WriteAllText(Database + "-wal", "");
        File.SetUnixFileMode(Database + "-wal", OwnFile | Others);
        File.SetUnixFileMode(folder, OwnFolder | Others);

        Assert.Equal([folder, Database, Database + "-wal"], OwnerOnly.Keep(folder));
        Assert.Equal(OwnFolder, File.GetUnixFileMode(folder));
        Assert.Equal(OwnFile, File.GetUnixFileMode(Database));
        Assert.Equal(OwnFile, File.GetUnixFileMode(Database + "-wal"));
        Assert.Empty(OwnerOnly.Keep(folder));
    }

    [Fact]
    public void A_folder_that_is_made_is_the_owners_alone()
    {
        var made = Path.Combine(folder, "data");
        Assert.Empty(OwnerOnly.Keep(made));
        Assert.Equal(OwnFolder, File.GetUnixFileMode(made));
    }

    [Fact]
    public void A_folder_of_somebody_elses_things_stays_as_it_is()
    {
        File.WriteAllText(Path.Combine(folder, "passwd"), "");
        File.SetUnixFileMode(folder, OwnFolder | Others);
        Assert.Contains("holds other things", Assert.Throws<SettingsFault>(() => OwnerOnly.Keep(folder)).Message, StringComparison.Ordinal);
        Assert.Equal(OwnFolder | Others, File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task A_running_server_keeps_all_its_files_to_itself()
    {
        await (await houses.Own(Engine.Sqlite, new Dictionary<string, string?> { ["Latchkey:Data"] = folder })).NewSite();
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(OwnFile, File.GetUnixFileMode(file)));
        Assert.Contains(Database + "-wal", Directory.GetFiles(folder));
    }

    [Fact]
    public async Task The_log_says_what_was_closed()
    {
        File.SetUnixFileMode(folder, OwnFolder | Others);
        var house = await houses.Own(Engine.Sqlite, new Dictionary<string, string?> { ["Latchkey:Data"] = folder });
        await house.NewSite();
        Assert.Contains(house.Logged, line => line.Contains(folder, StringComparison.Ordinal) && line.Contains("was open to others", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
