using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Events;

/// <param name="Events">In the order of their arrival.</param>
/// <param name="Newest">Cursor for the next question.</param>
/// <param name="Missed">Events that were passed over because the asker was too far behind.</param>
public sealed record LiveAnswer(IReadOnlyList<EventRow> Events, long Newest, long Missed);

/// <summary>
/// Events as they arrive. A follower holds a cursor and no queue: a slow one misses old lines and is told how many, and
/// costs no memory here.
/// </summary>
public sealed class LiveEvents(Acts acts, Hints hints, TimeProvider time)
{
    /// <summary>Lines at once; a follower further behind starts at the newest so many.</summary>
    public const int PageMax = 200;

    /// <summary>A follower looks at least so often, hint or none, and its session is checked again each time.</summary>
    public static readonly TimeSpan LooksEach = TimeSpan.FromSeconds(5);

    /// <summary>What arrived after a cursor; a null cursor stands before nothing and answers with the newest.</summary>
    public Task<Outcome<LiveAnswer>> Since(Actor actor, Guid customerId, long? after, CancellationToken cancel) =>
        acts.Ask<LiveAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var newest = await q.Db.EventCounters.Where(c => c.CustomerId == customerId).Select(c => c.Arrival)
                .SingleOrDefaultAsync(q.Cancel);
            if (after is not { } cursor || cursor > newest)
                return new LiveAnswer([], newest, 0);
            var from = Math.Max(cursor, newest - PageMax);
            var rows = await EventRow.Named(
                    q.Db, q.Db.Events.AsNoTracking()
                        .Where(e => e.CustomerId == customerId && e.Arrival > from && !EventRow.NoteKinds.Contains(e.Kind)))
                .ToListAsync(q.Cancel);
            rows.Sort((one, other) => one.Stored.Arrival.CompareTo(other.Stored.Arrival));
            return new LiveAnswer(rows.ConvertAll(EventRow.Of), Math.Max(newest, rows.Count > 0 ? rows[^1].Stored.Arrival : 0), from - cursor);
        }, cancel);

    /// <summary>Follows until the caller stops or its session does. An answer without events says that all is well.</summary>
    public async IAsyncEnumerable<LiveAnswer> Follow(
        Actor actor, Guid customerId, long? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        var wanted = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var listening = hints.Listen((kind, customer) =>
        {
            if (kind == HintKind.Events && customer == customerId)
                wanted.Writer.TryWrite(true);
        });
        for (var cursor = after; !cancel.IsCancellationRequested;)
        {
            var answer = await Since(actor, customerId, cursor, cancel);
            if (!answer.Done)
                yield break;
            cursor = answer.Value.Newest;
            yield return answer.Value;
            await Waited(wanted.Reader, cancel);
        }
    }

    async Task Waited(ChannelReader<bool> wanted, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(LooksEach, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await wanted.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Nothing was hinted for a while, so look anyway; or the caller has gone, which the loop sees.
        }
    }
}
