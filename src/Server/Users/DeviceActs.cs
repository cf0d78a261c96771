using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>A device after an act.</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Name">What it is called.</param>
/// <param name="State">Its state now.</param>
/// <param name="MobileKeys">Its mobile keys, and how many readers know of the newest act on each.</param>
public sealed record DeviceAnswer(Guid DeviceId, string? Name, DeviceState State, IReadOnlyList<MobileKeyAnswer> MobileKeys);

/// <summary>A new name for a device. Only administrators see it.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">1 to 60 characters.</param>
public sealed record RenameDeviceRequest(Guid Id, string? Name);

public sealed class RenameDevice(Acts acts)
{
    public Task<Outcome<DeviceAnswer>> Do(
        Actor actor, Guid customerId, Guid deviceId, RenameDeviceRequest request, CancellationToken cancel) =>
        acts.OnDevice(nameof(RenameDevice), actor, customerId, deviceId, request.Id, request, null, (_, device, _) =>
        {
            if (string.IsNullOrWhiteSpace(request.Name))
                return Task.FromResult<Refused?>(new(Refusal.NameMissing, "name"));
            if (PlainText.Lint(request.Name.Trim(), Device.NameCharsMax, "name") is { } wrong)
                return Task.FromResult<Refused?>(wrong);
            device.Name = request.Name.Trim();
            return Task.FromResult<Refused?>(null);
        }, cancel);
}

/// <summary>Takes a device away: its mobile key is revoked, or its open code stops.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">For the administrators, at most 200 characters.</param>
public sealed record RemoveDeviceRequest(Guid Id, string? Why = null);

public sealed class RemoveDevice(Acts acts)
{
    public Task<Outcome<DeviceAnswer>> Do(
        Actor actor, Guid customerId, Guid deviceId, RemoveDeviceRequest request, CancellationToken cancel) =>
        acts.OnDevice(nameof(RemoveDevice), actor, customerId, deviceId, request.Id, request, request.Why, async (act, device, keys) =>
        {
            foreach (var key in keys)
                await act.End(key, request.Why);
            device.State = DeviceState.Deleted;
            await ReachQuery.Settle(act.Db, act.CustomerId, act.Now, act.Cancel);
            return null;
        }, cancel);
}

static class DeviceActs
{
    /// <summary>What both acts on one device share: find it in the customer with its keys, act, audit, tell how far it has come.</summary>
    public static Task<Outcome<DeviceAnswer>> OnDevice<TRequest>(
        this Acts acts, string name, Actor actor, Guid customerId, Guid deviceId, Guid requestId, TRequest request,
        string? why, Func<Act, Device, List<MobileKey>, Task<Refused?>> doIt, CancellationToken cancel) =>
        acts.Do<object, DeviceAnswer>(
            name, actor, customerId, Role.KeyManager, requestId, new { deviceId, request },
            async act =>
            {
                var device = await act.Db.Devices.SingleOrDefaultAsync(d => d.CustomerId == customerId && d.Id == deviceId, cancel);
                if (device is null)
                    return Refusal.NotFound;
                if (PlainText.Lint(why, KeyActs.WhyCharsMax, "why") is { } wrongWhy)
                    return wrongWhy;
                if (device.State == DeviceState.Deleted)
                    return new Refused(Refusal.StateUnfit, State: device.State.ToString());
                var keys = await act.Db.MobileKeys.Where(k => k.CustomerId == customerId && k.DeviceId == deviceId)
                    .OrderByDescending(k => k.KeyNumber).ToListAsync(cancel);
                var before = new { device.Name, device.State };
                if (await doIt(act, device, keys) is { } refused)
                    return refused;
                act.Audit(device.UserId, new { deviceId, before, after = new { device.Name, device.State }, request });
                var reaches = await ReachQuery.Ask(act.Db, customerId, keys, cancel);
                return new DeviceAnswer(
                    device.Id, device.Name, device.State,
                    [.. keys.Select(k => new MobileKeyAnswer(k.Id, k.StateAt(act.Now), reaches.GetValueOrDefault(k.Id)))]);
            },
            cancel);
}
