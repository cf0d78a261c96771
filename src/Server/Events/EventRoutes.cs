using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Events;

static class EventRoutes
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/api/v1/events").WithTags("Events").RequireAuthorization(AccountsSetup.ApiPolicy);
        events.MapGet("/", List).WithSummary("The event log, newest first").Produces<EventListAnswer>().Refuses();
        events.MapGet("/live", Live).WithSummary("Events as they arrive, as server-sent events; Last-Event-ID goes on from there")
            .Produces<EventRow>(contentType: "text/event-stream").Refuses();
        events.MapGet("/{id:long}/why", Why).WithSummary("Why a decision fell as it did").Produces<WhyAnswer>().Refuses();
    }

    static async Task<IResult> List(
        ApiCaller caller, EventList list, CancellationToken cancel, Moment? from = null, Moment? to = null,
        Guid? user = null, Guid? reader = null, string? reason = null, string? outcome = null, string? before = null,
        int limit = EventList.LimitDefault)
    {
        EventOutcome? wanted = null;
        if (outcome is not null)
        {
            if (!Enum.TryParse<EventOutcome>(outcome, ignoreCase: true, out var read) || !Enum.IsDefined(read))
                return Problems.Answer<EventListAnswer>(new Refused(Refusal.SettingOutOfRange, "outcome"));
            wanted = read;
        }
        return Problems.Answer(await list.Ask(
            caller.Actor, caller.CustomerId, new(from?.At, to?.At, user, reader, reason, wanted, before, limit), cancel));
    }

    static async Task<IResult> Why(ApiCaller caller, long id, WhyEvent why, CancellationToken cancel) =>
        Problems.Answer(await why.Ask(caller.Actor, caller.CustomerId, id, cancel));

    static async Task<IResult> Live(
        ApiCaller caller, LiveEvents live, IHostApplicationLifetime lifetime, HttpContext http, CancellationToken cancel)
    {
        long? after = long.TryParse(http.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var id) ? id : null;
        // The first question is asked before the stream begins, so that a refusal is a problem and not a broken stream.
        var start = await live.Since(caller.Actor, caller.CustomerId, after, cancel);
        return start.Done
            ? TypedResults.ServerSentEvents(Items(live, caller, start.Value, lifetime.ApplicationStopping, cancel))
            : Problems.Answer(start);
    }

    static async IAsyncEnumerable<SseItem<EventRow?>> Items(
        LiveEvents live, ApiCaller caller, LiveAnswer start, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        // A server that stops ends its streams itself: it would wait for them otherwise.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stopping);
        foreach (var row in start.Events)
            yield return Item(row);
        yield return Still(start.Newest);
        await foreach (var answer in live.Follow(caller.Actor, caller.CustomerId, start.Newest, either.Token))
        {
            foreach (var row in answer.Events)
                yield return Item(row);
            yield return Still(answer.Newest);
        }
    }

    static SseItem<EventRow?> Item(EventRow row) => new(row, "event") { EventId = row.Id.ToString(CultureInfo.InvariantCulture) };

    // Carries the cursor past events that are not shown, and keeps a quiet stream from looking dead.
    static SseItem<EventRow?> Still(long newest) => new(null, "still") { EventId = newest.ToString(CultureInfo.InvariantCulture) };
}
