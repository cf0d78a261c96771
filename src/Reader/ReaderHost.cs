using System.Net;
using Latchkey.Reader.Page;
using Latchkey.Reader.Transports;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Latchkey.Reader;

/// <summary>Puts the web side around a core: the local page, and the virtual radio if asked for, on one port. As little of the web server as that takes.</summary>
public sealed class ReaderHost : IAsyncDisposable
{
    /// <summary>Radios, pages and a few to spare; far below the limit of open files, past which a process dies.</summary>
    private const int ConnectionsMax = 64;

    private static readonly TimeSpan FarewellTime = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication app;

    private ReaderHost(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    /// <param name="name">Another name the local page is called by; null for none.</param>
    /// <param name="radio">Serve the virtual radio too. Who reaches the port then counts as standing at the door, so it is for demo and tests.</param>
    /// <exception cref="SetupException">The port is taken, or not to be had.</exception>
    public static async Task<ReaderHost> Start(ReaderCore core, IPEndPoint listen, string? name = null, bool radio = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxConcurrentUpgradedConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 1024;
            kestrel.Listen(listen, port => port.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var viewers = new Viewers();
        var page = new LocalPage(core, viewers, name);
        core.Door.Changed += viewers.Tell;
        core.Link.Changed += viewers.Tell;
        core.Log.Appended += viewers.Tell;
        core.Rules.Changed += viewers.Tell;
        if (radio)
            app.UseWebSockets();
        app.Run(context => radio && context.Request.Path == VirtualRadio.Path ? VirtualRadio.Serve(context, core.Phones) : page.Serve(context));
        try
        {
            await app.StartAsync();
        }
        catch (IOException fault)
        {
            await app.DisposeAsync();
            throw new SetupException($"Cannot listen on {listen}: {fault.Message}");
        }

        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        if (radio)
            core.RadioAddress = new UriBuilder(address) { Scheme = "ws", Path = VirtualRadio.Path }.Uri.ToString();
        return new(app, address);
    }

    /// <summary>Phones and pages keep their connections open for ever: they get a moment, then they are cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var moment = new CancellationTokenSource(FarewellTime))
            await app.StopAsync(moment.Token);
        await app.DisposeAsync();
    }
}
