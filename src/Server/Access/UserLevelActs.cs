using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

/// <summary>Gives a user one more access level. The phone has it with its next document.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="LevelId">The access level.</param>
public sealed record GiveAccessLevelRequest(Guid Id, Guid LevelId);

/// <summary>Takes an access level from a user.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="LevelId">The access level.</param>
public sealed record TakeAccessLevelRequest(Guid Id, Guid LevelId);

/// <summary>What the user holds now.</summary>
/// <param name="UserId">The user.</param>
/// <param name="LevelIds">Access levels of the user, in the order of their numbers.</param>
/// <param name="Seq">Feed sequence that readers must acknowledge to know of it; 0 when no reader needs to.</param>
public sealed record UserLevelsAnswer(Guid UserId, IReadOnlyList<Guid> LevelIds, long Seq);

public sealed class GiveAccessLevel(Acts acts)
{
    public Task<Outcome<UserLevelsAnswer>> Do(
        Actor actor, Guid customerId, Guid userId, GiveAccessLevelRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, UserLevelsAnswer>(
            nameof(GiveAccessLevel), actor, customerId, Role.KeyManager, request.Id, new { userId, request },
            async act =>
            {
                var found = await UserLevels.Find(act, userId, request.LevelId);
                if (!found.Done)
                    return found.Refused;
                var held = await UserLevels.Held(act, userId);
                if (!held.Contains(request.LevelId))
                {
                    if (held.Count >= AccessRules.RulesMax)
                        return new Refused(Refusal.StateUnfit, "levelId", $"A user has at most {AccessRules.RulesMax} access levels.");
                    act.Db.UserAccessLevels.Add(new() { CustomerId = customerId, UserId = userId, LevelId = request.LevelId });
                }
                act.Audit(userId, new { level = found.Value.Name, request.LevelId });
                await act.Db.SaveChangesAsync(act.Cancel);
                return new UserLevelsAnswer(userId, await UserLevels.Held(act, userId), 0);
            },
            cancel);
    }
}

public sealed class TakeAccessLevel(Acts acts)
{
    public Task<Outcome<UserLevelsAnswer>> Do(
        Actor actor, Guid customerId, Guid userId, TakeAccessLevelRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, UserLevelsAnswer>(
            nameof(TakeAccessLevel), actor, customerId, Role.KeyManager, request.Id, new { userId, request },
            async act =>
            {
                var found = await UserLevels.Find(act, userId, request.LevelId);
                if (!found.Done)
                    return found.Refused;
                var taken = await act.Db.UserAccessLevels.Where(u => u.CustomerId == customerId && u.UserId == userId
                    && u.LevelId == request.LevelId).ExecuteDeleteAsync(act.Cancel);
                var seq = taken == 0 ? 0 : await ShrunkRights.Tell(act, [userId]);
                act.Audit(userId, new { level = found.Value.Name, request.LevelId });
                return new UserLevelsAnswer(userId, await UserLevels.Held(act, userId), seq);
            },
            cancel);
    }
}

static class UserLevels
{
    public static async Task<Outcome<AccessLevel>> Find(Act act, Guid userId, Guid levelId)
    {
        var state = await act.Db.Users.Where(u => u.CustomerId == act.CustomerId && u.Id == userId)
            .Select(u => (UserState?)u.State).SingleOrDefaultAsync(act.Cancel);
        if (state is null)
            return Refusal.NotFound;
        if (state == UserState.Deleted)
            return new Refused(Refusal.UserEnded);
        var level = await act.Db.AccessLevels.SingleOrDefaultAsync(
            l => l.CustomerId == act.CustomerId && l.Id == levelId, act.Cancel);
        return level is null ? new Refused(Refusal.AccessLevelUnknown, "levelId") : level;
    }

    public static Task<List<Guid>> Held(Act act, Guid userId) => act.Db.UserAccessLevels
        .Where(u => u.CustomerId == act.CustomerId && u.UserId == userId)
        .OrderBy(u => u.Level!.Number).Select(u => u.LevelId).ToListAsync(act.Cancel);
}

/// <summary>
/// A right that a document carries was taken away: documents issued so far become stale wherever readers hear of it, in the
/// transaction that takes the right, and as fast as a revocation.
/// </summary>
static class ShrunkRights
{
    /// <returns>The feed sequence to wait for; 0 when these users have no key that still counts.</returns>
    public static async Task<long> Tell(Act act, IReadOnlyCollection<Guid> userIds)
    {
        var keys = await act.Db.MobileKeys
            .Where(k => k.CustomerId == act.CustomerId && userIds.Contains(k.UserId))
            // Invited ones, too: a store put back from a backup may have forgotten that a phone has activated the key.
            .Where(k => k.State == KeyState.Invited || k.State == KeyState.Active || k.State == KeyState.Suspended).ToListAsync(act.Cancel);
        if (keys.Count == 0)
            return 0;
        var told = await act.TellOfKey(keys[0].Id);
        foreach (var key in keys)
            key.MakeDocumentsStale(told, act.Now);
        return told.Seq;
    }
}
