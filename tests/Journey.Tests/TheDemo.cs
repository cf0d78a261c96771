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
        using var api = new Api($"http://localhost:{port}", await File.ReadAllTextAsync(Path.Combine(_folder, "api-token"), TestContext.Current.CancellationToken));
        await api.Post("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Kept Overnight", notify = false });
        var users = await Users();
        Assert.Contains("Kept Overnight", users, StringComparison.Ordinal);
        await first.Interrupt();
        Assert.Empty(Processes());

        var second = await Start(port);
        Assert.Equal(SignIn(first), SignIn(second));
        Assert.Equal(3, Processes().Count);
        Assert.Equal(users, await Users());
        await second.Interrupt();
        Assert.Empty(Processes());
        await first.DisposeAsync();
        await second.DisposeAsync();

        async Task<string> Users() => string.Join(", ", (await api.Get("/api/v1/users")).GetProperty("users").EnumerateArray()
            .Select(user => $"{user.GetProperty("userNumber")} {user.GetProperty("name")}"));
    }

    [Fact]
    public async Task Leaves_no_process_when_it_is_killed()
    {
        await using var demo = await Start(Repository.FreePorts(3));
        Assert.Equal(3, Processes().Count);
        await demo.Kill();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Processes() is { Count: > 0 })
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
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
