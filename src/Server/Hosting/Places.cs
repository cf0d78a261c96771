using System.Runtime.InteropServices;

namespace Latchkey.Server.Hosting;

/// <summary>Places for strangers to wait in: so many in all and so many from one network, so that none can take them all.</summary>
/// <param name="max">Taken at once.</param>
/// <param name="networkMax">Taken at once from one network.</param>
public sealed class Places(int max, int networkMax)
{
    readonly Lock gate = new();
    readonly Dictionary<string, int> byNetwork = new(StringComparer.Ordinal);
    int taken;

    /// <summary>Takes a place. Null when there is none; else disposing gives it back.</summary>
    /// <param name="network">As <see cref="Storage.Throttle.Network"/> says it.</param>
    public IDisposable? TryTake(string network)
    {
        lock (gate)
        {
            if (taken >= max || byNetwork.GetValueOrDefault(network) >= networkMax)
                return null;
            taken++;
            CollectionsMarshal.GetValueRefOrAddDefault(byNetwork, network, out _)++;
            return new Place(this, network);
        }
    }

    void Leave(string network)
    {
        lock (gate)
        {
            taken--;
            // Networks that have left are forgotten, or the table would grow with every stranger.
            if (--CollectionsMarshal.GetValueRefOrNullRef(byNetwork, network) == 0)
                byNetwork.Remove(network);
        }
    }

    sealed class Place(Places places, string network) : IDisposable
    {
        int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                places.Leave(network);
        }
    }
}
