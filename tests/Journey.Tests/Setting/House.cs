using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>
/// The product as a newcomer starts it: the demo's server and its two readers, each a process of its own, data in a folder
/// that goes away with the tests, and a browser.
/// </summary>
public sealed partial class House : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("latchkey-journey-").FullName;
    readonly int _port = Repository.FreePorts(3);
    Child? _demo;
    IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;
    public string Console => $"http://localhost:{_port}";
    public string Email { get; private set; } = "";
    public string Password { get; private set; } = "";
    public Uri MainEntrance { get; private set; } = null!;
    public Uri ServerRoom { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await StartDemo();
        Assertions.SetDefaultExpectTimeout(Setting.Journey.PatienceMs);
        _playwright = await Playwright.CreateAsync();
        Browser = await StartBrowser();
    }

    internal Task<IBrowser> StartBrowser(params string[] more) => _playwright!.Chromium.LaunchAsync(new()
    {
        ExecutablePath = "/usr/bin/chromium",
        Args =
        [
            "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--no-first-run", "--enable-features=WebBluetooth", .. more,
        ],
    });

    async Task StartDemo()
    {
        _demo = await Child.Start("dotnet",
            [Repository.Server, "demo", "--port", $"{_port}", "--data", _folder, "--reader", Repository.Reader], "Ready.", Talkative);
        (Email, Password) = (Said(@"Sign in\s+(\S+)\s+/"), Said(@"Sign in\s+\S+\s+/\s+(\S+)"));
        Secrets.Add(Password);
        MainEntrance = new(Said(@"Main entrance\s+(\S+)"));
        ServerRoom = new(Said(@"Server room\s+(\S+)"));
    }

    // Much more than an operator would log, so that what must never be logged would show.
    static readonly Dictionary<string, string> Talkative = new()
    {
        ["Logging__LogLevel__Latchkey"] = "Trace",
        ["Logging__LogLevel__Microsoft.AspNetCore"] = "Debug",
        ["Logging__LogLevel__Microsoft.EntityFrameworkCore"] = "Information",
    };

    string Said(string pattern) => Regex.Match(_demo!.Output, pattern) is { Success: true } match
        ? match.Groups[1].Value
        : throw new InvalidOperationException($"The demo did not print {pattern}:\n{_demo.Output}");

    /// <summary>All that the server's process has printed since it was started last, without the sign-in that the demo gives its starter.</summary>
    public string ServerSaid => SignInLine().Replace(_demo!.Output, "");

    [GeneratedRegex(@"^\s*Sign in .*$", RegexOptions.Multiline)]
    private static partial Regex SignInLine();

    /// <summary>What a power cut of the server is: no farewell, to the doors neither.</summary>
    public async Task KillServer()
    {
        await _demo!.Kill();
        await _demo.DisposeAsync();
    }

    /// <summary>The demo's second start, on the same data.</summary>
    public Task StartServerAgain() => StartDemo();

    /// <summary>For a journey that begins after one that failed with the server away.</summary>
    internal Task EnsureServer() => _demo!.Ended ? StartDemo() : Task.CompletedTask;

    /// <summary>The server's store, for the one thing that nobody can do in a browser: let time pass.</summary>
    internal string Store => Path.Combine(_folder, "server", "latchkey.db");

    /// <summary>The token that the demo leaves for programs.</summary>
    internal string ApiToken => File.ReadAllText(Path.Combine(_folder, "api-token")).Trim();

    internal ConcurrentBag<string> Secrets { get; } = [];

    /// <summary>The administrator signs in once; later journeys begin with that session.</summary>
    internal string? Session { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
            await Browser.CloseAsync();
        _playwright?.Dispose();
        if (_demo is not null)
        {
            await _demo.Interrupt();
            await _demo.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>All journeys share one house, one after the other: a start costs seconds.</summary>
[CollectionDefinition(nameof(House))]
public sealed partial class HouseCollection : ICollectionFixture<House>;
