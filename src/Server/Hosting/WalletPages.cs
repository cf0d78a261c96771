namespace Latchkey.Server.Hosting;

/// <summary>The wallet's page at its bare address, where links and the installed app begin; its other files are static assets.</summary>
static class WalletPages
{
    public static void MapWallet(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/w", GetPage).ExcludeFromDescription().AllowAnonymous();

    // Routing takes /w and /w/ for the same, the browser doesn't: relative addresses and the service worker's scope need the
    // slash. A redirect keeps the fragment, so a code behind it is neither lost nor seen here.
    static IResult GetPage(HttpContext http, IWebHostEnvironment host)
    {
        if (!http.Request.Path.Value!.EndsWith('/'))
            return TypedResults.LocalRedirect("~/w/");
        var page = host.WebRootFileProvider.GetFileInfo("w/index.html");
        if (!page.Exists)
            return TypedResults.NotFound();
        // Asked anew each time: it names the files of the newest build.
        http.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Stream(page.CreateReadStream(), "text/html; charset=utf-8", lastModified: page.LastModified);
    }
}
