using System.Text.Json.Serialization;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>Puts a key on hold; resuming gives it back.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">For the administrators, at most 200 characters.</param>
public sealed record SuspendMobileKeyRequest(Guid Id, string? Why = null);

public sealed class SuspendMobileKey(Acts acts)
{
    public Task<Outcome<MobileKeyAnswer>> Do(
        Actor actor, Guid customerId, Guid mobileKeyId, SuspendMobileKeyRequest request, CancellationToken cancel) =>
        acts.OnKey(nameof(SuspendMobileKey), actor, customerId, mobileKeyId, request.Id, request, request.Why, async (act, key) =>
        {
            if (!key.CanSuspend)
                return key.Unfit(act.Now);
            key.Suspend(request.Why, await act.TellOfKey(key.Id), act.Now);
            return null;
        }, cancel);
}

/// <summary>Ends the hold of a key.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record ResumeMobileKeyRequest(Guid Id);

public sealed class ResumeMobileKey(Acts acts)
{
    public Task<Outcome<MobileKeyAnswer>> Do(
        Actor actor, Guid customerId, Guid mobileKeyId, ResumeMobileKeyRequest request, CancellationToken cancel) =>
        acts.OnKey(nameof(ResumeMobileKey), actor, customerId, mobileKeyId, request.Id, request, null, async (act, key) =>
        {
            if (!key.CanResume)
                return key.Unfit(act.Now);
            key.Resume(await act.TellOfKey(key.Id), act.Now);
            return null;
        }, cancel);
}

/// <summary>Ends a key for ever.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">For the administrators, at most 200 characters.</param>
/// <param name="Lost">The phone is lost: at the door it looks revoked, in the console any use is an alarm.</param>
public sealed record RevokeMobileKeyRequest(Guid Id, string? Why = null, bool Lost = false);

public sealed class RevokeMobileKey(Acts acts)
{
    public Task<Outcome<MobileKeyAnswer>> Do(
        Actor actor, Guid customerId, Guid mobileKeyId, RevokeMobileKeyRequest request, CancellationToken cancel) =>
        acts.OnKey(nameof(RevokeMobileKey), actor, customerId, mobileKeyId, request.Id, request, request.Why, async (act, key) =>
        {
            if (!key.CanRevoke)
                return key.Unfit(act.Now);
            key.Revoke(request.Why, request.Lost, await act.TellOfKey(key.Id), act.Now);
            if (request.Lost && key.Device is { } device)
                device.State = DeviceState.Lost;
            await ReachQuery.Settle(act.Db, act.CustomerId, act.Now, act.Cancel);
            return null;
        }, cancel);
}

/// <summary>A new span of validity.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="ValidFrom">From this moment; never absent.</param>
/// <param name="ValidTo">Until this moment, exclusive; null is without end. Never absent, so that nobody gives a key without end by leaving it out.</param>
public sealed record ChangeValidityRequest(
    Guid Id, [property: JsonRequired] DateTimeOffset ValidFrom, [property: JsonRequired] DateTimeOffset? ValidTo);

public sealed class ChangeValidity(Acts acts)
{
    public Task<Outcome<MobileKeyAnswer>> Do(
        Actor actor, Guid customerId, Guid mobileKeyId, ChangeValidityRequest request, CancellationToken cancel) =>
        acts.OnKey(nameof(ChangeValidity), actor, customerId, mobileKeyId, request.Id, request, null, async (act, key) =>
        {
            if (request.ValidTo <= request.ValidFrom)
                return new(Refusal.ValidityBackwards, "validTo");
            if (request.ValidTo <= act.Now)
                return new(Refusal.ValidityOver, "validTo");
            if (!key.CanChangeValidity)
                return key.Unfit(act.Now);
            // Documents that promise more than the key now holds die at once wherever readers hear of it.
            if (key.ChangeValidity(request.ValidFrom, request.ValidTo))
                key.MakeDocumentsStale(await act.TellOfKey(key.Id), act.Now);
            return null;
        }, cancel);
}

/// <summary>Takes back an invitation that nobody has used: its code stops at once.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record WithdrawInvitationRequest(Guid Id);

public sealed class WithdrawInvitation(Acts acts)
{
    public Task<Outcome<MobileKeyAnswer>> Do(
        Actor actor, Guid customerId, Guid mobileKeyId, WithdrawInvitationRequest request, CancellationToken cancel) =>
        acts.OnKey(nameof(WithdrawInvitation), actor, customerId, mobileKeyId, request.Id, request, null, async (act, key) =>
        {
            if (!key.CanWithdraw)
                return key.Unfit(act.Now);
            key.Withdraw(await act.TellOfKey(key.Id), act.Now);
            if (key.Device is { } device)
                device.State = DeviceState.Deleted;
            await OpenCodes.Stop(act, key.Id);
            await act.GiveCreditBack(key);
            return null;
        }, cancel);
}

static class KeyActs
{
    public const int WhyCharsMax = 200;

    /// <summary>What all acts on one key share: find it in the customer, act, audit, tell how far it has come.</summary>
    public static Task<Outcome<MobileKeyAnswer>> OnKey<TRequest>(
        this Acts acts, string name, Actor actor, Guid customerId, Guid mobileKeyId, Guid requestId, TRequest request,
        string? why, Func<Act, MobileKey, Task<Refused?>> doIt, CancellationToken cancel) =>
        acts.Do<object, MobileKeyAnswer>(
            name, actor, customerId, Role.KeyManager, requestId, new { mobileKeyId, request },
            async act =>
            {
                var key = await act.Db.MobileKeys.Include(k => k.Device)
                    .SingleOrDefaultAsync(k => k.CustomerId == customerId && k.Id == mobileKeyId, cancel);
                if (key is null)
                    return Refusal.NotFound;
                if (PlainText.Lint(why, WhyCharsMax, "why") is { } wrongWhy)
                    return wrongWhy;
                var before = key.StateAt(act.Now);
                if (await doIt(act, key) is { } refused)
                    return refused;
                var after = key.StateAt(act.Now);
                act.Audit(key.UserId, new { mobileKeyId, before, after, request });
                return new MobileKeyAnswer(key.Id, after, await ReachQuery.Ask(act.Db, key, cancel));
            },
            cancel);

    public static Refused Unfit(this MobileKey key, DateTimeOffset now) =>
        new(Refusal.StateUnfit, State: key.StateAt(now).ToString());
}
