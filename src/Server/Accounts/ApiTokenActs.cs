using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

public enum ApiTokenState
{
    Active,
    Ended,
    Revoked,
}

/// <summary>A bearer token of the REST API, without its secret.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Role">What it may do in this customer.</param>
/// <param name="CreatedBy">The administrator or token that made it, by name.</param>
/// <param name="EndsAt">Exclusive; absent is without end.</param>
/// <param name="LastUsedAt">To the minute; absent is never.</param>
public sealed record ApiTokenAnswer(
    Guid ApiTokenId, string Name, Role Role, ApiTokenState State, DateTimeOffset CreatedAt, string? CreatedBy, DateTimeOffset? EndsAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <param name="Tokens">All that work first, the newest first; then the newest of those that have ended.</param>
public sealed record ApiTokenListAnswer(IReadOnlyList<ApiTokenAnswer> Tokens);

public sealed class ListApiTokens(Acts acts)
{
    /// <summary>Ended and revoked ones listed; older ones are left off. Those that work are all there, since this list is where they are revoked.</summary>
    public const int EndedListedMax = 200;

    public Task<Outcome<ApiTokenListAnswer>> Ask(Actor actor, Guid customerId, CancellationToken cancel) =>
        acts.Ask<ApiTokenListAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var own = q.Db.ApiTokens.AsNoTracking().Where(t => t.CustomerId == customerId).OrderByDescending(t => t.CreatedAt);
            var tokens = await own.Where(t => t.RevokedAt == null && (t.EndsAt == null || t.EndsAt > q.Now)).ToListAsync(q.Cancel);
            tokens.AddRange(await own.Where(t => t.RevokedAt != null || t.EndsAt <= q.Now).Take(EndedListedMax).ToListAsync(q.Cancel));
            var makers = tokens.Select(t => t.CreatedBy).Distinct().ToList();
            var names = await q.Db.Administrators.AsNoTracking().Where(a => makers.Contains(a.Id)).ToDictionaryAsync(a => a.Id, a => a.Name, q.Cancel);
            foreach (var token in tokens)
                names.TryAdd(token.Id, token.Name);
            return new ApiTokenListAnswer(
                [.. tokens.Select(t => new ApiTokenAnswer(
                    t.Id, t.Name, t.Role, t.StateAt(q.Now), t.CreatedAt, names.GetValueOrDefault(t.CreatedBy), t.EndsAt, t.LastUsedAt, t.RevokedAt))
                    .OrderBy(t => t.State)]);
        }, cancel);
}

/// <summary>Ends a token at once: the next request with it is refused, and an open stream of events ends.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record RevokeApiTokenRequest(Guid Id);

/// <summary>A token that works no more.</summary>
public sealed record RevokeApiTokenAnswer(Guid ApiTokenId, DateTimeOffset RevokedAt);

public sealed class RevokeApiToken(Acts acts)
{
    public Task<Outcome<RevokeApiTokenAnswer>> Do(
        Actor actor, Guid customerId, Guid tokenId, RevokeApiTokenRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, RevokeApiTokenAnswer>(
            nameof(RevokeApiToken), actor, customerId, Role.Owner, request.Id, new { tokenId, request },
            async act =>
            {
                var token = await act.Db.ApiTokens.SingleOrDefaultAsync(t => t.CustomerId == customerId && t.Id == tokenId, cancel);
                if (token is null)
                    return Refusal.NotFound;
                if (token.RevokedAt is not null)
                    return new Refused(Refusal.StateUnfit, State: nameof(ApiTokenState.Revoked));
                token.RevokedAt = act.Now;
                act.Audit(token.Id, new { token.Name });
                return new RevokeApiTokenAnswer(token.Id, act.Now);
            },
            cancel);
    }
}
