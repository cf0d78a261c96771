using Latchkey.Server.Hosting;

namespace Latchkey.Server.Accounts;

/// <summary>The REST routes of API tokens: the same acts as the console's.</summary>
static class ApiTokenRoutes
{
    public static void MapApiTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/api/v1/api-tokens").WithTags("API tokens").RequireAuthorization(AccountsSetup.ApiPolicy);
        tokens.MapGet("/", List).WithSummary("Tokens without their secrets").Produces<ApiTokenListAnswer>().Refuses();
        tokens.MapPost("/", Make).WithSummary("A new token, shown this once").Produces<MakeApiTokenAnswer>().Refuses();
        tokens.MapPost("/{token:guid}/revoke", Revoke).WithSummary("End a token at once").Produces<RevokeApiTokenAnswer>().Refuses();
    }

    static async Task<IResult> List(ApiCaller caller, ListApiTokens list, CancellationToken cancel) =>
        Problems.Answer(await list.Ask(caller.Actor, caller.CustomerId, cancel));

    static async Task<IResult> Make(ApiCaller caller, MakeApiTokenRequest request, MakeApiToken make, CancellationToken cancel) =>
        Problems.Answer(await make.Do(caller.Actor, caller.CustomerId, request, cancel));

    static async Task<IResult> Revoke(ApiCaller caller, Guid token, RevokeApiTokenRequest request, RevokeApiToken revoke, CancellationToken cancel) =>
        Problems.Answer(await revoke.Do(caller.Actor, caller.CustomerId, token, request, cancel));
}
