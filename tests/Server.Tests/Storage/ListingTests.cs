using System.Globalization;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Storage;

/// <summary>Lists by name and searches by word, compared with a plain look at every row.</summary>
public class ListingTests(Houses houses)
{
    static readonly string[] First = ["Jana", "Jan", "Žofie", "Ångström", "Zoë", "Øyvind", "Łukasz", "François", "Jánoš", "Ján"];
    static readonly string[] Last = ["Nováková", "Novák", "O'Brien", "Straßer", "Nový", "Smith-Jones", "van der Berg", "Čapek"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Words_are_runs_of_letters_and_digits_folded_each_once()
    {
        Assert.Equal(" jana novakova n alfa example 420 777 ", SearchWords.Text("Jana NOVÁKOVÁ", "jana.n@alfa.example", null, "+420 777"));
        Assert.Equal(" strasser oyvind lukasz ", SearchWords.Text("Straßer", "Øyvind Łukasz"));
        Assert.Equal(["novak", "jana"], SearchWords.Asked(" Nov  novák-jan, jana "));
        Assert.Equal(SearchWords.AskedMax, SearchWords.Asked("a1 b1 c1 d1 e1 f1 g1 h1 i1 j1").Count);
        Assert.Empty(SearchWords.Asked("%_\\ '"));
        Assert.Empty(SearchWords.Asked("jana\0"));
        Assert.Empty(SearchWords.Asked("jana \ud800"));
        Assert.Equal([new string('x', SearchWords.WordCharsMax)], SearchWords.Asked(new string('x', 500)));
        Assert.Equal([new string('x', SearchWords.WordCharsMax - 1)], SearchWords.Asked(new string('x', SearchWords.WordCharsMax - 1) + "😀"));
    }

    [Theory, BothEngines]
    public async Task A_rename_moves_the_words_and_leaves_those_of_others(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var (jana, other) = (await site.Issue(), await site.Issue());
        await site.House.Store.Write(
            async db =>
            {
                var user = await db.Users.SingleAsync(u => u.CustomerId == site.Id && u.Id == jana.UserId, Cancel);
                user.Change("Eva Čápová", null, "cs");
                await db.SaveChangesAsync(Cancel);
                user.Change("Jana Čápová", null, "cs");
                await db.SaveChangesAsync(Cancel);
                user.Change("Eva Čápová", null, "cs");
            },
            Cancel);
        foreach (var id in new[] { jana.UserId, other.UserId })
        {
            var text = await site.Read(db => db.Users.Where(u => u.CustomerId == site.Id && u.Id == id).Select(u => u.SearchText).SingleAsync(Cancel));
            var words = await site.Read(db => db.SearchWords.Where(w => w.AccountId == site.Id && w.SubjectId == id).Select(w => w.Word).ToListAsync(Cancel));
            Assert.Equal(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), words.Order(StringComparer.Ordinal));
        }
    }

    [Theory, BothEngines]
    public async Task Customers_are_found_in_the_account_above_by_name_and_system_id(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (site, stranger) = (await house.NewSite("Břevnov Towers"), await house.NewSite("Břevnov Towers"));
        async Task<Guid[]> Find(string search) => await site.Read(async db => (await Listing.Page(
            db, SearchKind.Account, site.DistributorId, db.Accounts.AsNoTracking().Where(a => a.ParentId == site.DistributorId), all => all, search, null, 50, Cancel))
            .Rows.Select(a => a.Id).ToArray());
        foreach (var search in new[] { "", "brev", "TOW bř", Site.SystemIdText.ToLowerInvariant() })
            Assert.Equal([site.Id], await Find(search));
        Assert.Empty(await Find("brevnov x"));
        Assert.DoesNotContain(stranger.Id, await Find("brevnov"));
    }

    [Theory, BothEngines]
    public async Task Every_page_of_every_search_shows_each_that_fits_once(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var users = Enumerable.Range(1, 2_600).Select(n => Make(site.Id, n)).ToList();
        await site.House.Store.Write(
            db =>
            {
                db.Users.AddRange(users);
                return Task.CompletedTask;
            },
            Cancel);
        foreach (var (filter, shown) in new (Func<IQueryable<User>, IQueryable<User>>, Func<User, bool>)[]
        {
            (all => all, _ => true),
            (all => all.Where(u => u.State == UserState.Suspended), u => u.State == UserState.Suspended),
        })
        foreach (var search in new[] { "", "j", "1", "jan", "nov jan", "novakova 25", "alfa j s", "zofie alfa o", "nobody", "berg v", "jana.novakova7@alfa.example", "%", "0x1f" })
        {
            var words = SearchWords.Asked(search);
            var fit = users.Where(u => shown(u) && (search.Length == 0 || words.Count > 0)
                && words.All(w => u.SearchText.Contains(" " + w, StringComparison.Ordinal))).Select(u => u.Id).Order().ToList();
            var found = new List<User>();
            ListCursor? after = null;
            do
            {
                var page = await site.Read(db => Listing.Page(
                    db, SearchKind.User, site.Id, db.Users.AsNoTracking().Where(u => u.CustomerId == site.Id), filter, search, after, 300, Cancel));
                found.AddRange(page.Rows);
                Assert.True(page.Next is null || page.Next != after, search);
                after = page.Next is null ? null : ListCursor.TryRead(page.Next.ToString(), out var read) ? read : throw new InvalidOperationException(search);
                Assert.True(page.Rows.Count <= 300);
            }
            while (after is not null);
            Assert.True(fit.SequenceEqual(found.Select(u => u.Id).Order()), $"'{search}': {fit.Count} fit, {found.Count} found.");
            // Few are in order of their names; of a search without a rare word the order is the words'.
            if (words.Count > 0 && words.Min(w => users.Count(u => u.SearchText.Contains(" " + w, StringComparison.Ordinal))) <= Listing.SortedMax)
                Assert.Equal(found.Select(u => u.SortName).Order(StringComparer.Ordinal), found.Select(u => u.SortName));
        }
    }

    [Fact]
    public void Counts_end_somewhere_and_say_so()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-GB");
        Assert.Equal("9,999", new Counted(9_999).ToString());
        Assert.Equal("10,000+", new Counted(10_000, OrMore: true).ToString());
    }

    static User Make(Guid customer, int n)
    {
        var (name, email) = ($"{First[n % First.Length]} {Last[n / 3 % Last.Length]}", n % 2 == 0 ? $"jana.novakova{n}@alfa.example" : null);
        return new()
        {
            CustomerId = customer,
            Id = Guid.NewGuid(),
            Number = n + 10_000,
            Name = name,
            Email = email,
            SortName = Folding.Fold(name),
            SearchText = User.Words(name, email, n + 10_000),
            Language = "en",
            CreatedAt = DateTimeOffset.UnixEpoch,
            State = n % 500 == 0 ? UserState.Suspended : UserState.Active,
        };
    }
}
