using Latchkey.Protocol.Credentials;

namespace Latchkey.Reader.Transports;

/// <summary>
/// Counts refused tries per proven phone key. Per key, not per door: a stranger who hammers the reader must not be able to shut out
/// those who belong there. In memory: a restart forgives.
/// </summary>
public sealed class RefusedTries
{
    public const int TriesMax = 10;
    public const int WindowSeconds = 60;
    private const int KeysMax = 1024;

    private readonly Dictionary<PublicKey, Queue<long>> tries = [];

    /// <summary>Seconds, exclusive: until when this key is kept waiting; null when it is not.</summary>
    public long? ThrottledUntil(PublicKey? key, long now)
    {
        if (key is null || !tries.TryGetValue(key, out var times))
            return null;
        Drop(times, now);
        return times.Count >= TriesMax ? times.Peek() + WindowSeconds : null;
    }

    public void Count(PublicKey? key, long now)
    {
        if (key is null)
            return;
        if (!tries.TryGetValue(key, out var times))
        {
            if (tries.Count >= KeysMax)
                Forget(now);
            tries.Add(key, times = new Queue<long>());
        }

        Drop(times, now);
        if (times.Count < TriesMax)
            times.Enqueue(now);
    }

    // Bounded whatever happens: first those whose window has passed, then all.
    private void Forget(long now)
    {
        foreach (var (key, times) in tries.ToArray())
        {
            Drop(times, now);
            if (times.Count == 0)
                tries.Remove(key);
        }

        if (tries.Count >= KeysMax)
            tries.Clear();
    }

    private static void Drop(Queue<long> times, long now)
    {
        while (times.TryPeek(out var oldest) && (now - oldest >= WindowSeconds || oldest > now))
            times.Dequeue();
    }
}
