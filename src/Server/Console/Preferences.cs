using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;

namespace Latchkey.Server.Console;

/// <summary>Colours and language of this browser, kept in cookies so that the first paint is right, before anybody signs in too.</summary>
public static class Preferences
{
    public const string ColoursCookie = "latchkey-colours";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(365);
    private static readonly string[] Colours = ["light", "dark", "system"];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/preferences", Set).AllowAnonymous().ExcludeFromDescription();

    /// <summary>The colours this browser chose, or null for those of the system.</summary>
    public static string? ColoursOf(HttpContext? http) =>
        http?.Request.Cookies[ColoursCookie] is "light" or "dark" ? http.Request.Cookies[ColoursCookie] : null;

    // A GET that changes no more than this browser's own looks; the way back stays within the site.
    internal static RedirectHttpResult Set(HttpContext http, string? colours, string? language, string? back)
    {
        if (Colours.Contains(colours))
            http.Response.Cookies.Append(ColoursCookie, colours!, Options(http));
        if (ConsoleLanguages.Speaks(language))
            http.Response.Cookies.Append(CookieRequestCultureProvider.DefaultCookieName, CookieOf(language!), Options(http));
        return TypedResults.LocalRedirect(IsLocal(back) ? back! : "/");
    }

    private static string CookieOf(string language)
    {
        var culture = ConsoleLanguages.Culture(language);
        return CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture, culture));
    }

    private static CookieOptions Options(HttpContext http) => new()
    {
        MaxAge = Kept,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = http.Request.IsHttps,
        IsEssential = true,
    };

    // "//host" and "/\host" are addresses of other sites in a browser's eyes.
    public static bool IsLocal(string? back) =>
        back is ['/', ..] && !back.StartsWith("//", StringComparison.Ordinal) && !back.StartsWith("/\\", StringComparison.Ordinal)
        && !back.Any(char.IsControl);
}
