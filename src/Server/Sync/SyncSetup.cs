using Latchkey.Protocol.Link;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Sync;

static class SyncSetup
{
    public static void AddSync(this IServiceCollection services)
    {
        services.AddSingleton<Hints>();
        services.AddHostedService<HintRelay>();
        services.AddSingleton<Links>();
        services.AddSingleton<LinkAddress>();
        services.AddSingleton<SiteFeedTools>();
        services.AddSingleton<SiteFeeds>();
        services.AddHostedService(s => s.GetRequiredService<SiteFeeds>());
        services.AddSingleton<ReaderContact>();
        services.AddSingleton<ReaderLink>();
        services.AddSingleton<Commands>();
    }

    public static void MapSync(this WebApplication app)
    {
        var links = app.Services.GetRequiredService<Links>();
        app.Services.GetRequiredService<Metrics>().Gauge("latchkey.readers.linked", () => links.Count, "Readers that hold their link to this server");
        app.UseWebSockets();
        app.MapGet(LinkAddress.Path, Link).ExcludeFromDescription();
    }

    static async Task Link(HttpContext http, ReaderLink link, IHostApplicationLifetime lifetime)
    {
        if (!http.WebSockets.IsWebSocketRequest || !http.WebSockets.WebSocketRequestedProtocols.Contains(LinkFrame.Subprotocol))
        {
            await TypedResults.Problem(Problems.Details(
                new(Refusal.BodyMalformed, Detail: $"This is a WebSocket of the subprotocol {LinkFrame.Subprotocol}."))).ExecuteAsync(http);
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { SubProtocol = LinkFrame.Subprotocol, DangerousEnableCompression = false });
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        await link.Serve(socket, Throttle.Network(http.Connection.RemoteIpAddress), either.Token);
    }
}
