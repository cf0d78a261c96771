using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Events;

namespace Latchkey.Reader.Store;

/// <summary>
/// What the reader knows by its site's word: the bundle, and how new it is. Durable before it is used (statements 9): the pair, the
/// statement's hash, the bundle and the event that says so are one write, so a power cut leaves all of the old or all of the new.
/// </summary>
public sealed class Rules
{
    private readonly ReaderStore store;
    private readonly DoorClock clock;
    private readonly EventLog log;
    private readonly Lock gate = new();
    private volatile BundleState state;

    public Rules(ReaderStore store, Identity identity, DoorClock clock, EventLog log)
    {
        (this.store, this.clock, this.log) = (store, clock, log);
        Identity = identity;
        state = Load(store, identity);
    }

    /// <summary>New rules are in force.</summary>
    public event Action? Changed;

    /// <summary>
    /// Held from looking at <see cref="State"/> until the door has moved by it, and while another state takes its place. So when
    /// <see cref="Apply"/> returns, and is acknowledged, no older rules move the door any more.
    /// </summary>
    public Lock Deciding { get; } = new();

    public Identity Identity { get; }

    public BundleState State => state;

    /// <summary>Null until the first snapshot.</summary>
    public Bundle? Bundle => state.Bundle;

    /// <summary>Past the end of the newest statement; what follows is the degraded policy that the site chose.</summary>
    public bool Expired => state.Bundle is not null && clock.Now >= state.ExpiresAt;

    public StatementRefusal? Apply(ReadOnlySpan<byte> statement)
    {
        lock (gate)
        {
            var (refusal, next) = Applying.Apply(state, statement, clock.Now, clock.Trusted);
            if (refusal is not null)
            {
                if (refusal != StatementRefusal.AlreadyApplied)
                    log.Append(EventKind.StatementRefused, payload => payload with { Text = refusal.Value.Name() });
                return refusal;
            }

            lock (Deciding)
            {
                // A longer life of the same rules is no news worth an event each day.
                var news = next.Seq != state.Seq || next.Epoch != state.Epoch;
                if (news)
                    log.Append(EventKind.StatementApplied, payload => payload with { BundleEpoch = next.Epoch, BundleSeq = next.Seq }, () => Save(next));
                else
                    store.Write(() => Save(next));
                state = next;
                clock.RaiseFloor(next.IssuedAt);
            }
        }

        Changed?.Invoke();
        return null;
    }

    /// <summary>Raises the alarm, once for each statement, when its end has passed.</summary>
    public void ReportExpiry()
    {
        lock (gate)
        {
            if (!Expired || Marks.Get(store, Marks.ExpiryReported) == state.ExpiresAt)
                return;
            log.Append(
                EventKind.BundleExpired,
                payload => payload with { BundleEpoch = state.Epoch, BundleSeq = state.Seq },
                () => Marks.Set(store, Marks.ExpiryReported, state.ExpiresAt));
        }

        Changed?.Invoke();
    }

    private void Save(BundleState next) => store.Run(
        "INSERT INTO rules (one, epoch, seq, issued, expires, statement_hash, bundle) VALUES (1, $1, $2, $3, $4, $5, $6) "
            + "ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, issued = excluded.issued, expires = excluded.expires, "
            + "statement_hash = excluded.statement_hash, bundle = excluded.bundle",
        next.Epoch,
        next.Seq,
        next.IssuedAt,
        next.ExpiresAt,
        next.LastHash,
        next.Bundle!.ToCbor());

    private static BundleState Load(ReaderStore store, Identity identity) => store.First(
        "SELECT epoch, seq, issued, expires, statement_hash, bundle FROM rules",
        row =>
        {
            if (!Bundle.TryRead(row.GetFieldValue<byte[]>(5), out var bundle))
                throw new SetupException("The data folder holds rules that cannot be read.");
            return new BundleState
            {
                Site = identity.Site,
                Reader = identity.Reader,
                SiteKeys = bundle.SiteKeys,
                Bundle = bundle,
                Epoch = row.GetInt64(0),
                Seq = row.GetInt64(1),
                IssuedAt = row.GetInt64(2),
                ExpiresAt = row.GetInt64(3),
                LastHash = row.GetFieldValue<byte[]>(4),
                StateHash = bundle.StateHash(),
            };
        }) ?? new BundleState { Site = identity.Site, Reader = identity.Reader, SiteKeys = identity.SiteKeys };
}
