using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>
/// People with browsers in one house. When a journey ends, no page may have complained: no broken content policy, no error in any
/// console, no exception in any page. A journey that failed leaves pictures of every page beside the test's program.
/// </summary>
public abstract partial class Journey(House house) : IAsyncLifetime
{
    readonly List<IPage> _pages = [];
    readonly ConcurrentQueue<string> _complaints = new();
    readonly List<string> _foreseen = [];

    protected House House => house;

    public virtual async ValueTask InitializeAsync() => await house.EnsureServer();

    /// <summary>A fresh browser profile: its own cookies, storage and keys, like another person's device.</summary>
    internal async Task<IPage> Visitor(BrowserNewContextOptions? options = null, IBrowser? browser = null)
    {
        options ??= new();
        options.Locale ??= "en-GB";
        var context = await (browser ?? house.Browser).NewContextAsync(options);
        context.SetDefaultTimeout(PatienceMs);
        return await Watched(await context.NewPageAsync());
    }

    /// <summary>How long a person waits for something to appear. Long, since the machine may be busy; no test measures time.</summary>
    internal const float PatienceMs = 60_000;

    internal async Task<IPage> Watched(IPage page)
    {
        _pages.Add(page);
        await page.AddInitScriptAsync(
            "addEventListener('securitypolicyviolation', e => console.error(`Content policy: ${e.violatedDirective} ${e.blockedURI}`));");
        page.PageError += (_, error) => _complaints.Enqueue($"{page.Url}: {error}");
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !IsRefusal(message))
                _complaints.Enqueue($"{page.Url}: {message.Text} ({message.Location})");
        };
        return page;
    }

    /// <summary>A complaint that belongs to the journey, since it breaks something on purpose.</summary>
    protected void Foresee(params string[] words) => _foreseen.AddRange(words);

    // The browser calls each answer from 400 on an error; a refusal that the wallet then puts into words is none.
    static bool IsRefusal(IConsoleMessage message) =>
        Refused().IsMatch(message.Text) && message.Location.Contains("/api/v1/wallet/", StringComparison.Ordinal);

    [GeneratedRegex("^Failed to load resource: the server responded with a status of 4")]
    private static partial Regex Refused();

    public virtual async ValueTask DisposeAsync()
    {
        var failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        foreach (var (page, number) in _pages.Select((page, number) => (page, number)))
        {
            if (failed && !page.IsClosed)
                await Photograph(page, number);
        }
        foreach (var context in _pages.Select(page => page.Context).Where(context => context.Browser is { IsConnected: true }).Distinct())
            await context.CloseAsync();
        GC.SuppressFinalize(this);
        if (failed)
            return;
        var unforeseen = string.Join('\n', _complaints.Where(complaint => !_foreseen.Any(word => complaint.Contains(word, StringComparison.Ordinal))));
        Assert.Equal("", unforeseen);
        var said = house.ServerSaid;
        Assert.DoesNotContain(house.Secrets, secret => Spellings(secret).Any(spelling => said.Contains(spelling, StringComparison.OrdinalIgnoreCase)));
    }

    // The demo prints its own sign-in once, for the person who started it: that line is not the log's.
    static string[] Spellings(string secret) => [secret, secret.Replace("-", "", StringComparison.Ordinal)];

    static async Task Photograph(IPage page, int number)
    {
        var name = $"{TestContext.Current.TestClass?.TestClassSimpleName}.{TestContext.Current.TestMethod?.MethodName}-{number}";
        try
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "failures", name + ".png"), FullPage = true, Timeout = 5_000 });
        }
        catch (Exception fault) when (fault is PlaywrightException or TimeoutException)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"No picture of {name}: {fault.Message}");
        }
    }
}
