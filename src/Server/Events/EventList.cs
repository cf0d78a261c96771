using System.Globalization;
using Latchkey.Protocol.Decisions;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Events;

/// <summary>Which events to list; what is absent does not narrow.</summary>
/// <param name="From">Happened at or after.</param>
/// <param name="To">Happened before.</param>
/// <param name="UserId">Of this user's keys.</param>
/// <param name="ReaderId">At this reader.</param>
/// <param name="Reason">Name of the reason.</param>
/// <param name="Outcome">Absent lists everything but what readers note about themselves.</param>
/// <param name="Before">Cursor of the page before, to go on from there.</param>
/// <param name="Limit">1 to 200.</param>
public sealed record EventFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, Guid? UserId = null, Guid? ReaderId = null, string? Reason = null,
    EventOutcome? Outcome = null, string? Before = null, int Limit = EventList.LimitDefault);

/// <param name="Events">Newest first.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record EventListAnswer(IReadOnlyList<EventRow> Events, string? Next);

/// <summary>How many events of each outcome there are in a span, among the newest that one question looks at.</summary>
public sealed record EventCounts(Counted Opened, Counted Refused, Counted Alarms, Counted NotOpened)
{
    public Counted All => Opened + Refused + Alarms + NotOpened;
}

/// <summary>The event log, newest first. Paging goes by cursor, so a page costs the same however deep it lies.</summary>
public sealed class EventList(Acts acts)
{
    public const int LimitDefault = 50;
    public const int LimitMax = 200;

    public Task<Outcome<EventListAnswer>> Ask(Actor actor, Guid customerId, EventFilter filter, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return acts.Ask<EventListAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            if (filter.Limit is < 1 or > LimitMax)
                return new Refused(Refusal.SettingOutOfRange, "limit", $"A page has 1 to {LimitMax} events.");
            if (!TryNarrow(q.Db.Events.AsNoTracking().Where(e => e.CustomerId == customerId), filter, out var events, out var field))
                return new Refused(Refusal.SettingOutOfRange, field);
            var rows = await EventRow.Named(q.Db, events.OrderByDescending(e => e.At).ThenByDescending(e => e.Arrival).Take(filter.Limit))
                .ToListAsync(q.Cancel);
            // The join keeps the rows; only their order has to be told again.
            rows = [.. rows.OrderByDescending(r => r.Stored.At).ThenByDescending(r => r.Stored.Arrival)];
            var next = rows.Count == filter.Limit ? Cursor(rows[^1].Stored) : null;
            return new EventListAnswer(rows.ConvertAll(EventRow.Of), next);
        }, cancel);
    }

    public Task<Outcome<EventCounts>> Count(
        Actor actor, Guid customerId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel) =>
        acts.Ask<EventCounts>(actor, customerId, Role.Auditor, async q =>
        {
            var events = q.Db.Events.AsNoTracking().Where(e => e.CustomerId == customerId && e.At >= from && e.At < to)
                .OrderByDescending(e => e.At).ThenByDescending(e => e.Arrival);
            Task<Counted> Of(EventOutcome outcome) => Counted.Of(events, some => some.Where(EventRow.Is(outcome)), q.Cancel);
            return new EventCounts(
                await Of(EventOutcome.Opened), await Of(EventOutcome.Refused), await Of(EventOutcome.Alarm), await Of(EventOutcome.NotOpened));
        }, cancel);

    static bool TryNarrow(IQueryable<Event> all, EventFilter filter, out IQueryable<Event> events, out string? field)
    {
        (events, field) = (all, null);
        if (filter.From is { } from)
            events = events.Where(e => e.At >= from);
        if (filter.To is { } to)
            events = events.Where(e => e.At < to);
        if (filter.UserId is { } user)
            events = events.Where(e => e.UserId == user);
        if (filter.ReaderId is { } reader)
            events = events.Where(e => e.ReaderId == reader);
        events = filter.Outcome is { } outcome
            ? events.Where(EventRow.Is(outcome))
            : events.Where(e => !EventRow.NoteKinds.Contains(e.Kind));
        if (filter.Reason is { } name)
        {
            field = "reason";
            if (Reasons.All.Where(r => r.Name() == name).ToList() is not [var reason])
                return false;
            var code = (int)reason;
            events = events.Where(e => e.Reason == code);
        }
        if (filter.Before is { } before)
        {
            field = "before";
            if (!TryCursor(before, out var at, out var arrival))
                return false;
            events = events.Where(e => e.At < at || (e.At == at && e.Arrival < arrival));
        }
        field = null;
        return true;
    }

    static string Cursor(Event last) => string.Create(CultureInfo.InvariantCulture, $"{last.At.ToUnixTimeMilliseconds()}.{last.Arrival}");

    static bool TryCursor(string text, out DateTimeOffset at, out long arrival)
    {
        (at, arrival) = (default, 0);
        if (text.Split('.') is not [var ms, var number]
            || !long.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out arrival)
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;
        at = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
