using System.Threading.Channels;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Console;

/// <summary>
/// Looks again when something changed. Hints may get lost and may come in a burst, so it also looks by itself now and then,
/// and never more often than <see cref="LeastGap"/>. A look that fails is no end: the next one comes after a pause that
/// doubles from <see cref="FirstPause"/> to <see cref="LongestPause"/>.
/// </summary>
public sealed class Watch : IDisposable
{
    public static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(120);
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);
    private readonly CancellationTokenSource end = new();
    private readonly Channel<bool> wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly IDisposable listening;

    internal Watch(Hints hints, TimeProvider clock, Guid customerId, IReadOnlyCollection<HintKind> kinds, TimeSpan atLeastEach, Func<Task> look, Action<Exception?> turned)
    {
        listening = hints.Listen((kind, customer) =>
        {
            if (customer == customerId && kinds.Contains(kind))
                wanted.Writer.TryWrite(true);
        });
        var ended = end.Token;
        _ = Task.Run(() => Run(clock, atLeastEach, look, turned, ended), ended);
    }

    // Waits end without a throw when the page goes, so that whatever is thrown is the look's.
    private async Task Run(TimeProvider clock, TimeSpan atLeastEach, Func<Task> look, Action<Exception?> turned, CancellationToken ended)
    {
        var (blind, pause) = (false, FirstPause);
        while (!ended.IsCancellationRequested)
        {
            await (blind ? Wait(pause, clock, ended) : Wanted(clock, atLeastEach, ended));
            if (ended.IsCancellationRequested)
                break;
            try
            {
                await look();
                if (blind)
                    turned(null);
                (blind, pause) = (false, FirstPause);
            }
            catch (Exception) when (ended.IsCancellationRequested)
            {
                // The page is gone, and its circuit perhaps.
            }
            catch (Exception fault)
            {
                if (blind)
                    pause = pause < LongestPause ? 2 * pause : LongestPause;
                else
                    turned(fault);
                blind = true;
            }
            await Wait(LeastGap, clock, ended);
        }
        if (blind)
            turned(null);
    }

    private async Task Wanted(TimeProvider clock, TimeSpan atLeastEach, CancellationToken ended)
    {
        using var silence = new CancellationTokenSource(atLeastEach, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, silence.Token);
        await ((Task)wanted.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        wanted.Reader.TryRead(out _);
    }

    private static async Task Wait(TimeSpan time, TimeProvider clock, CancellationToken ended) =>
        await Task.Delay(time, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public void Dispose()
    {
        listening.Dispose();
        end.Cancel();
        end.Dispose();
    }
}

/// <summary>The watches of one circuit, and whether all of them see.</summary>
public sealed class Watches(Hints hints, TimeProvider clock, ILogger<Watches> log)
{
    private int blind;

    /// <summary>A look failed and has not gone well since: what is shown may be old.</summary>
    public bool Blind => Volatile.Read(ref blind) > 0;

    /// <summary>Raised on any thread when <see cref="Blind"/> may have changed.</summary>
    public event Action? Changed;

    public Watch Begin(Guid customerId, IReadOnlyCollection<HintKind> kinds, TimeSpan atLeastEach, Func<Task> look) =>
        new(hints, clock, customerId, kinds, atLeastEach, look, Turned);

    // Once for each watch and outage, however long it lasts.
    private void Turned(Exception? fault)
    {
        if (fault is not null)
            log.LogWarning(fault, "An open page could not be made fresh; trying again");
        Interlocked.Add(ref blind, fault is null ? -1 : 1);
        Changed?.Invoke();
    }
}
