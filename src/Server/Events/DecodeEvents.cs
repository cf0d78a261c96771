using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using KeyState = Latchkey.Server.Users.KeyState;

namespace Latchkey.Server.Events;

/// <summary>Makes stored events of checked records: decoded for lists, with the annotations that only the server can add.</summary>
static class DecodeEvents
{
    /// <summary>Adds the events in their order, numbered by arrival.</summary>
    public static async Task Add(
        Db db, Guid customerId, List<EventRecord> records, DateTimeOffset now, CancellationToken cancel)
    {
        if (records.Count == 0)
            return;
        var decoded = records.ConvertAll(Decode);
        var numbers = decoded.Select(d => KeyNumber(d.Payload)).OfType<int>().Distinct().ToList();
        var keys = await db.MobileKeys.Where(k => k.CustomerId == customerId && numbers.Contains(k.KeyNumber))
            .Include(k => k.User).ToDictionaryAsync(k => k.KeyNumber, cancel);
        var knew = await Knowledge.Of(db, customerId, decoded[0].Header.Reader.Value, cancel);
        var arrival = await Arrivals(db, customerId, records.Count, cancel) - records.Count;
        for (var i = 0; i < records.Count; i++)
        {
            var (header, payload) = decoded[i];
            var key = KeyNumber(payload) is { } number ? keys.GetValueOrDefault(number) : null;
            var at = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(header.TimeMs, LatestMs));
            db.Events.Add(new()
            {
                CustomerId = customerId,
                ReaderId = header.Reader.Value,
                Seq = header.Seq,
                Boot = header.Boot,
                Header = records[i].Header,
                Payload = records[i].Payload,
                Hash = EventHeader.HashOf(records[i].Header),
                At = at,
                ReceivedAt = now,
                Arrival = arrival + i + 1,
                Kind = (int)header.Kind,
                Credential = (int?)payload.Credential,
                Way = (int?)payload.Way,
                Reason = (int?)payload.Reason,
                KeyNumber = key?.KeyNumber,
                KeyId = key?.Id,
                UserId = key?.UserId,
                DurationMs = payload.DurationMs is { } ms ? (int)Math.Min(ms, int.MaxValue) : null,
                BundleSeq = payload.BundleSeq,
                Annotation = Annotate(header.Kind, payload, key, at)
                    ?? (knew.Differs(header.Kind, payload) ? EventAnnotation.ReplayDiffers : null),
            });
            if (header.Kind == EventKind.Decision && payload.Reason?.IsGrant() == true
                && key?.User is { } user && !(user.LastOpenedAt >= at))
                user.LastOpenedAt = at;
        }
    }

    /// <summary>The end of the year 9999, where moments end: a reader's clock may say anything.</summary>
    static readonly long LatestMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    // What is not genuine only claims to be somebody's, by any number that a stranger likes; and one of ours fits its column.
    static int? KeyNumber(EventPayload payload) =>
        payload is { Authenticity: null or Authenticity.Genuine, KeyNumber: { } number and <= int.MaxValue } ? (int)number : null;

    static (EventHeader Header, EventPayload Payload) Decode(EventRecord record) =>
        EventHeader.TryRead(record.Header, out var header) && EventPayload.TryRead(record.Payload, out var payload)
            ? (header, payload)
            : throw new InvalidOperationException("An event passed its chain's check and can't be read.");

    static EventAnnotation? Annotate(EventKind kind, EventPayload payload, MobileKey? key, DateTimeOffset at)
    {
        if (kind != EventKind.Decision || key is null)
            return null;
        if (key.ReportedLost && payload.Reason == Reason.Revoked)
            return EventAnnotation.Lost;
        var isStopped = key.State is KeyState.Suspended or KeyState.Revoking or KeyState.Revoked or KeyState.Replaced
            or KeyState.DeletedByUser or KeyState.DeletedByAdmin;
        var isOpened = payload.Reason?.IsGrant() == true;
        if (!isOpened || !isStopped || at < key.StateSince || !(payload.BundleSeq < key.ReachSeq))
            return null;
        return key.ReportedLost ? EventAnnotation.Lost : EventAnnotation.NotSynced;
    }

    /// <summary>
    /// What the reader knew: the bundle it acknowledged, and the one sent since, which it may have decided by before it could
    /// say so. A decision by an older one can't be run again.
    /// </summary>
    sealed record Knowledge(Known? Acked, Known? Sent)
    {
        public static async Task<Knowledge> Of(Db db, Guid customerId, Guid readerId, CancellationToken cancel)
        {
            var row = await db.ReaderStatements.AsNoTracking().SingleOrDefaultAsync(
                s => s.CustomerId == customerId && s.ReaderId == readerId, cancel);
            return row is null
                ? new(null, null)
                : new(
                    Known.Of(row.AckedEpoch, row.AckedSeq, row.AckedBundle, since: null),
                    Known.Of(row.SentEpoch, row.SentSeq, row.SentBundle, row.SentIssuedAt));
        }

        public bool Differs(EventKind kind, EventPayload payload)
        {
            if (kind != EventKind.Decision)
                return false;
            // The newer of two with the same number is a refresh; before it was issued the other one counted.
            var known = Sent?.Fits(payload) == true ? Sent : Acked?.Fits(payload) == true ? Acked : null;
            return known is not null && DecideAgain.By(known.Bundle, payload) == Replay.Differs;
        }
    }

    sealed record Known(long Epoch, long Seq, Bundle Bundle, DateTimeOffset? Since)
    {
        public static Known? Of(long epoch, long seq, byte[]? bytes, DateTimeOffset? since) =>
            Bundle.TryRead(bytes, out var bundle) ? new(epoch, seq, bundle, since) : null;

        public bool Fits(EventPayload payload) => (payload.BundleEpoch, payload.BundleSeq) == (Epoch, Seq)
            && (Since is null || payload.Now >= Since.Value.ToUnixTimeSeconds());
    }

    // One statement on both engines. The row stays locked until the commit, so arrivals are seen in their order.
    static async Task<long> Arrivals(Db db, Guid customerId, int count, CancellationToken cancel)
    {
        var newest = await db.Database.SqlQuery<long>(
            $"""
            INSERT INTO "EventCounters" ("CustomerId", "Arrival") VALUES ({customerId}, {count})
            ON CONFLICT ("CustomerId") DO UPDATE SET "Arrival" = "EventCounters"."Arrival" + {count}
            RETURNING "Arrival"
            """).ToListAsync(cancel);
        return newest[0];
    }
}
