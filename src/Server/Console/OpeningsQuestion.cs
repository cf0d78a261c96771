using Latchkey.Server.Accounts;
using Latchkey.Server.Events;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Console;

/// <summary>What happened at the doors on one day.</summary>
public sealed record OpeningsDay(DateTime Day, Counted Opened, Counted Refused);

/// <summary>The doors of a customer, day by day; each count ends at <see cref="Counted.Max"/>, so that a busy site costs no more.</summary>
static class OpeningsQuestion
{
    public const int Days = 14;

    /// <param name="edges">Midnights, from the first day to the end of the last, in the customer's zone.</param>
    public static async Task<Outcome<OpeningsDay[]>> Read(Question q, IReadOnlyList<(DateTime Day, DateTimeOffset At)> edges)
    {
        var days = new OpeningsDay[edges.Count - 1];
        for (var i = 0; i < days.Length; i++)
        {
            var (from, to) = (edges[i].At, edges[i + 1].At);
            var events = q.Db.Events.Where(e => e.CustomerId == q.AccountId && e.At >= from && e.At < to);
            days[i] = new(
                edges[i].Day, await Counted.Of(events.Where(EventRow.Is(EventOutcome.Opened)), q.Cancel),
                await Counted.Of(events.Where(EventRow.Is(EventOutcome.Refused)), q.Cancel));
        }
        return days;
    }
}
