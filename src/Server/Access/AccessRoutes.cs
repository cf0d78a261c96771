using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Access;

static class AccessRoutes
{
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<GiveAccessLevel>();
        services.AddSingleton<TakeAccessLevel>();
        services.AddSingleton<MakeAccessLevel>();
        services.AddSingleton<ChangeAccessLevel>();
        services.AddSingleton<DeleteAccessLevel>();
        services.AddSingleton<AccessLevelList>();
        services.AddSingleton<SiteStatusLists>();
    }

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        var levels = routes.MapGroup("/api/v1/access-levels").WithTags("Access levels").RequireAuthorization(AccountsSetup.ApiPolicy);
        levels.MapGet("/", List).WithSummary("All access levels").Produces<AccessLevelListAnswer>().Refuses();
        levels.MapPost("/", Make).WithSummary("A new access level").Produces<AccessLevelAnswer>().Refuses();
        levels.MapPatch("/{level:guid}", Change).WithSummary("Another name or other readers").Produces<AccessLevelAnswer>().Refuses();
        levels.MapPost("/{level:guid}/delete", Delete).WithSummary("Remove a level").Produces<AccessLevelAnswer>().Refuses();
        var users = routes.MapGroup("/api/v1/users/{user:guid}/access-levels").WithTags("Access levels")
            .RequireAuthorization(AccountsSetup.ApiPolicy);
        users.MapPost("/give", Give).WithSummary("Give a user an access level").Produces<UserLevelsAnswer>().Refuses();
        users.MapPost("/take", Take).WithSummary("Take an access level from a user").Produces<UserLevelsAnswer>().Refuses();
    }

    static async Task<IResult> List(ApiCaller caller, AccessLevelList list, CancellationToken cancel) =>
        Problems.Answer(await list.Ask(caller.Actor, caller.CustomerId, cancel));

    static async Task<IResult> Make(
        ApiCaller caller, MakeAccessLevelRequest request, MakeAccessLevel make, CancellationToken cancel) =>
        Problems.Answer(await make.Do(caller.Actor, caller.CustomerId, request, cancel));

    static async Task<IResult> Change(
        ApiCaller caller, Guid level, ChangeAccessLevelRequest request, ChangeAccessLevel change, CancellationToken cancel) =>
        Problems.Answer(await change.Do(caller.Actor, caller.CustomerId, level, request, cancel));

    static async Task<IResult> Delete(
        ApiCaller caller, Guid level, DeleteAccessLevelRequest request, DeleteAccessLevel delete, CancellationToken cancel) =>
        Problems.Answer(await delete.Do(caller.Actor, caller.CustomerId, level, request, cancel));

    static async Task<IResult> Give(
        ApiCaller caller, Guid user, GiveAccessLevelRequest request, GiveAccessLevel give, CancellationToken cancel) =>
        Problems.Answer(await give.Do(caller.Actor, caller.CustomerId, user, request, cancel));

    static async Task<IResult> Take(
        ApiCaller caller, Guid user, TakeAccessLevelRequest request, TakeAccessLevel take, CancellationToken cancel) =>
        Problems.Answer(await take.Do(caller.Actor, caller.CustomerId, user, request, cancel));
}
