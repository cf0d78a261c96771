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

    /// <summary>The own accounts, then those below them whose name begins with what is sought.</summary>
    public static async Task<Outcome<IReadOnlyList<WorkplaceChoice>>> List(Store store, Actor actor, string? search, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(actor);
        await using var db = store.Open();
        if (await actor.NameInSession(db, clock.GetUtcNow(), cancel) is null)
            return Refusal.SignedOut;
        var own = await Own(db, actor, clock.GetUtcNow(), cancel);
        var sought = Folding.Fold(search ?? "");
        var ids = own.ConvertAll(a => a.Id);
        var distributors = db.Accounts.Where(a => a.DeletedAt == null && ids.Contains(a.ParentId!.Value)).Select(a => a.Id);
        var below = await db.Accounts.AsNoTracking()
            .Where(a => a.DeletedAt == null && !ids.Contains(a.Id) && (ids.Contains(a.ParentId!.Value) || distributors.Contains(a.ParentId!.Value)))
            .Where(a => a.SortName.CompareTo(sought) >= 0 && a.SortName.CompareTo(sought + "\uffff") < 0)
            .OrderBy(a => a.SortName).ThenBy(a => a.Id).Take(ListedMax)
            .Select(a => new WorkplaceChoice(a.Id, a.Kind, a.Name, db.Accounts.Where(p => p.Id == a.ParentId).Select(p => p.Name).Single()))
            .ToListAsync(cancel);
        return (List<WorkplaceChoice>)[.. own.Where(a => Folding.Fold(a.Name).StartsWith(sought, StringComparison.Ordinal)), .. below];
    }
}
