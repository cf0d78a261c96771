using Latchkey.Server.Accounts;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

/// <summary>All rows of a site that any reader's bundle is made from, as of feed sequence <see cref="Seq"/>.</summary>
public sealed record SiteRows(
    Guid CustomerId, long Epoch, long Seq, long StatusSequence, bool Active, string TimeZone, OfflinePolicy OfflinePolicy,
    IReadOnlyList<SigningKey> SigningKeys, IReadOnlyList<LevelRow> Levels, IReadOnlyList<KeyRow> Keys)
{
    /// <summary>Reloads when the feed grew while the rows were read; past this the next round mends it.</summary>
    const int LoadsMax = 3;

    /// <summary>
    /// Reads the sequence first and the rows after it, so the rows hold at least every act up to that sequence. When the
    /// feed has grown meanwhile, the rows may hold one act by half, so they are read again.
    /// </summary>
    public static async Task<SiteRows?> Load(Db db, Guid customerId, DateTimeOffset now, CancellationToken cancel)
    {
        for (var load = 1; ; load++)
        {
            var rows = await LoadOnce(db, customerId, now, cancel);
            if (rows is null || load == LoadsMax || (await Counter(db, customerId, cancel))?.Seq == rows.Seq)
                return rows;
        }
    }

    static async Task<SiteRows?> LoadOnce(Db db, Guid customerId, DateTimeOffset now, CancellationToken cancel)
    {
        var counter = await Counter(db, customerId, cancel);
        var customer = await db.Customers.AsNoTracking().Where(c => c.AccountId == customerId)
            .Select(c => new { c.TimeZone, c.OfflinePolicy }).SingleOrDefaultAsync(cancel);
        if (counter is null || customer is null)
            return null;
        var active = (await Actor.AccountPath(db, customerId, cancel)).Count > 0;
        var signingKeys = await db.SigningKeys.AsNoTracking().Where(k => k.CustomerId == customerId)
            .OrderBy(k => k.CreatedAt).ToListAsync(cancel);
        var held = await db.AccessLevelReaders.AsNoTracking().Where(h => h.CustomerId == customerId)
            .Select(h => new { h.LevelId, h.ReaderId }).ToListAsync(cancel);
        var readersOf = held.ToLookup(h => h.LevelId, h => h.ReaderId);
        var levels = await db.AccessLevels.AsNoTracking().Where(l => l.CustomerId == customerId)
            .OrderBy(l => l.Number).Select(l => new { l.Id, l.Number, l.AllReaders }).ToListAsync(cancel);
        var keys = await ChangedKeys(db, customerId, now, cancel);
        return new(
            customerId, counter.Epoch, counter.Seq, counter.StatusSequence, active, customer.TimeZone, customer.OfflinePolicy,
            signingKeys, [.. levels.Select(l => new LevelRow(l.Number, l.AllReaders, readersOf[l.Id].ToHashSet()))], keys);
    }

    /// <summary>Only keys that readers must treat otherwise than their documents say, while such a document may live; by number.</summary>
    internal static Task<List<KeyRow>> ChangedKeys(Db db, Guid customerId, DateTimeOffset now, CancellationToken cancel)
    {
        var alive = now - CompileBundle.KeptAfterDeath;
        return db.MobileKeys.AsNoTracking()
            .Where(k => k.CustomerId == customerId && k.NewestDocumentEndsAt > alive)
            .Where(k => k.MinSerial > 0 || k.State != KeyState.Active || k.User!.State != UserState.Active)
            .OrderBy(k => k.KeyNumber)
            .Select(k => new KeyRow(k.KeyNumber, k.State, k.User!.State, k.MinSerial))
            .ToListAsync(cancel);
    }

    static Task<FeedCounter?> Counter(Db db, Guid customerId, CancellationToken cancel) =>
        db.FeedCounters.AsNoTracking().SingleOrDefaultAsync(c => c.CustomerId == customerId, cancel);

    /// <summary>The numbers of the sets that hold this reader, ascending.</summary>
    public IEnumerable<int> SetsOf(Reader reader) =>
        Levels.Where(l => l.AllReaders || l.ReaderIds.Contains(reader.Id)).Select(l => l.Number);
}

public sealed record LevelRow(int Number, bool AllReaders, IReadOnlySet<Guid> ReaderIds);

public sealed record KeyRow(int Number, KeyState State, UserState UserState, long MinSerial);
