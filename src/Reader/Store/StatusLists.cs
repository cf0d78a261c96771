using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Reader.Store;

/// <summary>
/// The newest verified status lists, one a chunk: phones carry them to readers that hear nothing. One that is newer than the rules adds
/// to their states; it never takes one away.
/// </summary>
public sealed class StatusLists
{
    private readonly ReaderStore store;
    private readonly Rules rules;
    private readonly DoorClock clock;
    private readonly Lock gate = new();
    private Dictionary<uint, StatusList> newest = [];
    private object? issuers;

    public StatusLists(ReaderStore store, Rules rules, DoorClock clock) => (this.store, this.rules, this.clock) = (store, rules, clock);

    /// <summary>
    /// Told to phones in M1, so that they see whether theirs is newer: what the reader knows of every chunk, since somebody may have brought
    /// all but the one that names them. Never below the bundle's, which is whole.
    /// </summary>
    public uint Sequence
    {
        get
        {
            if (rules.Bundle is not { } bundle)
                return 0;
            lock (gate)
            {
                Follow(bundle);
                return Math.Max(Whole(), bundle.StatusSequence);
            }
        }
    }

    /// <summary>What a list newer than the bundle says of a key; null when none is, or it says that the key is valid.</summary>
    public KeyState? StateOf(uint key, Bundle bundle)
    {
        lock (gate)
        {
            Follow(bundle);
            return newest.TryGetValue(key / StatusList.KeysPerChunk, out var list) && list.Sequence > bundle.StatusSequence
                && list.StateOf(key) is not KeyState.Valid and var state
                ? state
                : null;
        }
    }

    /// <summary>Takes what verifies and is newer than what is stored (status-list 4), durably; the rest is passed over.</summary>
    public void Take(IEnumerable<byte[]> tokens)
    {
        if (rules.Bundle is not { } bundle)
            return;
        foreach (var token in tokens)
        {
            // Verified outside the lock: phones at the door do not wait for one another's lists.
            if (StatusList.TryRead(token, bundle.Site, Keys(bundle), out var list) is not null)
                continue;
            // A list leaves out keys whose documents have died: a clock behind it would let those live again.
            clock.RaiseFloor(list!.IssuedAt);
            lock (gate)
            {
                Follow(bundle);
                if (newest.TryGetValue(list.Chunk, out var stored) && !list.Replaces(stored))
                    continue;
                store.Write(() => store.Run(
                    "INSERT INTO status_lists (chunk, sequence, token) VALUES ($1, $2, $3) "
                        + "ON CONFLICT (chunk) DO UPDATE SET sequence = excluded.sequence, token = excluded.token",
                    (long)list.Chunk,
                    (long)list.Sequence,
                    token));
                newest[list.Chunk] = list;
            }
        }
    }

    // Stored lists are read again when the trusted issuers change: one of an issuer that is trusted no longer counts for nothing.
    private void Follow(Bundle bundle)
    {
        if (ReferenceEquals(issuers, bundle.Issuers))
            return;
        var found = new Dictionary<uint, StatusList>();
        var keys = Keys(bundle);
        foreach (var token in store.All("SELECT token FROM status_lists", row => row.GetFieldValue<byte[]>(0)))
        {
            if (StatusList.TryRead(token, bundle.Site, keys, out var list) is not null)
                continue;
            // A power cut may have cost the last of the floor; the list itself is still there.
            clock.RaiseFloor(list!.IssuedAt);
            found[list.Chunk] = list;
        }

        // Last, and both together: a read that failed is made again, and nothing that was carried is forgotten by it.
        (newest, issuers) = (found, bundle.Issuers);
    }

    // The lowest sequence over all chunks that the site has by its newest list; 0 while one is missing.
    private uint Whole()
    {
        if (newest.Values.MaxBy(list => (list.Sequence, list.IssuedAt)) is not { } latest)
            return 0;
        var lowest = latest.Sequence;
        for (var chunk = 0u; chunk < latest.Chunks; chunk++)
        {
            if (!newest.TryGetValue(chunk, out var list))
                return 0;
            lowest = Math.Min(lowest, list.Sequence);
        }

        return lowest;
    }

    private static List<PublicKey> Keys(Bundle bundle) => [.. bundle.Issuers.Values.Select(issuer => issuer.Key)];
}
