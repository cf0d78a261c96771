using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using Latchkey.Server.Accounts;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Latchkey.Server.Tests.Setting;

/// <summary>The whole server as it starts in production, on one of the two engines, with a clock that tests move.</summary>
public sealed class House : WebApplicationFactory<Program>
{
    static readonly DateTimeOffset Opening = new(2026, 11, 23, 14, 5, 0, TimeSpan.Zero);

    /// <summary>Tests come from addresses of their own, so that the throttle of one does not slow another.</summary>
    internal const string AddressHeader = "X-Test-Address";

    static int addresses;

    readonly string folder;
    readonly string? postgres;
    readonly bool isReplica;
    readonly IReadOnlyDictionary<string, string?> settings;

    internal House(string? postgres, IReadOnlyDictionary<string, string?>? settings = null)
    {
        (this.postgres, this.settings) = (postgres, settings ?? new Dictionary<string, string?>());
        folder = Directory.CreateTempSubdirectory("latchkey-server-").FullName;
    }

    // A replica has the store and the master key of the first server, and a memory of its own.
    House(House first) => (postgres, folder, settings, isReplica) = (first.postgres, first.folder, first.settings, true);

    /// <summary>What a process of its own needs to go on where this server was: its settings, as environment.</summary>
    internal Dictionary<string, string?> Environment => new() { ["Latchkey__Data"] = folder, ["Latchkey__Database"] = postgres };

    /// <summary>The folder outlives this server; whoever sets it deletes it.</summary>
    internal bool KeepsFolder { get; set; }

    /// <summary>Another replica of this server; they share PostgreSQL.</summary>
    internal House Replica() => new(this);

    /// <summary>The database as <c>latchkey verify --database</c> takes it.</summary>
    internal string Database => postgres ?? Path.Combine(folder, Latchkey.Server.Hosting.Settings.DatabaseName);

    /// <summary>Everything that was logged, at every level.</summary>
    public ConcurrentQueue<string> Logged { get; } = new();

    public FakeTimeProvider Time { get; } = new(Opening);

    /// <summary>Time passes and wakes no timer: a year has six million wakings of what looks each five seconds.</summary>
    public void Leap(TimeSpan time) => Time.AdjustTime(Time.GetUtcNow() + time);

    public Store Store => Services.GetRequiredService<Store>();

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("Latchkey:Data", folder);
        builder.UseSetting("Latchkey:Origin", "http://localhost:5500");
        builder.UseSetting("Latchkey:Mailbox", "true");
        if (postgres is not null)
            builder.UseSetting("Latchkey:Database", postgres);
        foreach (var (name, value) in settings)
            builder.UseSetting(name, value);
        builder.ConfigureLogging(log => log.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddFilter(null, LogLevel.Trace)
            .AddProvider(new LogKeeper(Logged)));
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            services.AddSingleton<IStartupFilter, Addresses>();
        });
    }

    /// <summary>A client with an address of its own, and with patience: how fast an answer is, is not for tests to say.</summary>
    public HttpClient NewClient()
    {
        var client = CreateClient(new() { AllowAutoRedirect = false });
        client.Timeout = TimeSpan.FromMinutes(5);
        client.DefaultRequestHeaders.Add(AddressHeader, NextAddress());
        return client;
    }

    /// <param name="address">Where the connection comes from; absent is one of its own.</param>
    public async Task<WebSocket> Connect(string path, string subprotocol, string? address = null)
    {
        var client = Server.CreateWebSocketClient();
        client.ConfigureRequest = request => request.Headers[AddressHeader] = address ?? NextAddress();
        client.SubProtocols.Add(subprotocol);
        return await client.ConnectAsync(new Uri(Server.BaseAddress, path), CancellationToken.None);
    }

    /// <summary>A new customer with an owner and a bearer token; no other test knows of it.</summary>
    public async Task<Site> NewSite(string name = "Alfa Reality")
    {
        var now = Time.GetUtcNow();
        var open = Get<OpenAccount>();
        Customer customer = null!;
        Administrator owner = null!;
        Session session = null!;
        await Store.Write(
            db =>
            {
                var house = OpenAccount.Place(db, AccountKind.Operator, null, "Operator", now);
                var distributor = OpenAccount.Distributor(db, house.Id, "Nordic Secure", now, creditsCounted: false);
                customer = open.Customer(db, distributor.AccountId, name, Site.SystemIdText, Site.SystemKeyText, isDemo: false, now);
                owner = OpenAccount.Administrator(
                    db, customer.AccountId, Role.Owner, "Marie Kovářová", $"{Guid.NewGuid():N}@alfa.example", Site.Password, now);
                session = Session.Begin(owner.Id, now);
                db.Sessions.Add(session);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        var actor = new Actor(ActorKind.Administrator, owner.Id, owner.SecurityStamp!) { Session = session.Id };
        var token = await Get<MakeApiToken>().Do(
            actor, customer.AccountId, new(Guid.NewGuid(), "tests", Role.Owner), CancellationToken.None);
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token.Value!.Token);
        return new(this, customer.AccountId, actor, client) { DistributorId = customer.Account!.ParentId!.Value, Token = token.Value.Token, Email = owner.Email! };
    }

    static string NextAddress()
    {
        var number = Interlocked.Increment(ref addresses);
        return $"10.{number / 65536 % 256}.{number / 256 % 256}.{number % 256}";
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (!isReplica && !KeepsFolder)
            Directory.Delete(folder, recursive: true);
    }

    sealed class Addresses : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, then) =>
            {
                if (http.Request.Headers.TryGetValue(AddressHeader, out var address))
                    http.Connection.RemoteIpAddress = IPAddress.Parse(address.ToString());
                return then(http);
            });
            next(app);
        };
    }
}
