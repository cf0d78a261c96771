using System.Threading.Channels;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Console;

/// <summary>
/// Looks again when something changed. Hints may get lost and may come in a burst, so it also looks by itself now and then,
/// and never more often than <see cref="LeastGap"/>.
/// </summary>
public sealed class Watch : IDisposable
{
    public static readonly TimeSpan LeastGap = TimeSpan.FromMilliseconds(120);
    private readonly CancellationTokenSource end = new();
    private readonly Channel<bool> wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly IDisposable listening;

    public Watch(Hints hints, TimeProvider clock, Guid customerId, IReadOnlyCollection<HintKind> kinds, TimeSpan atLeastEach, Func<Task> look)
    {
        ArgumentNullException.ThrowIfNull(hints);
        listening = hints.Listen((kind, customer) =>
        {
            if (customer == customerId && kinds.Contains(kind))
                wanted.Writer.TryWrite(true);
        });
        _ = Run(clock, atLeastEach, look);
    }

    private async Task Run(TimeProvider clock, TimeSpan atLeastEach, Func<Task> look)
    {
        try
        {
            while (!end.IsCancellationRequested)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                patience.CancelAfter(atLeastEach);
                try
                {
                    await wanted.Reader.ReadAsync(patience.Token);
                }
                catch (OperationCanceledException) when (!end.IsCancellationRequested)
                {
                    // Nothing was said for a while: look anyway.
                }
                await look();
                await Task.Delay(LeastGap, clock, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        catch (ObjectDisposedException)
        {
            // The circuit is gone.
        }
    }

    public void Dispose()
    {
        listening.Dispose();
        end.Cancel();
        end.Dispose();
    }
}
