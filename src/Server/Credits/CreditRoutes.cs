using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Credits;

/// <summary>What the customer of a token holds, and the newest lines of its statement.</summary>
/// <param name="Counted">Whether mobile keys take credits.</param>
/// <param name="Available">Paid credits left.</param>
/// <param name="Trial">Credits for nothing left, used first.</param>
/// <param name="Used">What mobile keys have taken and not given back.</param>
/// <param name="Lines">The newest first.</param>
/// <param name="Next">For <c>after</c> of the next page; absent at the end.</param>
public sealed record CreditsAnswer(bool Counted, long Available, long Trial, long Used, IReadOnlyList<CreditLine> Lines, long? Next);

static class CreditRoutes
{
    const int LinesUsual = 50;

    public static void MapCredits(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api/v1/credits").WithTags("Credits").RequireAuthorization(AccountsSetup.ApiPolicy)
            .MapGet("/", Read).WithSummary("Credits left, and how it came to that").Produces<CreditsAnswer>().Refuses();

    static async Task<IResult> Read(ApiCaller caller, CreditStatement statement, long? after, int? limit, CancellationToken cancel)
    {
        var standing = await statement.Standing(caller.Actor, caller.CustomerId, cancel);
        if (!standing.Done)
            return Problems.Answer(standing);
        var page = await statement.Page(caller.Actor, caller.CustomerId, null, after, limit ?? LinesUsual, cancel);
        return Problems.Answer(page, p => TypedResults.Ok(new CreditsAnswer(
            standing.Value.Counted, standing.Value.Available, standing.Value.Trial, standing.Value.Used, p.Lines, p.Next)));
    }
}
