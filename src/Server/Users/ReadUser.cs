using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>One user with devices, mobile keys and access levels.</summary>
/// <param name="UserNumber">The User ID.</param>
/// <param name="Version">Give it back with a change; it rises with each.</param>
public sealed record UserAnswer(
    Guid UserId, int UserNumber, string Name, string? Email, string Language, int Version, UserState State, DateTimeOffset? LastOpenedAt,
    IReadOnlyList<Guid> AccessLevelIds, IReadOnlyList<UserKeyAnswer> MobileKeys);

/// <summary>One mobile key of a user and the device it is bound to.</summary>
/// <param name="KeyNumber">Dense number within the customer; readers and events name the key by it.</param>
/// <param name="ValidTo">Exclusive; absent is without end.</param>
/// <param name="CodeEndsAt">While it waits for its phone: when the code stops.</param>
/// <param name="DocumentEndsAt">Latest moment at which a document issued so far opens a door that hears nothing.</param>
/// <param name="Reach">How far the latest act on it has come; absent when no reader needs to know.</param>
public sealed record UserKeyAnswer(
    Guid MobileKeyId, int KeyNumber, KeyState State, DateTimeOffset StateSince, string? Why, bool ReportedLost,
    DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, DateTimeOffset? CodeEndsAt, DateTimeOffset? ActivatedAt,
    DateTimeOffset? DocumentEndsAt, Guid DeviceId, string? Device, DeviceState? DeviceState, DateTimeOffset? LastContactAt, Reach? Reach);

public sealed class ReadUser(Acts acts)
{
    public Task<Outcome<UserAnswer>> Ask(Actor actor, Guid customerId, Guid userId, CancellationToken cancel) =>
        acts.Ask<UserAnswer>(actor, customerId, Role.Auditor, q => Ask(q, userId), cancel);

    static async Task<Outcome<UserAnswer>> Ask(Question q, Guid userId)
    {
        var user = await q.Db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.CustomerId == q.AccountId && u.Id == userId, q.Cancel);
        if (user is null)
            return Refusal.NotFound;
        var keys = await q.Db.MobileKeys.AsNoTracking().Include(k => k.Device)
            .Where(k => k.CustomerId == q.AccountId && k.UserId == userId).OrderByDescending(k => k.KeyNumber).ToListAsync(q.Cancel);
        var levels = await q.Db.UserAccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId && l.UserId == userId)
            .OrderBy(l => l.Level!.Number).Select(l => l.LevelId).ToListAsync(q.Cancel);
        var reaches = await ReachQuery.Ask(q.Db, q.AccountId, keys, q.Cancel);
        return new UserAnswer(
            user.Id, user.Number, user.Name, user.Email, user.Language, user.Version, user.State, user.LastOpenedAt, levels,
            [.. keys.Select(k => new UserKeyAnswer(
                k.Id, k.KeyNumber, k.StateAt(q.Now), k.StateSince, k.Why, k.ReportedLost, k.ValidFrom, k.ValidTo, k.InvitationEndsAt,
                k.ActivatedAt, k.NewestDocumentEndsAt, k.DeviceId, k.Device?.Name, k.Device?.State, k.Device?.LastSeenAt,
                reaches.GetValueOrDefault(k.Id)))]);
    }
}
