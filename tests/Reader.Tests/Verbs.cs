using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Reader.Store;
using Latchkey.Reader.Tests.Setting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Reader.Tests;

/// <summary>The program as its installer meets it.</summary>
public class Verbs
{
    [Theory]
    [InlineData("no verb fly", "fly")]
    [InlineData("--data is missing", "run")]
    [InlineData("No reader is paired in /nowhere-at-all", "run", "--data", "/nowhere-at-all")]
    [InlineData("--speed is not known", "run", "--speed", "9")]
    [InlineData("needs a value", "status", "--data")]
    [InlineData("twice", "run", "--data", "/a", "--data", "/b")]
    [InlineData("--listen takes an address and a port", "run", "--data", "/a", "--listen", "here")]
    [InlineData("https address", "pair", "--server", "http://keys.example.com", "--system-id", "X", "--system-key", "Y", "--code", "Z", "--data", "/a")]
    [InlineData("pairing code", "pair", "--server", "https://keys.example.com", "--system-id", "X", "--system-key", "Y", "--code", "ABC", "--data", "/a")]
    public async Task What_is_wrong_is_said_in_one_line(string words, params string[] arguments)
    {
        var (code, output, error) = await ReaderProcess.Run(arguments);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(character => character == '\n'));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Status_looks_on_while_the_reader_runs_and_no_second_reader_shares_its_folder()
    {
        using var site = new Site();
        var folder = ReaderProcess.Prepare(site, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        using (var reader = await ReaderProcess.Start(folder))
        {
            var (code, output, _) = await ReaderProcess.Run("status", "--data", folder);
            Assert.Equal(0, code);
            Assert.Contains(site.Reader.ToString(), output, StringComparison.Ordinal);
            Assert.Contains("sound", output, StringComparison.Ordinal);

            var second = await ReaderProcess.Run("run", "--data", folder, "--listen", "127.0.0.1:0");
            Assert.Equal(2, second.Code);
            Assert.Contains("cannot be used", second.Error, StringComparison.Ordinal);
            await reader.Kill();
        }

        foreach (var file in Directory.GetFiles(folder))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Run_puts_no_radio_on_the_air_unless_told_to()
    {
        using var site = new Site();
        var folder = ReaderProcess.Prepare(site, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        using (var reader = await ReaderProcess.Start(folder, radio: false))
        {
            var none = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => AirPhone.Connect(reader.Address));
            Assert.Contains("404", none.Message, StringComparison.Ordinal);
            Assert.Equal(0, await reader.Terminate());
        }

        using (var reader = await ReaderProcess.Start(folder))
        {
            using var air = await AirPhone.Connect(reader.Address);
            Assert.Equal("MAIN-1", air.LocalName);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Asked_to_end_it_ends_well_with_phones_and_pages_still_there()
    {
        using var site = new Site();
        var folder = ReaderProcess.Prepare(site, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        using (var reader = await ReaderProcess.Start(folder))
        {
            using var air = await AirPhone.Connect(reader.Address);
            using var http = new HttpClient { BaseAddress = reader.Address };
            using var live = await http.GetStreamAsync(new Uri("live", UriKind.Relative));
            Assert.Equal(0, await reader.Terminate());
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Status_says_by_its_exit_code_whether_a_reader_is_paired()
    {
        Assert.Equal((1, "not paired: there is no reader in /nowhere-at-all\n", ""), await ReaderProcess.Run("status", "--data", "/nowhere-at-all"));
        var folder = Directory.CreateTempSubdirectory("latchkey-unpaired-").FullName;
        ReaderStore.Open(folder).Dispose();
        Assert.Equal(1, (await ReaderProcess.Run("status", "--data", folder)).Code);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Who started the pairing was killed: the reader that nobody will run keeps neither the code nor the folder.</summary>
    [Fact]
    public async Task A_pairing_ends_with_the_input_that_started_it()
    {
        await using var server = await WaitingServer();
        var folder = Path.Combine(Path.GetTempPath(), $"latchkey-ended-{Guid.NewGuid():N}");
        string[] words =
        [
            "pair", "--server", server.Urls.First(), "--system-id", "X", "--system-key", "Y",
            "--code", ActivationCode.NewPairing(RandomNumberGenerator.Fill).Canonical, "--data", folder, "--until-input-ends",
        ];
        var (code, output, error) = await ReaderProcess.Run(words, input => input.Close());
        Assert.Equal(2, code);
        Assert.Contains("Ended before", error, StringComparison.Ordinal);
        Assert.Contains("Compare in the console", output, StringComparison.Ordinal);
        Assert.Equal(1, (await ReaderProcess.Run("status", "--data", folder)).Code);
        Directory.Delete(folder, recursive: true);
    }

    // A server whose administrator never comes.
    private static async Task<WebApplication> WaitingServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.Run(async context =>
        {
            var isLook = context.Request.Path.Value!.EndsWith("standing", StringComparison.Ordinal);
            context.Response.StatusCode = isLook ? 200 : 202;
            await context.Response.WriteAsync(isLook ? """{"state":"waiting"}""" : """{"pairing":"p"}""");
        });
        await server.StartAsync();
        return server;
    }

    [Fact]
    public async Task The_self_test_passes_here()
    {
        var (code, output, _) = await ReaderProcess.Run("self-test");
        Assert.Equal(0, code);
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
    }

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void What_was_open_to_others_is_closed_and_said()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-modes-").FullName;
        ReaderStore.Open(folder).Dispose();
        var file = Path.Combine(folder, ReaderStore.FileName);
        const UnixFileMode everybody = UnixFileMode.OtherRead | UnixFileMode.GroupRead | UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.SetUnixFileMode(file, everybody);
        File.SetUnixFileMode(folder, everybody | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var told = new List<string>();
        using (ReaderStore.Open(folder, tell: told.Add))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        }

        Assert.Equal([folder, file], told.Select(words => words.Split(' ')[0]));
        told.Clear();
        ReaderStore.Open(folder, tell: told.Add).Dispose();
        Assert.Empty(told);
        Directory.Delete(folder, recursive: true);
    }

    [Fact, System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_folder_of_everybody_is_no_place_for_a_reader()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-sticky-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.StickyBit | UnixFileMode.OtherWrite);
        Assert.Contains("belongs to everybody", Assert.Throws<SetupException>(() => ReaderStore.Open(folder)).Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("status")]
    [InlineData("pair")]
    public async Task A_damaged_store_is_said_in_one_line_with_the_remedy(string verb)
    {
        using var site = new Site();
        var folder = ReaderProcess.Prepare(site, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var file = Path.Combine(folder, ReaderStore.FileName);
        var bytes = await File.ReadAllBytesAsync(file);
        new Random(7).NextBytes(bytes.AsSpan(PageBytes(bytes)));
        await File.WriteAllBytesAsync(file, bytes);

        string[] more = verb == "pair"
            ? ["--server", "https://keys.example.com", "--system-id", "X", "--system-key", "Y", "--code", ActivationCode.NewPairing(RandomNumberGenerator.Fill).Canonical]
            : [];
        var (code, _, error) = await ReaderProcess.Run([verb, "--data", folder, .. more]);
        Assert.Equal(2, code);
        Assert.Contains("damaged; pair this reader again", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(character => character == '\n'));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Any one page of the store, any one column of who the reader is: it starts, or says in words that it can't.</summary>
    [Fact]
    public async Task Whatever_is_damaged_a_start_ends_in_words()
    {
        using var site = new Site();
        var folder = ReaderProcess.Prepare(site, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var file = Path.Combine(folder, ReaderStore.FileName);
        var sound = await File.ReadAllBytesAsync(file);
        var page = PageBytes(sound);
        var refused = 0;
        for (var at = 100; at < sound.Length; at = (at / page + 1) * page)
        {
            var bytes = sound.ToArray();
            new Random(at).NextBytes(bytes.AsSpan(at..((at / page + 1) * page)));
            await File.WriteAllBytesAsync(file, bytes);
            refused += await Starts(folder) ? 0 : 1;
        }

        Assert.NotEqual(0, refused);
        foreach (var column in new[] { "key = x'01'", "certificate = x'01'", "site_keys = x'01'", "link = 'nowhere'" })
        {
            await File.WriteAllBytesAsync(file, sound);
            using (var store = ReaderStore.Open(folder))
                store.Run($"UPDATE identity SET {column}");
            Assert.False(await Starts(folder));
        }

        Directory.Delete(folder, recursive: true);
    }

    // What the program would let through is a fault of the test.
    private static async Task<bool> Starts(string folder)
    {
        try
        {
            await ReaderCore.Open(folder, TimeProvider.System, "a start", _ => { }).DisposeAsync();
            return true;
        }
        catch (SetupException)
        {
            return false;
        }
    }

    private static int PageBytes(byte[] file) => (file[16] << 8) | file[17];

    [Fact]
    public void A_folder_of_another_version_is_refused_in_words()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-version-").FullName;
        using (var store = ReaderStore.Open(folder))
            store.Run("PRAGMA user_version = 99");
        var fault = Assert.Throws<SetupException>(() => ReaderStore.Open(folder));
        Assert.Contains("schema 99", fault.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
