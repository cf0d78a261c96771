using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Storage;

/// <summary>The site feed: every change that matters to readers, in commit order.</summary>
public static class Feed
{
    /// <summary>
    /// Appends one change and returns its sequence. Call it inside the act's transaction: the counter row stays locked
    /// until the commit, so sequences have no gaps and are seen in commit order.
    /// </summary>
    public static async Task<long> Append(
        Db db, Guid customerId, ChangeKind kind, Guid subjectId, DateTimeOffset now, CancellationToken cancel)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("A feed change belongs in the transaction of its act.");
        var counter = db.FeedCounters.Where(c => c.CustomerId == customerId);
        var second = now.ToUnixTimeSeconds();
        var counted = kind == ChangeKind.Key
            ? await counter.ExecuteUpdateAsync(
                s => s.SetProperty(c => c.Seq, c => c.Seq + 1)
                    .SetProperty(c => c.StatusSequence, c => c.StatusSequence + 1 > second ? c.StatusSequence + 1 : second), cancel)
            : await counter.ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, c => c.Seq + 1), cancel);
        if (counted != 1)
            throw new InvalidOperationException("The customer has no feed counter.");
        var seq = await counter.Select(c => c.Seq).SingleAsync(cancel);
        db.FeedChanges.Add(new() { CustomerId = customerId, Seq = seq, Kind = kind, SubjectId = subjectId, At = now });
        return seq;
    }

    /// <summary>Appends to many feeds that their sites as such have changed, in a few statements however many they are.</summary>
    public static async Task AppendAll(Db db, IQueryable<Guid> customerIds, DateTimeOffset now, CancellationToken cancel)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("A feed change belongs in the transaction of its act.");
        var counters = db.FeedCounters.Where(c => customerIds.Contains(c.CustomerId));
        await counters.ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, c => c.Seq + 1), cancel);
        foreach (var counter in await counters.AsNoTracking().Select(c => new { c.CustomerId, c.Seq }).ToListAsync(cancel))
            db.FeedChanges.Add(new() { CustomerId = counter.CustomerId, Seq = counter.Seq, Kind = ChangeKind.Site, SubjectId = counter.CustomerId, At = now });
    }
}
