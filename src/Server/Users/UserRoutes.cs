using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Users;

/// <summary>The REST routes of users and mobile keys: the same acts as the console's.</summary>
static class UserRoutes
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/v1/users").WithTags("Users").RequireAuthorization(AccountsSetup.ApiPolicy);
        users.MapGet("/", List).WithSummary("Users by name, fifty a page").Produces<UserListAnswer>().Refuses();
        users.MapGet("/{user:guid}", Read).WithSummary("One user").Produces<UserAnswer>().Refuses();
        users.MapPatch("/{user:guid}", Update).WithSummary("New name, e-mail or language").Produces<UserActAnswer>().Refuses();
        users.MapPost("/{user:guid}/suspend", SuspendUser).WithSummary("Put a user on hold, with every key").Produces<UserActAnswer>().Refuses();
        users.MapPost("/{user:guid}/resume", ResumeUser).WithSummary("End the hold of a user").Produces<UserActAnswer>().Refuses();
        users.MapPost("/{user:guid}/delete", DeleteUser).WithSummary("End a user and every key, for ever").Produces<UserActAnswer>().Refuses();

        var devices = routes.MapGroup("/api/v1/devices").WithTags("Devices").RequireAuthorization(AccountsSetup.ApiPolicy);
        devices.MapPatch("/{device:guid}", Rename).WithSummary("A new name for a device").Produces<DeviceAnswer>().Refuses();
        devices.MapPost("/{device:guid}/remove", Remove).WithSummary("Take a device away; its mobile key ends").Produces<DeviceAnswer>().Refuses();

        var keys = routes.MapGroup("/api/v1/mobile-keys").WithTags("Mobile keys").RequireAuthorization(AccountsSetup.ApiPolicy);
        keys.MapPost("/", Issue).WithSummary("A new mobile key").Produces<NewCodeAnswer>().Refuses();
        keys.MapPost("/{key:guid}/new-code", Renew).WithSummary("A fresh code; the earlier one stops").Produces<NewCodeAnswer>().Refuses();
        keys.MapPost("/{key:guid}/suspend", Suspend).WithSummary("Put a key on hold").Produces<MobileKeyAnswer>().Refuses();
        keys.MapPost("/{key:guid}/resume", Resume).WithSummary("End the hold").Produces<MobileKeyAnswer>().Refuses();
        keys.MapPost("/{key:guid}/revoke", Revoke).WithSummary("End a key for ever").Produces<MobileKeyAnswer>().Refuses();
        keys.MapPost("/{key:guid}/validity", Validity).WithSummary("A new span of validity").Produces<MobileKeyAnswer>().Refuses();
        keys.MapPost("/{key:guid}/withdraw", Withdraw).WithSummary("Take back an invitation").Produces<MobileKeyAnswer>().Refuses();
    }

    static async Task<IResult> List(
        ApiCaller caller, Acts acts, CancellationToken cancel, string? filter = null, string? search = null, string? after = null)
    {
        var wanted = UserFilter.All;
        if (filter is not null && (!Enum.TryParse(filter, ignoreCase: true, out wanted) || !Enum.IsDefined(wanted) || char.IsAsciiDigit(filter[0])))
            return Problems.Answer<UserListAnswer>(new Refused(
                Refusal.SettingOutOfRange, "filter", "Filters are all, active, waiting, codeExpired, suspended, revoking and deleted."));
        ListCursor? cursor = null;
        if (after is not null && !ListCursor.TryRead(after, out cursor))
            return Problems.Answer<UserListAnswer>(new Refused(Refusal.BodyMalformed, "after"));
        var page = await acts.Ask<UserPage>(
            caller.Actor, caller.CustomerId, Role.Auditor, q => UserList.Read(q, wanted, search, cursor), cancel);
        return Problems.Answer(page, p => TypedResults.Ok(UserListAnswer.Of(p)));
    }

    static async Task<IResult> Read(ApiCaller caller, Guid user, ReadUser read, CancellationToken cancel) =>
        Problems.Answer(await read.Ask(caller.Actor, caller.CustomerId, user, cancel));

    static async Task<IResult> Update(ApiCaller caller, Guid user, UpdateUserRequest request, UpdateUser update, CancellationToken cancel) =>
        Problems.Answer(await update.Do(caller.Actor, caller.CustomerId, user, request, cancel));

    static async Task<IResult> SuspendUser(ApiCaller caller, Guid user, SuspendUserRequest request, SuspendUser suspend, CancellationToken cancel) =>
        Problems.Answer(await suspend.Do(caller.Actor, caller.CustomerId, user, request, cancel));

    static async Task<IResult> ResumeUser(ApiCaller caller, Guid user, ResumeUserRequest request, ResumeUser resume, CancellationToken cancel) =>
        Problems.Answer(await resume.Do(caller.Actor, caller.CustomerId, user, request, cancel));

    static async Task<IResult> DeleteUser(ApiCaller caller, Guid user, DeleteUserRequest request, DeleteUser delete, CancellationToken cancel) =>
        Problems.Answer(await delete.Do(caller.Actor, caller.CustomerId, user, request, cancel));

    static async Task<IResult> Rename(ApiCaller caller, Guid device, RenameDeviceRequest request, RenameDevice rename, CancellationToken cancel) =>
        Problems.Answer(await rename.Do(caller.Actor, caller.CustomerId, device, request, cancel));

    static async Task<IResult> Remove(ApiCaller caller, Guid device, RemoveDeviceRequest request, RemoveDevice remove, CancellationToken cancel) =>
        Problems.Answer(await remove.Do(caller.Actor, caller.CustomerId, device, request, cancel));

    static async Task<IResult> Issue(ApiCaller caller, IssueMobileKeyRequest request, IssueMobileKey issue, CancellationToken cancel) =>
        Problems.Answer(await issue.Do(caller.Actor, caller.CustomerId, request, cancel));

    static async Task<IResult> Renew(ApiCaller caller, Guid key, NewCodeRequest request, NewCode newCode, CancellationToken cancel) =>
        Problems.Answer(await newCode.Do(caller.Actor, caller.CustomerId, key, request, cancel));

    static async Task<IResult> Suspend(
        ApiCaller caller, Guid key, SuspendMobileKeyRequest request, SuspendMobileKey suspend, CancellationToken cancel) =>
        Problems.Answer(await suspend.Do(caller.Actor, caller.CustomerId, key, request, cancel));

    static async Task<IResult> Resume(
        ApiCaller caller, Guid key, ResumeMobileKeyRequest request, ResumeMobileKey resume, CancellationToken cancel) =>
        Problems.Answer(await resume.Do(caller.Actor, caller.CustomerId, key, request, cancel));

    static async Task<IResult> Revoke(
        ApiCaller caller, Guid key, RevokeMobileKeyRequest request, RevokeMobileKey revoke, CancellationToken cancel) =>
        Problems.Answer(await revoke.Do(caller.Actor, caller.CustomerId, key, request, cancel));

    static async Task<IResult> Validity(
        ApiCaller caller, Guid key, ChangeValidityRequest request, ChangeValidity change, CancellationToken cancel) =>
        Problems.Answer(await change.Do(caller.Actor, caller.CustomerId, key, request, cancel));

    static async Task<IResult> Withdraw(
        ApiCaller caller, Guid key, WithdrawInvitationRequest request, WithdrawInvitation withdraw, CancellationToken cancel) =>
        Problems.Answer(await withdraw.Do(caller.Actor, caller.CustomerId, key, request, cancel));
}
