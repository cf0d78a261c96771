using System.Collections.Concurrent;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

/// <summary>The signed status lists of a site, one per chunk, all of the same sequence.</summary>
/// <param name="Sequence">0 with no lists: no key of the site ever changed its state.</param>
public sealed record SignedStatusLists(uint Sequence, IReadOnlyList<byte[]> Lists)
{
    public static SignedStatusLists None { get; } = new(0, []);
}

/// <summary>
/// Makes the status lists that phones carry to readers (status-list). Made from the same rows as the states in a bundle, and
/// kept until a key of the site changes: many phones are given the same bytes.
/// </summary>
public sealed class SiteStatusLists(TimeProvider time)
{
    /// <summary>How long a list claims to be worth reading; a reader goes by it for longer, since it only takes away.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>A list is signed anew after this, changed or not.</summary>
    public static readonly TimeSpan SignedEach = TimeSpan.FromDays(1);

    readonly ConcurrentDictionary<Guid, (SignedStatusLists Lists, DateTimeOffset At)> made = new();

    public async Task<SignedStatusLists> Of(Db db, Guid customerId, ISigner issuer, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        // The sequence first, the rows after it: a list may know of more than its sequence says, never of less.
        var sequence = (uint)await db.FeedCounters.Where(c => c.CustomerId == customerId).Select(c => c.StatusSequence).SingleAsync(cancel);
        if (sequence == 0)
            return SignedStatusLists.None;
        if (made.TryGetValue(customerId, out var kept) && kept.Lists.Sequence == sequence && now - kept.At < SignedEach)
            return kept.Lists;
        var keys = await SiteRows.ChangedKeys(db, customerId, now, cancel);
        var highest = await db.MobileKeys.Where(k => k.CustomerId == customerId).MaxAsync(k => (int?)k.KeyNumber, cancel) ?? 0;
        var states = keys.Select(k => (Key: (uint)k.Number, State: CompileBundle.StatusOf(k))).Where(k => k.State != KeyState.Valid)
            .ToLookup(k => k.Key / StatusList.KeysPerChunk);
        // Chunks where nothing is wrong any more, too: their lists take the place of older ones.
        var chunks = Math.Min(highest / StatusList.KeysPerChunk + 1, StatusListFrame.ListsMax);
        var lists = Enumerable.Range(0, chunks).Select(chunk => StatusList.Sign(
            StatusList.Build(
                SiteId.From(customerId), (uint)chunk, (uint)chunks, sequence, now.ToUnix(), (now + Life).ToUnix(), (uint)SignedEach.TotalSeconds,
                states[(uint)chunk]),
            issuer));
        var signed = new SignedStatusLists(sequence, [.. lists]);
        made[customerId] = (signed, now);
        return signed;
    }
}
