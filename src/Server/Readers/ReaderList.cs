using Latchkey.Server.Accounts;
using Latchkey.Server.Events;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>How a reader stands, in the order in which it needs a person.</summary>
public enum ReaderCondition
{
    /// <summary>It did not apply its newest statement.</summary>
    RefusesBundle,

    /// <summary>Its newest statement is past its end: it lives by the site's offline policy.</summary>
    RulesTooOld,

    /// <summary>Its events have a gap, a fork or a break.</summary>
    EventsBroken,

    /// <summary>Events of it are lost for good, and nobody has accepted that yet.</summary>
    EventsLost,

    /// <summary>No link, since its last contact.</summary>
    NoNetwork,

    /// <summary>Linked, and its clock can't be trusted.</summary>
    ClockOff,

    /// <summary>Deleted, and it has not heard of it: it may go on opening by the rules it has.</summary>
    DeletedNotTold,

    /// <summary>Linked, and changes are on their way.</summary>
    Behind,

    /// <summary>Paired, and never heard since.</summary>
    NeverLinked,
    OutOfService,
    UpToDate,
}

/// <summary>One reader as lists show it.</summary>
/// <param name="Id">The reader, as routes and the wire name it.</param>
/// <param name="ReaderId">Its short name, which its radio also says.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Condition">How it stands; the list is in this order.</param>
/// <param name="Online">It holds its link now.</param>
/// <param name="LastContactAt">When it was heard last.</param>
/// <param name="DesiredSeq">The site's newest feed sequence.</param>
/// <param name="AppliedSeq">The sequence the reader has applied.</param>
/// <param name="Software">As it last said.</param>
/// <param name="InService">False: it opens for nobody.</param>
/// <param name="UnlockSeconds">How long it unlocks.</param>
/// <param name="Ways">The ways it may be asked to open.</param>
/// <param name="Presentation">How a phone is presented to it.</param>
/// <param name="SecondFactor">Whether the phone must be unlocked.</param>
/// <param name="OneTap">Whether an unlocked phone opens without a tap of its own.</param>
/// <param name="RangePercent">10, 40, 70 or 100.</param>
/// <param name="RadioAddress">Where its virtual radio listens; only demo and test readers have one.</param>
/// <param name="EventsWaiting">Events it holds that have not been stored here.</param>
/// <param name="EventsFault">What is wrong with its events.</param>
/// <param name="EventsLost">Events of it that will never come, until somebody accepts that.</param>
/// <param name="Refusal">Why it refused its newest statement.</param>
/// <param name="OpensUntil">Of a deleted reader that was not told: until when it can go on opening, at the latest.</param>
public sealed record ReaderRow(
    Guid Id, string ReaderId, string Name, ReaderCondition Condition, bool Online, DateTimeOffset? LastContactAt,
    long DesiredSeq, long AppliedSeq, string? Software, bool InService, int UnlockSeconds, IReadOnlyList<string> Ways,
    Presentation Presentation, SecondFactor SecondFactor, bool OneTap, int RangePercent, string? RadioAddress,
    int EventsWaiting, ChainFault? EventsFault, EventsLost? EventsLost, string? Refusal, DateTimeOffset? OpensUntil)
{
    public long Behind => Math.Max(0, DesiredSeq - AppliedSeq);

    /// <summary>A red number in the menu counts these.</summary>
    public bool NeedsAttention => Condition <= ReaderCondition.ClockOff;
}

/// <summary>Events that are neither in the store, which was put back from a backup, nor with the reader, which had trimmed them.</summary>
/// <param name="Count">How many.</param>
/// <param name="From">Lowest number among them.</param>
/// <param name="To">Highest number among them.</param>
/// <param name="At">When it showed.</param>
public sealed record EventsLost(long Count, long From, long To, DateTimeOffset At);

/// <param name="Readers">Those that need a person first, then by name.</param>
/// <param name="UpToDate">How many have applied everything.</param>
public sealed record ReaderListAnswer(IReadOnlyList<ReaderRow> Readers, int UpToDate);

/// <summary>All readers of a customer and how they stand.</summary>
public sealed class ReaderList(Acts acts, Links links)
{
    public Task<Outcome<ReaderListAnswer>> Ask(Actor actor, Guid customerId, CancellationToken cancel) =>
        acts.Ask<ReaderListAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var rows = await Rows(q.Db, links, customerId, null, q.Now, q.Cancel);
            return new ReaderListAnswer(
                [.. rows.OrderBy(r => r.Condition).ThenBy(r => r.Name, StringComparer.CurrentCulture).ThenBy(r => r.Id)],
                rows.Count(r => r.Behind == 0 && r.Refusal is null));
        }, cancel);

    internal static async Task<List<ReaderRow>> Rows(
        Db db, Links links, Guid customerId, Guid? readerId, DateTimeOffset now, CancellationToken cancel)
    {
        var desired = await db.FeedCounters.Where(c => c.CustomerId == customerId).Select(c => c.Seq).SingleAsync(cancel);
        var rows = await (
            from reader in db.Readers.AsNoTracking()
            where reader.CustomerId == customerId && (readerId == null || reader.Id == readerId)
            join statement in db.ReaderStatements.AsNoTracking()
                on new { reader.CustomerId, ReaderId = reader.Id } equals new { statement.CustomerId, statement.ReaderId } into sent
            from statement in sent.DefaultIfEmpty()
            where reader.State != ReaderState.Deleted
                || (reader.OpensUntil > now && statement != null && statement.SentSeq > 0 && statement.AckedSeq < reader.DeletedSeq)
            join chain in db.ReaderChains.AsNoTracking()
                on new { reader.CustomerId, ReaderId = reader.Id } equals new { chain.CustomerId, chain.ReaderId } into chains
            from chain in chains.DefaultIfEmpty()
            select new
            {
                reader,
                Acked = statement == null ? 0 : statement.AckedSeq,
                IssuedAt = statement == null ? null : statement.SentIssuedAt,
                Refusal = statement == null ? null : statement.Refusal,
                Chain = chain,
            }).ToListAsync(cancel);
        return [.. rows.Select(r => Row(r.reader, r.Acked, desired, r.IssuedAt, r.Refusal, r.Chain?.Fault, LostOf(r.Chain), links, now))];
    }

    static EventsLost? LostOf(ReaderChain? chain) => chain is { Lost: > 0, LostFrom: { } from, LostTo: { } to, LostAt: { } at }
        ? new(chain.Lost, from, to, at)
        : null;

    static ReaderRow Row(
        Reader reader, long applied, long desired, DateTimeOffset? issuedAt, string? refusal, ChainFault? fault,
        EventsLost? lost, Links links, DateTimeOffset now)
    {
        var online = links.IsOnline(reader, now);
        var condition = reader switch
        {
            { State: ReaderState.Deleted } => ReaderCondition.DeletedNotTold,
            _ when refusal is not null => ReaderCondition.RefusesBundle,
            _ when issuedAt + Statements.Life <= now => ReaderCondition.RulesTooOld,
            _ when fault is not null => ReaderCondition.EventsBroken,
            _ when lost is not null => ReaderCondition.EventsLost,
            { LastContactAt: null } => ReaderCondition.NeverLinked,
            _ when !online => ReaderCondition.NoNetwork,
            { ClockTrusted: false } => ReaderCondition.ClockOff,
            { State: ReaderState.OutOfService } => ReaderCondition.OutOfService,
            _ => applied < desired ? ReaderCondition.Behind : ReaderCondition.UpToDate,
        };
        return new(
            reader.Id, reader.ReaderId, reader.Name, condition, online, reader.LastContactAt, desired, applied, reader.Software,
            reader.State == ReaderState.InService, reader.UnlockSeconds, WayNames.Of(reader.Ways), reader.Presentation,
            reader.SecondFactor, reader.OneTap, reader.RangePercent, reader.RadioAddress, reader.EventsWaiting, fault, lost, refusal,
            reader.OpensUntil);
    }
}
