using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Latchkey.Journey.Tests.Setting;
using Xunit;

namespace Latchkey.Journey.Tests;

/// <summary>What a newcomer's first command does, and leaves behind.</summary>
[Collection(nameof(House))]
public sealed class TheDemo : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("latchkey-demo-").FullName;

    [Fact]
    public async Task Leaves_no_process_and_keeps_its_data()
    {
        var port = Repository.FreePorts(3);
        var first = await Start(port);
        Assert.Equal(3, Processes().Count);
        using var api = await ApiAt(port);
        await api.Post("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Kept Overnight", notify = false });
        var users = await Users(api);
        Assert.Contains("Kept Overnight", users, StringComparison.Ordinal);
        await first.Interrupt();
        Assert.Empty(Processes());

        var second = await Start(port);
        Assert.Equal(SignIn(first), SignIn(second));
        Assert.Equal(3, Processes().Count);
        Assert.Equal(users, await Users(api));
        await second.Interrupt();
        Assert.Empty(Processes());
        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    [Fact]
    public async Task Is_put_back_from_a_backup_and_its_doors_follow()
    {
        var port = Repository.FreePorts(3);
        var copy = Path.Combine(_folder, "copy.db");
        await using var first = await Start(port);
        using var api = await ApiAt(port);
        await api.Post("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Kept Overnight", notify = false });
        var (users, door) = (await Users(api), await api.Reader("Main entrance"));
        Assert.Contains("users 4", await Backups("backup", copy), StringComparison.Ordinal);
        await api.Post("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Forgotten Later", notify = false });
        // The door goes on to what the backup does not know.
        await api.Patch($"/api/v1/readers/{door}", new { id = Guid.NewGuid(), unlockSeconds = 17 });
        await api.Until("/api/v1/readers", AllUpToDate);
        Assert.Contains("a running server uses", await Backups("restore", copy), StringComparison.Ordinal);
        await first.Interrupt();

        Assert.Contains("Put back", await Backups("restore", copy), StringComparison.Ordinal);
        await using var second = await Start(port);
        Assert.Equal(users, await Users(api));
        // The door knows more than the store does; it follows all the same.
        await api.Patch($"/api/v1/readers/{door}", new { id = Guid.NewGuid(), unlockSeconds = 9 });
        await api.Until("/api/v1/readers", AllUpToDate);
        await second.Interrupt();

        static bool AllUpToDate(System.Text.Json.JsonElement answer) => answer.GetProperty("readers").EnumerateArray()
            .All(r => r.GetProperty("online").GetBoolean() && r.GetProperty("appliedSeq").GetInt64() == r.GetProperty("desiredSeq").GetInt64());
    }

    [Fact]
    public async Task Its_doors_go_on_when_its_server_is_killed_until_the_next_start_takes_their_place()
    {
        var port = Repository.FreePorts(3);
        await using (var killed = await Start(port))
            await killed.Kill();
        Assert.Equal(2, Processes().Count);
        await using var next = await Start(port);
        Assert.Equal(3, Processes().Count);
        await next.Interrupt("HUP");
        Assert.Empty(Processes());
    }

    /// <summary>Ended between the confirmation and the reader's hearing of it, or with a file lost: nothing is there twice, and nothing is missing.</summary>
    [Fact]
    public async Task A_start_that_was_cut_off_is_made_whole_by_the_next()
    {
        var port = Repository.FreePorts(3);
        await using var first = await Start(port);
        await first.Interrupt();
        Directory.Delete(Path.Combine(_folder, "readers", "main-entrance"), recursive: true);
        File.Delete(Path.Combine(_folder, "password"));
        File.Delete(Path.Combine(_folder, "api-token"));

        await using var second = await Start(port);
        Assert.NotEqual(SignIn(first), SignIn(second));
        Assert.Equal(3, Processes().Count);
        using var api = await ApiAt(port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await Readers()).SequenceEqual(["Main entrance True", "Server room True"]))
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        await second.Interrupt();
        Assert.Empty(Processes());

        // The one that has nobody's key is deleted, and shown until phones would open it no more.
        async Task<IEnumerable<string>> Readers() => (await api.Get("/api/v1/readers")).GetProperty("readers").EnumerateArray()
            .Where(reader => reader.GetProperty("condition").GetString() != "deletedNotTold")
            .Select(reader => $"{reader.GetProperty("name")} {reader.GetProperty("online")}").Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("--port", "many")]
    [InlineData("--port", "65534")]
    [InlineData("--prot", "5080")]
    public async Task Says_in_one_line_which_word_it_does_not_understand(string word, string value)
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Child.Start("dotnet", [Repository.Server, "demo", word, value], "Ready."));
        var said = fault.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Single(said);
        Assert.StartsWith(word, said[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_in_one_line_that_its_port_is_taken()
    {
        var port = Repository.FreePorts(3);
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        other.Start();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(port));
        var said = fault.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Single(said);
        Assert.Contains(port.ToString(CultureInfo.InvariantCulture), said[0], StringComparison.Ordinal);
    }

    async Task<Api> ApiAt(int port) =>
        new($"http://localhost:{port}", await File.ReadAllTextAsync(Path.Combine(_folder, "api-token"), TestContext.Current.CancellationToken));

    static async Task<string> Users(Api api) => string.Join(", ", (await api.Get("/api/v1/users")).GetProperty("users").EnumerateArray()
        .Select(user => $"{user.GetProperty("userNumber")} {user.GetProperty("name")}"));

    /// <summary>What a verb of the server says, with the demo's folder.</summary>
    async Task<string> Backups(string verb, string file)
    {
        using var run = Process.Start(new ProcessStartInfo("dotnet", [Repository.Server, verb, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Latchkey__Data"] = Path.Combine(_folder, "server") },
        })!;
        var (said, complained) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();
        return await said + await complained;
    }

    Task<Child> Start(int port) => Child.Start("dotnet",
        [Repository.Server, "demo", "--port", $"{port}", "--data", _folder, "--reader", Repository.Reader], "Ready.");

    static string SignIn(Child demo) => Regex.Match(demo.Output, @"Sign in\s+(.+)").Groups[1].Value;

    /// <summary>All processes that name the demo's folder: its server and its doors.</summary>
    List<string> Processes() => [.. Directory.EnumerateDirectories("/proc").Where(process => CommandLine(process).Contains(_folder, StringComparison.Ordinal))];

    static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
