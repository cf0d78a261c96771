using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>A user after an act.</summary>
/// <param name="UserId">The user.</param>
/// <param name="State">The user's state now.</param>
/// <param name="Version">For the next change.</param>
/// <param name="MobileKeys">The user's keys that readers have to hear of, and how many know.</param>
public sealed record UserActAnswer(Guid UserId, UserState State, int Version, IReadOnlyList<MobileKeyAnswer> MobileKeys);

/// <summary>New details of a user; what is absent stays as it is. The wallet shows a new name with its next document.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Version">As it was read: refused when somebody changed the user meanwhile.</param>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Email">Where mails go from now on, waiting ones with a code too; empty takes the address away and stops those. A code mailed already is not mailed again.</param>
/// <param name="Language">Language of mails.</param>
public sealed record UpdateUserRequest(Guid Id, int Version, string? Name = null, string? Email = null, string? Language = null);

public sealed class UpdateUser(Acts acts, Outbox outbox)
{
    public Task<Outcome<UserActAnswer>> Do(
        Actor actor, Guid customerId, Guid userId, UpdateUserRequest request, CancellationToken cancel) =>
        acts.OnUser(nameof(UpdateUser), actor, customerId, userId, request.Id, request, null, async (act, user) =>
        {
            if (request.Name is not null && string.IsNullOrWhiteSpace(request.Name))
                return new(Refusal.NameMissing, "name");
            var email = string.IsNullOrWhiteSpace(request.Email) ? null : request.Email.Trim();
            if (UserDetails.Lint(request.Name, email, request.Language) is { } wrong)
                return wrong;
            if (request.Version != user.Version)
                return new(Refusal.ChangedMeanwhile, "version");
            user.Change(request.Name?.Trim() ?? user.Name, request.Email is null ? user.Email : email, request.Language ?? user.Language);
            await outbox.Redirect(act.Db, customerId, userId, user.Email, act.Now, act.Cancel);
            return null;
        }, cancel);
}

/// <summary>Puts a user on hold: no key of theirs opens a door. Resuming gives all back as it was.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">For the administrators, at most 200 characters.</param>
public sealed record SuspendUserRequest(Guid Id, string? Why = null);

public sealed class SuspendUser(Acts acts)
{
    public Task<Outcome<UserActAnswer>> Do(
        Actor actor, Guid customerId, Guid userId, SuspendUserRequest request, CancellationToken cancel) =>
        acts.OnUser(nameof(SuspendUser), actor, customerId, userId, request.Id, request, request.Why, async (act, user) =>
        {
            if (user.State != UserState.Active)
                return user.Unfit();
            user.State = UserState.Suspended;
            await act.TellKeysOf(user);
            return null;
        }, cancel);
}

/// <summary>Ends the hold of a user. A key that was put on hold by itself stays so.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record ResumeUserRequest(Guid Id);

public sealed class ResumeUser(Acts acts)
{
    public Task<Outcome<UserActAnswer>> Do(
        Actor actor, Guid customerId, Guid userId, ResumeUserRequest request, CancellationToken cancel) =>
        acts.OnUser(nameof(ResumeUser), actor, customerId, userId, request.Id, request, null, async (act, user) =>
        {
            if (user.State != UserState.Suspended)
                return user.Unfit();
            user.State = UserState.Active;
            await act.TellKeysOf(user);
            return null;
        }, cancel);
}

/// <summary>Ends a user for ever: every key is revoked, every open code stops. Events keep the name.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">For the administrators, at most 200 characters.</param>
public sealed record DeleteUserRequest(Guid Id, string? Why = null);

public sealed class DeleteUser(Acts acts)
{
    public Task<Outcome<UserActAnswer>> Do(
        Actor actor, Guid customerId, Guid userId, DeleteUserRequest request, CancellationToken cancel) =>
        acts.OnUser(nameof(DeleteUser), actor, customerId, userId, request.Id, request, request.Why, async (act, user) =>
        {
            foreach (var key in user.Keys)
                await act.End(key, request.Why);
            foreach (var device in user.Devices)
                device.State = DeviceState.Deleted;
            user.State = UserState.Deleted;
            await ReachQuery.Settle(act.Db, act.CustomerId, act.Now, act.Cancel);
            return null;
        }, cancel);
}

static class UserActs
{
    /// <summary>What all acts on one user share: find it in the customer with devices and keys, act, audit, tell how far it has come.</summary>
    public static Task<Outcome<UserActAnswer>> OnUser<TRequest>(
        this Acts acts, string name, Actor actor, Guid customerId, Guid userId, Guid requestId, TRequest request,
        string? why, Func<Act, User, Task<Refused?>> doIt, CancellationToken cancel) =>
        acts.Do<object, UserActAnswer>(
            name, actor, customerId, Role.KeyManager, requestId, new { userId, request },
            async act =>
            {
                var user = await act.Db.Users.Include(u => u.Keys).Include(u => u.Devices).AsSplitQuery()
                    .SingleOrDefaultAsync(u => u.CustomerId == customerId && u.Id == userId, cancel);
                if (user is null)
                    return Refusal.NotFound;
                if (PlainText.Lint(why, KeyActs.WhyCharsMax, "why") is { } wrongWhy)
                    return wrongWhy;
                if (user.State == UserState.Deleted)
                    return Refusal.UserEnded;
                var before = new { user.Name, user.Email, user.Language, user.State };
                if (await doIt(act, user) is { } refused)
                    return refused;
                var after = new { user.Name, user.Email, user.Language, user.State };
                act.Audit(user.Id, new { before, after, request });
                var reaches = await ReachQuery.Ask(act.Db, customerId, user.Keys, cancel);
                return new UserActAnswer(
                    user.Id, user.State, user.Version,
                    [.. user.Keys.Where(k => reaches.ContainsKey(k.Id)).OrderByDescending(k => k.KeyNumber)
                        .Select(k => new MobileKeyAnswer(k.Id, k.StateAt(act.Now), reaches[k.Id]))]);
            },
            cancel);

    public static Refused Unfit(this User user) => new(Refusal.StateUnfit, State: user.State.ToString());

    /// <summary>
    /// Tells the readers that the user of these keys was put on hold, or back: the bundle says it of each key, so it arrives as
    /// fast as an act on the key itself. Also of a key that waits for its phone: a store put back from a backup may have
    /// forgotten that it was activated.
    /// </summary>
    public static async Task TellKeysOf(this Act act, User user)
    {
        foreach (var key in user.Keys.Where(k => k.State is KeyState.Invited or KeyState.Active or KeyState.Suspended))
            key.ReachFrom(await act.TellOfKey(key.Id));
    }

    /// <summary>Ends a key whatever its state: revoked where a phone holds it, withdrawn where its code is still out.</summary>
    public static async Task End(this Act act, MobileKey key, string? why)
    {
        if (key.CanRevoke)
            key.Revoke(why, lost: false, await act.TellOfKey(key.Id), act.Now);
        else if (key.CanWithdraw)
        {
            key.Withdraw(await act.TellOfKey(key.Id), act.Now);
            await OpenCodes.Stop(act, key.Id);
            await act.GiveCreditBack(key);
        }
    }
}
