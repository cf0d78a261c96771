using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>Counts the readers that know of a feed sequence, and settles revocations that all of them know.</summary>
public static class ReachQuery
{
    public static async Task<Reach?> Ask(Db db, MobileKey key, CancellationToken cancel)
    {
        if (key.ReachSeq == 0)
            return null;
        var readers = await Acknowledged(db, key.CustomerId).ToListAsync(cancel);
        return Of(readers, key);
    }

    /// <summary>The same for many keys of one customer with one question to the store.</summary>
    public static async Task<Dictionary<Guid, Reach>> Ask(
        Db db, Guid customerId, IEnumerable<MobileKey> keys, CancellationToken cancel)
    {
        var readers = await Acknowledged(db, customerId).ToListAsync(cancel);
        return keys.Where(k => k.ReachSeq > 0).ToDictionary(k => k.Id, k => Of(readers, k));
    }

    /// <summary>
    /// Turns Revoking into Revoked where every reader knows, or where the last document has died. Call it last in the
    /// transaction that stores a reader's acknowledgement or ends a key, or with time alone.
    /// </summary>
    public static async Task<int> Settle(Db db, Guid customerId, DateTimeOffset now, CancellationToken cancel)
    {
        // The questions below go to the store, so what was done just now must stand there.
        await db.SaveChangesAsync(cancel);
        var revoking = await db.MobileKeys
            .Where(k => k.CustomerId == customerId && k.State == KeyState.Revoking).ToListAsync(cancel);
        if (revoking.Count == 0)
            return 0;
        var readers = await Acknowledged(db, customerId).ToListAsync(cancel);
        var settled = 0;
        foreach (var key in revoking)
        {
            var documentsDead = key.NewestDocumentEndsAt is not { } ends || ends <= now;
            if (!documentsDead && readers.Any(r => r.AckedSeq < key.ReachSeq))
                continue;
            key.Revoked(now);
            settled++;
        }
        return settled;
    }

    static Reach Of(List<ReaderAcknowledged> readers, MobileKey key)
    {
        var behind = readers.Where(r => r.AckedSeq < key.ReachSeq).ToList();
        return new(
            readers.Count - behind.Count, readers.Count,
            behind.MinBy(r => r.LastContactAt ?? DateTimeOffset.MinValue)?.Name,
            behind.Count == 0 ? null : key.NewestDocumentEndsAt);
    }

    static IQueryable<ReaderAcknowledged> Acknowledged(Db db, Guid customerId) =>
        from reader in db.Readers.AsNoTracking()
        where reader.CustomerId == customerId
        join statement in db.ReaderStatements.AsNoTracking()
            on new { reader.CustomerId, ReaderId = reader.Id } equals new { statement.CustomerId, statement.ReaderId } into known
        from statement in known.DefaultIfEmpty()
        // A deleted reader that has not heard of it may still open, so it counts as long as it can.
        where reader.State != ReaderState.Deleted
            || (statement != null && statement.SentSeq > 0 && statement.AckedSeq < reader.DeletedSeq)
        select new ReaderAcknowledged(reader.Name, statement == null ? 0 : statement.AckedSeq, reader.LastContactAt);

    sealed record ReaderAcknowledged(string Name, long AckedSeq, DateTimeOffset? LastContactAt);
}
