using Latchkey.Protocol.Credentials;

namespace Latchkey.Reader.Store;

/// <summary>The newest verified status lists, one a chunk. Kept to be handed on; the states that concern this door are in its rules.</summary>
public sealed class StatusLists
{
    private readonly ReaderStore store;
    private readonly Rules rules;
    private long sequence;

    public StatusLists(ReaderStore store, Rules rules)
    {
        (this.store, this.rules) = (store, rules);
        sequence = store.First("SELECT max(sequence) FROM status_lists", row => row.IsDBNull(0) ? 0 : row.GetInt64(0));
    }

    /// <summary>Told to phones in M1, so that they see whether theirs is newer.</summary>
    public uint Sequence => (uint)Math.Max(Volatile.Read(ref sequence), rules.Bundle?.StatusSequence ?? 0);

    /// <summary>Takes what verifies and is newer than what is stored (status-list 4); the rest is passed over.</summary>
    public void Take(IEnumerable<byte[]> tokens)
    {
        if (rules.Bundle is not { } bundle)
            return;
        var issuers = bundle.Issuers.Values.Select(issuer => issuer.Key).ToList();
        foreach (var token in tokens)
        {
            if (StatusList.TryRead(token, bundle.Site, issuers, out var list) is not null || !IsNewer(list!, bundle.Site, issuers))
                continue;
            store.Write(() => store.Run(
                "INSERT INTO status_lists (chunk, sequence, token) VALUES ($1, $2, $3) "
                    + "ON CONFLICT (chunk) DO UPDATE SET sequence = excluded.sequence, token = excluded.token",
                (long)list!.Chunk,
                (long)list.Sequence,
                token));
            Volatile.Write(ref sequence, Math.Max(sequence, list!.Sequence));
        }
    }

    private bool IsNewer(StatusList list, Protocol.Wire.SiteId site, List<PublicKey> issuers)
    {
        var stored = store.First("SELECT token FROM status_lists WHERE chunk = $1", row => row.GetFieldValue<byte[]>(0), (long)list.Chunk);
        // A stored list whose issuer is trusted no longer is not one to be kept against a good one.
        return stored is null || StatusList.TryRead(stored, site, issuers, out var old) is not null || list.Replaces(old!);
    }
}
