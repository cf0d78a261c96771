using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Authentication;

namespace Latchkey.Server.Console;

/// <summary>
/// The way to a console circuit: for a session that stands alone, and so many at once, so that neither strangers nor a network full of open pages
/// take the places of the readers. 401 without such a session, 503 without a place.
/// </summary>
sealed class CircuitGate(RequestDelegate next, Store store, TimeProvider time, Connections connections)
{
    public const string Path = "/_blazor";
    public const int RetryAfterSeconds = 10;

    /// <summary>A page notices by itself that its session has ended; after this time its connection is cut.</summary>
    public static readonly TimeSpan FarewellTime = TimeSpan.FromMinutes(1);

    readonly Places places = new(connections.CircuitsMax, Connections.CircuitsPerNetworkMax);

    public async Task InvokeAsync(HttpContext http)
    {
        // A page that is left takes its circuit along, signed in or not: it names it by a secret, and holds nothing.
        if (!http.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal, out var rest) || rest == "/disconnect")
        {
            await next(http);
            return;
        }
        if (!await Stands(http))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }
        using var place = places.TryTake(Throttle.Network(http.Connection.RemoteIpAddress));
        if (place is null)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return;
        }
        using var end = new CancellationTokenSource(await Left(http) + FarewellTime, time);
        await using var cut = end.Token.Register(http.Abort);
        await next(http);
    }

    async Task<bool> Stands(HttpContext http)
    {
        var actor = Actor.From(http.User);
        if (actor == Actor.Nobody)
            return false;
        await using var db = store.Open();
        return await actor.NameInSession(db, time.GetUtcNow(), http.RequestAborted) is not null;
    }

    // Of the session, as its cookie says: both end at the same moment.
    async Task<TimeSpan> Left(HttpContext http)
    {
        var left = (await http.AuthenticateAsync()).Properties?.ExpiresUtc - time.GetUtcNow();
        return left > TimeSpan.Zero ? left.Value : TimeSpan.Zero;
    }
}
