namespace Latchkey.Server.Hosting;

static class RefusesExtension
{
    /// <summary>Says in the API's description that any refusal is a problem.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route) =>
        route.ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);
}
