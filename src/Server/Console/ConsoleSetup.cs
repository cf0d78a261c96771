using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Localization;
using MudBlazor.Services;
using MudBlazor;

namespace Latchkey.Server.Console;

/// <summary>The console's place in the server: Blazor, its languages, its pages.</summary>
public static class ConsoleSetup
{
    public static void AddConsole(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddMudServices(library =>
        {
            library.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter;
            library.SnackbarConfiguration.VisibleStateDuration = (int)Undo.Time.TotalMilliseconds;
            library.SnackbarConfiguration.ShowTransitionDuration = 180;
            library.SnackbarConfiguration.HideTransitionDuration = 120;
            library.SnackbarConfiguration.ShowCloseIcon = false;
            library.SnackbarConfiguration.PreventDuplicates = false;
        });
        builder.Services.AddTransient<MudLocalizer, LibraryTexts>();
        builder.Services.AddLocalization();
        builder.Services.AddScoped<Moments>();
        builder.Services.AddScoped<Workplace>();
        builder.Services.AddScoped<Watches>();
        builder.Services.AddScoped<Pulse>();
        builder.Services.AddScoped<Issuing>();
        builder.Services.AddScoped<Pages.NewCustomerDrafts>();
        builder.Services.AddCascadingAuthenticationState();
        builder.Services.Configure<RequestLocalizationOptions>(options =>
        {
            var cultures = ConsoleLanguages.All.Select(l => ConsoleLanguages.Culture(l.Code)).ToList();
            options.SupportedCultures = cultures;
            options.SupportedUICultures = cultures;
            options.DefaultRequestCulture = new RequestCulture(ConsoleLanguages.Culture(ConsoleLanguages.Default));
            options.FallBackToParentCultures = options.FallBackToParentUICultures = true;
        });
    }

    // Machines and the wallet have answers of their own.
    private static readonly string[] Others = ["/api", "/health", Hosting.Metrics.Path, "/w", "/_framework", "/_content", CircuitGate.Path];

    private static bool IsPage(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) && !Path.HasExtension(http.Request.Path) && !Others.Any(other => http.Request.Path.StartsWithSegments(other, StringComparison.Ordinal));

    /// <summary>What is missing has a page: the answer keeps its status and its address, the router draws the rest.</summary>
    public static void UseConsole(this WebApplication app)
    {
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use((http, next) =>
        {
            if (!IsPage(http) && http.Features.Get<IStatusCodePagesFeature>() is { } pages)
                pages.Enabled = false;
            return next(http);
        });
    }

    public static void MapConsole(this WebApplication app)
    {
        app.UseRequestLocalization();
        app.UseMiddleware<CircuitGate>();
        Preferences.Map(app);
        AuditExport.Map(app);
        Workplaces.Map(app);
        BillingExport.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        // Another method on a known address stays what it is, a method that is not allowed.
        app.MapGet("{*path:nonfile}", TypedResults.NotFound).WithOrder(int.MaxValue).ExcludeFromDescription();
    }
}
