using Latchkey.Protocol.Events;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Events;

/// <summary>
/// Stores what readers send, each event once and in its chain's order, and signs for it (events, "Chain and receipt"). A
/// batch is one transaction: all that fits is stored, and the receipt speaks only of what is durable.
/// </summary>
public sealed class StoreEvents(Store store, SiteSigners signers, Hints hints, TimeProvider time, ILogger<StoreEvents> log)
{
    /// <returns>The signed receipt for the newest stored event.</returns>
    public async Task<byte[]> Take(Guid customerId, Guid readerId, EventsFrame batch, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var now = time.GetUtcNow();
        var (stored, fault) = await store.Write(
            async db =>
            {
                var chain = await Chain(db, customerId, readerId, cancel);
                var (state, faultFound) = await Append(db, chain, batch, now, cancel);
                return (state, faultFound);
            },
            cancel);
        if (fault is not null)
            log.LogWarning("Events of reader {Reader} of site {Site} do not go on: {Fault}.", readerId, customerId, fault);
        if (batch.Events.Count > 0)
            hints.Raise(HintKind.Readers, customerId);
        await using var db = store.Open();
        return Receipt.Sign(Receipt.For(stored), await signers.Of(db, customerId, KeyPurpose.Site, cancel));
    }

    // The row is the lock of the reader's chain, should two links of one reader ever bring events at once.
    static async Task<ReaderChain> Chain(Db db, Guid customerId, Guid readerId, CancellationToken cancel)
    {
        await db.ReaderChains.Where(c => c.CustomerId == customerId && c.ReaderId == readerId)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Seq, c => c.Seq), cancel);
        var chain = await db.ReaderChains.SingleOrDefaultAsync(c => c.CustomerId == customerId && c.ReaderId == readerId, cancel);
        if (chain is null)
            db.ReaderChains.Add(chain = new() { CustomerId = customerId, ReaderId = readerId });
        return chain;
    }

    static async Task<(ChainState State, ChainFault? Fault)> Append(
        Db db, ReaderChain chain, EventsFrame batch, DateTimeOffset now, CancellationToken cancel)
    {
        var state = new ChainState(ReaderId.From(chain.ReaderId), chain.Boot, chain.Seq, chain.Hash ?? new byte[32]);
        var known = await KnownHashes(db, chain, batch.Events, cancel);
        List<EventRecord> fresh = [];
        ChainFault? fault = null;
        foreach (var bytes in batch.Events)
        {
            var record = new EventRecord(bytes.Header, bytes.Payload);
            var storedHash = EventHeader.TryRead(bytes.Header, out var header) ? known.GetValueOrDefault(header.Seq) : null;
            var lost = 0L;
            var verdict = batch.FromOldest && bytes == batch.Events[0]
                ? EventChain.CheckOldest(state, record, storedHash, out var next, out lost)
                : EventChain.Check(state, record, storedHash, out next);
            if (lost > 0)
                Miss(chain, state.Seq + 1, lost, now);
            fault = FaultOf(verdict);
            if (fault is not null)
                break;
            if (verdict == ChainVerdict.Next)
                fresh.Add(record);
            state = next;
        }
        await DecodeEvents.Add(db, chain.CustomerId, fresh, now, cancel);
        (chain.Boot, chain.Seq, chain.Hash) = (state.Boot, state.Seq, state.Seq == 0 ? null : state.Hash);
        if (fault is null && fresh.Count > 0)
            (chain.Fault, chain.FaultSince) = (null, null);
        else if (fault is not null && chain.Fault != fault)
            (chain.Fault, chain.FaultSince) = (fault, now);
        return (state, fault);
    }

    // A second loss before the first was accepted widens the span; the count stays that of the missing ones.
    static void Miss(ReaderChain chain, long from, long count, DateTimeOffset now)
    {
        chain.Lost += count;
        chain.LostFrom ??= from;
        chain.LostTo = from + count - 1;
        chain.LostAt = now;
    }

    static ChainFault? FaultOf(ChainVerdict verdict) => verdict switch
    {
        ChainVerdict.Next or ChainVerdict.Duplicate => null,
        ChainVerdict.Gap => ChainFault.Gap,
        ChainVerdict.Fork => ChainFault.Fork,
        ChainVerdict.Broken => ChainFault.Broken,
    };

    static async Task<Dictionary<long, byte[]>> KnownHashes(
        Db db, ReaderChain chain, IReadOnlyList<EventBytes> batch, CancellationToken cancel)
    {
        var old = batch.Select(b => EventHeader.TryRead(b.Header, out var header) ? header.Seq : 0)
            .Where(seq => seq > 0 && seq <= chain.Seq).Distinct().ToList();
        if (old.Count == 0)
            return [];
        return await db.Events.AsNoTracking()
            .Where(e => e.CustomerId == chain.CustomerId && e.ReaderId == chain.ReaderId && old.Contains(e.Seq))
            .ToDictionaryAsync(e => e.Seq, e => e.Hash, cancel);
    }
}
