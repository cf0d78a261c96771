using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>A sign-in of the administrator who asks, that still stands.</summary>
/// <param name="Browser">Its name and system; absent is unknown.</param>
/// <param name="Address">The IP address it was begun from; absent is unknown.</param>
/// <param name="EndsAt">By then it ends by itself.</param>
/// <param name="IsThis">The one that asks.</param>
public sealed record SessionAnswer(Guid SessionId, string? Browser, string? Address, DateTimeOffset StartedAt, DateTimeOffset EndsAt, bool IsThis);

/// <param name="Sessions">The one that asks first, then the newest first.</param>
public sealed record SessionListAnswer(IReadOnlyList<SessionAnswer> Sessions);

/// <summary>Where an administrator is signed in. Nobody else may ask.</summary>
public sealed class ListSessions(Acts acts)
{
    /// <summary>More than anybody has; the newest are listed.</summary>
    public const int ListedMax = 100;

    public Task<Outcome<SessionListAnswer>> Ask(Actor actor, Guid accountId, CancellationToken cancel) =>
        acts.Ask<SessionListAnswer>(actor, accountId, Role.Auditor, async q =>
        {
            var sessions = await q.Db.Sessions.AsNoTracking().StandingOf(actor, q.Now).OrderByDescending(s => s.StartedAt).Take(ListedMax).ToListAsync(q.Cancel);
            return new SessionListAnswer(
                [.. sessions.Select(s => new SessionAnswer(s.Id, s.Browser, s.Address, s.StartedAt, s.EndsAt, s.Id == actor.Session))
                    .OrderByDescending(s => s.IsThis)]);
        }, cancel);
}

/// <summary>Signs the administrator who asks out elsewhere, at once: an open console there is refused its next act and goes to the sign-in.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="SessionId">One of the own sign-ins, not the one that asks; absent is all but the one that asks.</param>
public sealed record EndSessionsRequest(Guid Id, Guid? SessionId = null);

/// <param name="Ended">Sign-ins that stood until now.</param>
public sealed record EndSessionsAnswer(int Ended);

public sealed class EndSessions(Acts acts)
{
    /// <param name="accountId">The workplace the administrator is in: its audit chain tells of it.</param>
    public Task<Outcome<EndSessionsAnswer>> Do(Actor actor, Guid accountId, EndSessionsRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, EndSessionsAnswer>(
            nameof(EndSessions), actor, accountId, Role.Auditor, request.Id, request,
            async act =>
            {
                await act.Db.LockPerson(actor.Id, act.Cancel);
                var others = act.Db.Sessions.StandingOf(actor, act.Now).Where(s => s.Id != actor.Session);
                if (request.SessionId is { } one)
                    others = others.Where(s => s.Id == one);
                var ended = await others.ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, act.Now), act.Cancel);
                if (request.SessionId is not null && ended == 0)
                    return Refusal.NotFound;
                act.Audit(actor.Id, new { ended });
                return new EndSessionsAnswer(ended);
            },
            cancel);
    }
}

static class SessionsOf
{
    /// <summary>The own ones that have not ended. An API token has none: its id is no administrator's.</summary>
    public static IQueryable<Session> StandingOf(this IQueryable<Session> sessions, Actor actor, DateTimeOffset now) =>
        sessions.Where(s => s.AdministratorId == actor.Id && s.EndedAt == null && s.EndsAt > now);
}
