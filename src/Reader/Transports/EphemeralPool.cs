using System.Collections.Concurrent;
using Latchkey.Protocol.Handshake;

namespace Latchkey.Reader.Transports;

/// <summary>
/// A few ephemeral keys made ahead of time, so that M1 is ready before the phone asks. Each is handed out once. An empty pool costs
/// the asker the making of one; a storm of phones cannot make it hold more than <see cref="KeysMax"/>.
/// </summary>
public sealed class EphemeralPool : IDisposable
{
    public const int KeysMax = 8;

    private readonly ConcurrentQueue<EphemeralKey> keys = new();
    private int refilling;
    private volatile bool disposed;

    public EphemeralKey Take()
    {
        var ready = keys.TryDequeue(out var key);
        Refill();
        return ready ? key! : OpenSslEphemeral.Make();
    }

    /// <summary>Fills up beside the caller.</summary>
    public void Refill()
    {
        if (keys.Count < KeysMax && Interlocked.Exchange(ref refilling, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static pool => pool.Fill(), this, preferLocal: false);
    }

    public void Dispose()
    {
        disposed = true;
        while (keys.TryDequeue(out var key))
            key.Dispose();
    }

    private void Fill()
    {
        while (keys.Count < KeysMax && !disposed)
            keys.Enqueue(OpenSslEphemeral.Make());
        Volatile.Write(ref refilling, 0);
    }
}
