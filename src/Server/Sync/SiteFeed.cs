using System.Collections.Concurrent;
using System.Threading.Channels;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Link;
using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Sync;

/// <summary>What the feed of a site works with.</summary>
public sealed record SiteFeedTools(
    Store Store, Links Links, Hints Hints, SiteSigners Signers, LinkAddress Address, TimeProvider Time, ILogger<SiteFeed> Log);

/// <summary>
/// Brings one site's linked readers to the newest sequence of its feed. One loop a site: it takes what readers reported
/// and what changed, and answers both in one round, so that a hundred readers cost one reading of the store. Statements go
/// out one at a time a reader, each made from what that reader acknowledged.
/// </summary>
public sealed class SiteFeed(Guid customerId, SiteFeedTools tools)
{
    /// <summary>A statement that was not answered for so long is forgotten, and what the reader says it holds counts.</summary>
    static readonly TimeSpan UnansweredAfter = TimeSpan.FromSeconds(30);

    /// <summary>How far ahead of the store a reader may be: each restore of a backup begins one epoch.</summary>
    const long EpochsAheadMax = 100;

    /// <summary>
    /// Numbers passed over with each epoch: as many keys and access levels as are thought to have been made between a backup and its restore. A document that the
    /// store has forgotten then never bears the number of another key, and names no level that opens other doors.
    /// </summary>
    public const int KeyNumbersPassedOver = 1_000;
    public const int LevelNumbersPassedOver = 100;

    /// <summary>However often readers say that there was a restore: there are numbers left for keys.</summary>
    const long KeyNumberPassedToMax = int.MaxValue / 2;

    /// <summary>A feed that failed rests so long; the store is likely away.</summary>
    static readonly TimeSpan RestAfterFault = TimeSpan.FromSeconds(1);

    readonly Channel<bool> wanted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly ConcurrentQueue<(Link Link, LinkFrame Said)> reports = new();

    /// <summary>Reports of the round that runs: a round that fails leaves them to the next.</summary>
    readonly List<(Link Link, LinkFrame Said)> taken = [];

    /// <summary>The sequence that the latest round saw.</summary>
    public (long Epoch, long Seq) Newest { get; private set; }

    /// <summary>Look, soon. Any number of calls before the round begins make one round.</summary>
    public void Wake() => wanted.Writer.TryWrite(true);

    /// <summary>A reader told how it stands, or what became of a statement.</summary>
    public void Report(Link link, LinkFrame said)
    {
        reports.Enqueue((link, said));
        Wake();
    }

    public async Task Run(CancellationToken cancel)
    {
        while (await wanted.Reader.WaitToReadAsync(cancel))
        {
            wanted.Reader.TryRead(out _);
            try
            {
                await Round(cancel);
            }
            // Engines wrap their faults in many types; a feed that ended would keep revocations from every reader of the site.
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                tools.Log.LogWarning(fault, "The feed of site {Site} could not be read or written; it tries again.", customerId);
                await Task.Delay(RestAfterFault, tools.Time, cancel);
                Wake();
            }
        }
    }

    async Task Round(CancellationToken cancel)
    {
        while (reports.TryDequeue(out var report))
            taken.Add(report);
        var before = tools.Links.Of(customerId).Select(l => (Link: l, l.Held, l.InFlight, l.SnapshotRefused)).ToList();
        List<(Link, byte[])> frames;
        try
        {
            frames = await Decide(cancel);
        }
        catch
        {
            // Nothing was sent, so nothing is in flight and nothing was heard; what the store holds of each is asked again.
            foreach (var (link, held, inFlight, refused) in before)
                (link.Held, link.InFlight, link.SnapshotRefused, link.Row) = (held, inFlight, refused, null);
            throw;
        }
        taken.Clear();
        foreach (var (link, frame) in frames)
            link.Send(frame);
        // reader-link 6: what a deleted reader saw before it was told still counts.
        foreach (var link in tools.Links.Of(customerId).Where(l => l is { DeletedSeq: not null, Row: not null, EventsWait: false }))
            if (link.Row!.Told(link.DeletedSeq!.Value))
                link.End();
    }

    // Takes what was reported, and makes and stores what is to be sent for it.
    async Task<List<(Link, byte[])>> Decide(CancellationToken cancel)
    {
        var now = tools.Time.GetUtcNow();
        await using var db = tools.Store.Open();
        var counter = await db.FeedCounters.AsNoTracking().SingleAsync(c => c.CustomerId == customerId, cancel);
        Newest = (counter.Epoch, counter.Seq);
        var changed = new HashSet<ReaderStatement>();
        long? epochSeen = null;
        foreach (var link in tools.Links.Of(customerId).Where(l => l is { Held: not null, Row: null }))
            link.Row = await Row(db, link.ReaderId, cancel);
        foreach (var report in taken)
        {
            // An ended link has nothing to say any more: its reader tells all of it again on the next one.
            if (tools.Links.Find(customerId, report.Link.ReaderId) != report.Link)
                continue;
            var row = report.Link.Row ??= await Row(db, report.Link.ReaderId, cancel);
            var first = report.Link.Held is null;
            if (Take(report.Link, row, report.Said, now))
                changed.Add(row);
            if (!first || report.Link.Held is not { } held || (held.Epoch, held.Seq).CompareTo(Newest) <= 0)
                continue;
            // One reader's word moves the whole site's numbers, so it moves them a little only.
            if (held.Epoch - counter.Epoch <= EpochsAheadMax)
                epochSeen = Math.Max(epochSeen ?? 0, held.Epoch);
            else
                tools.Log.LogError("Reader {Reader} claims an epoch that no store of this site can have given; it is not believed.", report.Link.ReaderId);
        }
        if (epochSeen is { } beyond)
            await BeginEpoch(beyond, now, cancel);
        var frames = await MakeStatements(db, changed, now, cancel);
        if (changed.Count > 0)
        {
            await Keep(changed, now, cancel);
            tools.Hints.Raise(HintKind.Readers, customerId);
        }
        return frames;
    }

    Task<ReaderStatement> Row(Db db, Guid readerId, CancellationToken cancel) => db.ReaderStatements.AsNoTracking()
        .SingleAsync(s => s.CustomerId == customerId && s.ReaderId == readerId, cancel);

    // Whether the row changed.
    static bool Take(Link link, ReaderStatement row, LinkFrame said, DateTimeOffset now)
    {
        switch (said)
        {
            case StateFrame state:
                link.SnapshotRefused = false;
                link.EventsWait = state.EventsWaiting > 0;
                var held = new Held(state.Epoch, state.Seq, state.StatementHash);
                var applied = Same(held.LastStatementHash, row.SentHash) && !Same(row.AckedHash, row.SentHash);
                if (applied)
                    Statements.Acknowledge(row, now);
                if (applied || link.InFlight is null || now - link.InFlight.SentAt > UnansweredAfter)
                    (link.Held, link.InFlight) = (held, null);
                return applied;
            case AppliedFrame done when link.InFlight is { } sent
                && (done.Epoch, done.Seq) == (sent.Epoch, sent.Seq) && Same(done.StateHash, sent.StateHash):
                Statements.Acknowledge(row, now);
                (link.Held, link.InFlight) = (new(sent.Epoch, sent.Seq, sent.Hash), null);
                return true;
            case NotAppliedFrame { Refusal: var refusal } when link.InFlight is { } sent:
                link.InFlight = null;
                if (refusal == StatementRefusal.AlreadyApplied.Name())
                    return false;
                // What it holds is in doubt: a snapshot settles that. A refused snapshot waits for the next change or heartbeat.
                link.Held = new(0, 0, null);
                link.SnapshotRefused = sent.IsSnapshot;
                var word = PlainText.Of(refusal);
                row.Refusal = word.Length <= ReaderStatement.RefusalCharsMax ? word : word[..ReaderStatement.RefusalCharsMax];
                return true;
            default:
                return false;
        }
    }

    async Task<List<(Link, byte[])>> MakeStatements(
        Db db, HashSet<ReaderStatement> changed, DateTimeOffset now, CancellationToken cancel)
    {
        var due = tools.Links.Of(customerId).Where(l => IsDue(l, now)).ToList();
        if (due.Count == 0 || await SiteRows.Load(db, customerId, now, cancel) is not { } site)
            return [];
        Newest = (site.Epoch, site.Seq);
        var ids = due.ConvertAll(l => l.ReaderId);
        var readers = await db.Readers.AsNoTracking().Where(r => r.CustomerId == customerId && ids.Contains(r.Id))
            .ToDictionaryAsync(r => r.Id, cancel);
        var siteKey = await tools.Signers.Of(db, customerId, KeyPurpose.Site, cancel);
        List<(Link, byte[])> frames = [];
        foreach (var link in due)
        {
            var reader = readers[link.ReaderId];
            link.DeletedSeq = reader.DeletedSeq;
            var row = link.Row!;
            var bundle = CompileBundle.For(site, reader, [tools.Address.Value], now);
            var knowsAcked = Same(link.Held!.LastStatementHash, row.AckedHash);
            var statement = Statements.Next(row, knowsAcked, bundle, site.Epoch, site.Seq, siteKey, now);
            link.InFlight = new(site.Epoch, site.Seq, row.SentHash!, bundle.StateHash(), IsSnapshot(statement), now);
            changed.Add(row);
            frames.Add((link, new StatementFrame(statement).Write()));
        }
        return frames;
    }

    bool IsDue(Link link, DateTimeOffset now)
    {
        if (link.Held is null || link.Row is not { } row || link.InFlight is not null || link.SnapshotRefused)
            return false;
        var isNewest = Same(link.Held.LastStatementHash, row.AckedHash) && (row.AckedEpoch, row.AckedSeq) == Newest;
        // Nothing is on its way, so what was sent and not acknowledged went down with an earlier link.
        var isLost = !Same(row.SentHash, row.AckedHash);
        return !isNewest || isLost || row.SentIssuedAt + Statements.RefreshedEach <= now;
    }

    static bool IsSnapshot(byte[] statement) => Statement.TryRead(statement, out var read, out _) && read.Snapshot is not null;

    // Written before anything is sent: what a reader says it holds is then always known.
    Task Keep(HashSet<ReaderStatement> changed, DateTimeOffset now, CancellationToken cancel) => tools.Store.Write(
        async db =>
        {
            db.UpdateRange(changed);
            await ReachQuery.Settle(db, customerId, now, cancel);
        },
        cancel);

    // A reader knows of more than this store: a backup was restored. Sequences given since then would be refused as old, so
    // a new epoch begins, and every reader gets a snapshot of what is true now.
    async Task BeginEpoch(long beyond, DateTimeOffset now, CancellationToken cancel)
    {
        tools.Log.LogWarning("Readers of site {Site} are ahead of the store; a new epoch begins.", customerId);
        await tools.Store.Write(
            async db =>
            {
                // So that no act gives a number meanwhile, and of two replicas one begins the epoch.
                await AuditChain.Lock(db, customerId, cancel);
                var counter = await db.FeedCounters.SingleAsync(c => c.CustomerId == customerId, cancel);
                if (counter.Epoch > beyond)
                    return;
                // By the epochs between: the same backup, put back again, gives other numbers than the first time.
                var (customer, epochs) = (await db.Customers.SingleAsync(c => c.AccountId == customerId, cancel), beyond + 1 - counter.Epoch);
                customer.LastKeyNumber = Math.Max(
                    customer.LastKeyNumber, (int)Math.Min(customer.LastKeyNumber + epochs * KeyNumbersPassedOver, KeyNumberPassedToMax));
                customer.LastLevelNumber = AccessLevel.NumberBehind(customer.LastLevelNumber, epochs * LevelNumbersPassedOver);
                counter.Epoch = beyond + 1;
                // The store has forgotten documents, too. What it holds against a key must be in the bundles until they have died.
                DateTimeOffset? endBy = await Customer.DocumentsEndBy(db, customerId, now, cancel);
                await db.MobileKeys.Where(k => k.CustomerId == customerId && (k.NewestDocumentEndsAt == null || k.NewestDocumentEndsAt < endBy))
                    .Where(k => k.State == KeyState.Invited || k.State == KeyState.Active || k.State == KeyState.Suspended || k.State == KeyState.Revoking)
                    .ExecuteUpdateAsync(s => s.SetProperty(k => k.NewestDocumentEndsAt, endBy), cancel);
            },
            cancel);
        Newest = (beyond + 1, Newest.Seq);
    }

    static bool Same(byte[]? one, byte[]? other) => one is not null && other is not null && one.AsSpan().SequenceEqual(other);
}
