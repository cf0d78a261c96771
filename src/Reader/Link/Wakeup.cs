using System.Threading.Channels;

namespace Latchkey.Reader.Link;

/// <summary>Says that there is something to do, to one who waits now or looks later; saying it twice says it once.</summary>
internal sealed class Wakeup
{
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => signal.Writer.TryWrite(true);

    public async Task Wait(CancellationToken cancel) => await signal.Reader.ReadAsync(cancel);

    /// <summary>False when the time was up first.</summary>
    public async Task<bool> Wait(TimeSpan atMost, TimeProvider time, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await Wait(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }
}
