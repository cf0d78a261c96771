using System.Collections.Concurrent;
using Latchkey.Server.Console;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Latchkey.Server.Tests.Console;

/// <summary>An open page outlives an outage of the store: it says that it is old, and goes on by itself.</summary>
public sealed class WatchTests : IDisposable
{
    static readonly Guid Customer = Guid.NewGuid();
    static readonly TimeSpan Each = TimeSpan.FromSeconds(10);
    readonly FakeTimeProvider time = new();
    readonly Hints hints = new();
    readonly ConcurrentQueue<string> logged = new();
    readonly LoggerFactory loggers = new();
    readonly Watches watches;
    readonly ConcurrentQueue<DateTimeOffset> at = new();
    volatile bool away;

    int Looks => at.Count;


    public WatchTests()
    {
        loggers.AddProvider(new LogKeeper(logged));
        watches = new(hints, time, loggers.CreateLogger<Watches>());
    }

    [Fact]
    public async Task A_look_that_fails_is_not_the_last()
    {
        using var watch = Begin();
        await Until(() => Looks > 0);
        Assert.False(watches.Blind);

        away = true;
        await Until(() => watches.Blind);
        var since = Looks;
        await Until(() => Looks > since + 5);
        Assert.True(watches.Blind);
        Assert.Single(logged);

        away = false;
        await Until(() => !watches.Blind);
        since = Looks;
        await Until(() => Looks > since + 1);
    }

    [Fact]
    public async Task Pauses_grow_and_have_an_end()
    {
        using var watch = Begin();
        away = true;
        await Until(() => at.Count >= 9, TimeSpan.FromMilliseconds(100));
        // Taken inside each look, before its pause begins: none may be shorter than it says.
        var pauses = at.Zip(at.Skip(1), (one, next) => next - one).ToList();
        for (var n = 0; n < pauses.Count; n++)
            Assert.True(pauses[n] >= Watch.FirstPause * Math.Min(1 << n, Watch.LongestPause / Watch.FirstPause), $"Pause {n} was {pauses[n]}.");
    }

    [Fact]
    public async Task One_that_sees_says_nothing_of_another_that_does_not()
    {
        using var seeing = watches.Begin(Customer, [], Each, () => Task.CompletedTask);
        var watch = Begin();
        away = true;
        await Until(() => watches.Blind);
        var since = Looks;
        await Until(() => Looks > since + 2);
        Assert.True(watches.Blind);
        // Its page is left: nothing that is shown is old.
        watch.Dispose();
        await Until(() => !watches.Blind);
    }

    Watch Begin() => watches.Begin(Customer, [HintKind.Users], Each, () =>
    {
        at.Enqueue(time.GetUtcNow());
        return away ? throw new InvalidOperationException("The store is away.") : Task.CompletedTask;
    });

    /// <summary>Lets the watch's time pass until it has done what is waited for.</summary>
    async Task Until(Func<bool> done, TimeSpan? step = null)
    {
        while (!done())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => loggers.Dispose();
}
