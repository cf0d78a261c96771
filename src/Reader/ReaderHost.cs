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

    /// <summary>Where the local page is, as others call it where a name was given.</summary>
    public Uri Address { get; }

    /// <param name="name">Another name that page and radio are called by, from other machines; null for none.</param>
    /// <param name="radio">Serve the virtual radio too. Who reaches the port then counts as standing at the door, so it is for demo and tests.</param>
    /// <param name="complain">For the reader's own output.</param>
    /// <exception cref="SetupException">The port is taken, or not to be had.</exception>
    public static async Task<ReaderHost> Start(ReaderCore core, IPEndPoint listen, string? name = null, bool radio = false, Action<string>? complain = null)
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

        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        // "Every address" is none to go to: from this machine it is loopback, and from elsewhere a name that only the installer knows.
        var isEvery = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any);
        var address = new UriBuilder(bound) { Host = name ?? (isEvery ? "localhost" : bound.Host) }.Uri;
        core.HasRadio = radio;
        if (radio && (name is not null || !isEvery))
            core.RadioAddress = new UriBuilder(address) { Scheme = "ws", Path = VirtualRadio.Path }.Uri.ToString();
        else if (radio)
            complain?.Invoke($"Wallets are not told of the radio: --listen {listen} is every address of this machine. Add --host NAME, by which phones reach it.");
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
