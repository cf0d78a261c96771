using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.HttpOverrides;

namespace Latchkey.Server.Hosting;

/// <summary>What every feature stands on: settings, secrets, limits, problems, headers.</summary>
static class HostingSetup
{
    public const int BodyBytesMax = 256 * 1024;
    public const int HeaderBytesMax = 32 * 1024;

    /// <summary>Answers when the process does, with <see cref="AliveAnswer"/>.</summary>
    public const string AlivePath = "/health/alive";

    public const string AliveAnswer = "Healthy";

    public static Settings AddHosting(this WebApplicationBuilder builder)
    {
        var settings = Settings.Read(builder.Configuration);
        builder.Services.AddSingleton(new Tightened(OwnerOnly.Keep(settings.DataFolder)));
        // An unpublished build would compress its assets anew for each request, at level none: phones would load thrice as much.
        if (!builder.Environment.IsDevelopment())
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(Connections.Here);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new Metrics(builder.Configuration));

        var proxy = builder.Configuration["Latchkey:Proxy"] is { Length: > 0 } named ? named : null;
        var certificate = CertificateFiles.From(builder.Configuration);
        Listening.Check(builder.Configuration, proxy is not null, certificate is not null);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            if (certificate is not null)
            {
                var log = kestrel.ApplicationServices.GetRequiredService<ILogger<CertificateFiles>>();
                kestrel.ConfigureHttpsDefaults(https =>
                {
                    // Kestrel wants one at the start; what counts is asked for with each connection.
                    https.ServerCertificate = certificate.Current(log).TargetCertificate;
                    https.OnAuthenticate = (_, tls) => tls.ServerCertificateContext = certificate.Current(log);
                });
            }
            kestrel.AddServerHeader = false;
            var connections = Connections.Here;
            kestrel.Limits.MaxConcurrentConnections = connections.Plain;
            kestrel.Limits.MaxConcurrentUpgradedConnections = connections.Upgraded;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytesMax;
        });
        if (certificate is not null)
            services.AddSingleton(certificate);
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = StatusProblems.Name);
        services.AddExceptionHandler<FaultProblem>();
        // Thrown, so that the handler can name the field that could not be read.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            json.SerializerOptions.Converters.Add(new Moment.Converter());
            json.SerializerOptions.TypeInfoResolver = json.SerializerOptions.TypeInfoResolver!.WithAddedModifier(StrictRequests.Tell);
        });
        services.AddHealthChecks().AddCheck<StoreHealth>("store");
        services.AddOpenApi(ApiDescription.Name, ApiDescription.Describe);
        if (proxy is not null)
            TrustProxy(services, proxy);
        return settings;
    }

    public static void UseHosting(this WebApplication app)
    {
        foreach (var path in app.Services.GetRequiredService<Tightened>().Paths)
            app.Logger.LogWarning("{Path} was open to others; now it is its owner's alone", path);
        if (app.Configuration["Latchkey:Proxy"] is { Length: > 0 })
            app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        // Pages have faces of their own for what is missing; machines get a problem.
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal), api => api.UseStatusCodePages());
    }

    public static void MapHosting(this WebApplication app)
    {
        // Alive says that the process answers, ready that the store does too.
        app.MapHealthChecks(AlivePath, new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        Metrics.Map(app);
        app.MapOpenApi("/api/openapi.json");
    }

    static void TrustProxy(IServiceCollection services, string proxy)
    {
        if (!IPAddress.TryParse(proxy, out var address))
            throw new SettingsFault("Latchkey:Proxy", "must be the IP address of the proxy in front");
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Add(address);
        });
    }

    // Found before there is a log to say it in.
    sealed record Tightened(IReadOnlyList<string> Paths);
}
