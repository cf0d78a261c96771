using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Activation;

/// <summary>The wallet's calls: cookieless and open to every origin, because whatever proves anything is signed inside.</summary>
static class WalletRoutes
{
    public const string Cors = "wallet";

    public static void AddActivation(this IServiceCollection services)
    {
        services.AddSingleton<CodeLookup>();
        services.AddSingleton<Grants>();
        services.AddSingleton<GrantQueue>();
        services.AddHostedService(s => s.GetRequiredService<GrantQueue>());
        services.AddSingleton<Look>();
        services.AddSingleton<Activate>();
        services.AddSingleton<Renew>();
        services.AddSingleton<Challenges>();
        services.AddSingleton<AskForNewCode>();
        services.AddSingleton<RemotePresentation>();
        services.AddCors(cors => cors.AddPolicy(
            Cors, policy => policy.AllowAnyOrigin().WithMethods("POST").WithHeaders("content-type").SetPreflightMaxAge(TimeSpan.FromHours(2))));
    }

    public static void MapActivation(this IEndpointRouteBuilder routes)
    {
        var wallet = routes.MapGroup("/api/v1/wallet").WithTags("Wallet").RequireCors(Cors).AllowAnonymous();
        wallet.MapPost("/look", PostLook).WithSummary("What a code stands for; spends nothing").Produces<LookAnswer>().Refuses();
        wallet.MapPost("/activate", PostActivate).WithSummary("Redeem a code").Produces<Grant>().Refuses();
        wallet.MapPost("/renew", PostRenew).WithSummary("A fresh document").Produces<Grant>().Refuses();
        wallet.MapPost("/challenge", PostChallenge).WithSummary("A nonce for a remote presentation").Produces<ChallengeAnswer>().Refuses();
        wallet.MapPost("/ask", PostAsk).WithSummary("Ask the administrators for a new code").Produces(StatusCodes.Status202Accepted).Refuses();
        wallet.MapPost("/open", PostOpen).WithSummary("Present at a reader over the network").Produces<OpenAnswer>().Refuses();
    }

    static async Task<IResult> PostAsk(CodeRequest request, AskForNewCode ask, HttpContext http, CancellationToken cancel) =>
        Problems.Answer(await ask.Do(request, Network(http), cancel), _ => TypedResults.Accepted((string?)null));

    static async Task<IResult> PostLook(CodeRequest request, Look look, HttpContext http, CancellationToken cancel) =>
        Problems.Answer(await look.Do(request, Network(http), cancel));

    static async Task<IResult> PostActivate(ProofRequest request, Activate activate, HttpContext http, CancellationToken cancel) =>
        Problems.Answer(await activate.Do(request, Network(http), cancel));

    static async Task<IResult> PostRenew(ProofRequest request, Renew renew, HttpContext http, CancellationToken cancel) =>
        Problems.Answer(await renew.Do(request, Network(http), cancel));

    static async Task<IResult> PostChallenge(ChallengeRequest request, Challenges challenges, CancellationToken cancel) =>
        Problems.Answer(await challenges.Make(request, cancel));

    static async Task<IResult> PostOpen(OpenRequest request, RemotePresentation remote, HttpContext http, CancellationToken cancel) =>
        Problems.Answer(await remote.Do(request, Network(http), cancel));

    static string Network(HttpContext http) => Throttle.Network(http.Connection.RemoteIpAddress);
}
