using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>An account that an administrator may act in.</summary>
/// <param name="Through">The account above it by which; null for an own one.</param>
public sealed record WorkplaceChoice(Guid Id, AccountKind Kind, string Name, string? Through);

/// <summary>
/// Which accounts there are to act in, and which one this browser is in: a cookie names it, each page asks the store whether it may be. A browser tab keeps
/// its own account over reloads (console.js), so that nobody acts in the wrong building because of what was chosen in another tab.
/// </summary>
public static class Workplaces
{
    public const string Cookie = "latchkey-workplace";
    public const string GoPath = "/workplace/go";

    /// <summary>Shown at once; the search finds the others.</summary>
    public const int ListedMax = 50;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(GoPath, Go).RequireAuthorization().ExcludeFromDescription();

    /// <summary>The account this browser asked for last.</summary>
    public static Guid? Wanted(HttpContext? http) => Guid.TryParse(http?.Request.Cookies[Cookie], out var id) ? id : null;

    public static string Href(Guid account, string back = "/") => $"{GoPath}?to={account}&back={Uri.EscapeDataString(back)}";

    // A GET that changes no more than what this browser shows; what may be done there is asked at each act.
    private static RedirectHttpResult Go(HttpContext http, Guid to, string? back)
    {
        http.Response.Cookies.Append(Cookie, to.ToString(), new()
        {
            Path = "/",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(365),
        });
        return TypedResults.LocalRedirect(Preferences.IsLocal(back) ? back! : "/");
    }

    /// <summary>The accounts that the administrator is a member of, the highest first.</summary>
    internal static async Task<List<WorkplaceChoice>> Own(Db db, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var own = await db.Memberships.AsNoTracking().Standing(now).Where(m => m.AdministratorId == actor.Id && m.Account!.DeletedAt == null)
            .Select(m => new { m.AccountId, m.Account!.Kind, m.Account.Name }).Take(ListedMax).ToListAsync(cancel);
        return [.. own.OrderBy(a => a.Kind).ThenBy(a => a.Name, StringComparer.CurrentCulture).Select(a => new WorkplaceChoice(a.AccountId, a.Kind, a.Name, null))];
    }

    /// <summary>The own accounts, then those right below them and below the one acted in, by the beginnings of the words that are sought.</summary>
    /// <param name="at">The account acted in.</param>
    public static async Task<Outcome<IReadOnlyList<WorkplaceChoice>>> List(Store store, Actor actor, Guid at, string? search, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(actor);
        await using var db = store.Open();
        var now = clock.GetUtcNow();
        if (await actor.NameInSession(db, now, cancel) is null)
            return Refusal.SignedOut;
        var own = await Own(db, actor, now, cancel);
        var above = own.ToDictionary(a => a.Id, a => a.Name);
        // The one acted in may be left by its name only: what is below it is asked for again when it is entered.
        if (!above.ContainsKey(at) && await actor.Resolve(db, at, now, cancel) is { Role: not null })
            above[at] = await db.Accounts.Where(a => a.Id == at).Select(a => a.Name).SingleAsync(cancel);
        var below = new List<WorkplaceChoice>();
        foreach (var (parent, name) in above)
        {
            var page = await Listing.Page(
                db, SearchKind.Account, parent, db.Accounts.AsNoTracking().Where(a => a.ParentId == parent), accounts => accounts.Where(a => a.DeletedAt == null), search, null,
                ListedMax, cancel);
            below.AddRange(page.Rows.Where(a => own.TrueForAll(o => o.Id != a.Id)).Select(a => new WorkplaceChoice(a.Id, a.Kind, a.Name, name)));
        }
        var words = SearchWords.Asked(search ?? "");
        return (List<WorkplaceChoice>)[.. own.Where(a => words.All(w => SearchWords.Text(a.Name).Contains($" {w}", StringComparison.Ordinal))), .. below.DistinctBy(b => b.Id)];
    }
}
