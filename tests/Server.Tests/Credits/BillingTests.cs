using System.Globalization;
using System.Net;
using System.Security.Claims;
using Latchkey.Server.Accounts;
using Latchkey.Server.Console;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>What the billing pages, their export and the API show.</summary>
public class BillingTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The manual's own example, both sides of it: 75 are left at the distributor, 17 + 3 at the customer.</summary>
    static async Task<Business> Story(House house)
    {
        var business = await Business.Open(house);
        await business.Sell(100);
        await business.Trial();
        await business.Transfer(20);
        await business.Refund(1);
        var keys = new List<NewCodeAnswer>();
        for (var i = 1; i <= 4; i++)
            keys.Add(await business.Site.Issue(new { id = Guid.NewGuid(), name = $"User {i}", notify = false }));
        await business.Site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{keys[1].MobileKeyId}/withdraw", new { id = Guid.NewGuid() });
        return business;
    }

    static async Task<List<CreditLine>> Lines(Business business, Actor actor, Guid account, string? search = null)
    {
        var statement = business.House.Get<CreditStatement>();
        var level = (await statement.Standing(actor, account, Cancel)).Value!.Level;
        var texts = business.House.Get<IStringLocalizer<Texts>>();
        return [.. (await statement.Page(actor, account, texts.Sought(level, search), null, CreditStatement.PageLinesMax, Cancel)).Value!.Lines];
    }

    static string[] Said(Business business, AccountKind level, IEnumerable<CreditLine> lines)
    {
        CultureInfo.CurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en");
        var texts = business.House.Get<IStringLocalizer<Texts>>();
        return [.. lines.Select(l => $"{texts.TypeOf(l.Type)} | {BillingWords.Signed(l.Amount)} | {texts.AboutOf(level, l)} | {(l.IsTrial ? "trial " : "")}{l.BalanceAfter} | {texts.StatusOf(l.Status)}")];
    }

    [Theory, BothEngines]
    public async Task Both_sides_read_the_manuals_types_signs_and_statuses(Engine engine)
    {
        var business = await Story(await houses.Shared(engine));
        Assert.Equal(
            [
                "Refunding | +1 | Credit refunded from Alfa Reality | 81 | Refunded",
                "Transfer | −20 | Credit transferred to Alfa Reality | 80 | Paid",
                "Trial credit | −5 | Trial credit for Alfa Reality, free of charge | trial  | Paid",
                "Purchase credit | +100 | Credit bought from Operator | 100 | Paid",
            ],
            Said(business, AccountKind.Distributor, await Lines(business, business.Distributor, business.DistributorId)));
        Assert.Equal(
            [
                "Refunding | +1 | Identifier User ID: 2, invitation not used | trial 2 | Refunded",
                "Purchase | −1 | Identifier User ID: 4 | trial 1 | Paid",
                "Purchase | −1 | Identifier User ID: 3 | trial 2 | Paid",
                "Purchase | −1 | Identifier User ID: 2 | trial 3 | Paid",
                "Purchase | −1 | Identifier User ID: 1 | trial 4 | Paid",
                "Refunding | −1 | Credit refunded | 19 | Refunded",
                "Adding | +20 | Credit added | 20 | Paid",
                "Adding | +5 | Trial credit added, free of charge | trial 5 | Paid",
            ],
            Said(business, AccountKind.Customer, await Lines(business, business.Site.Owner, business.CustomerId)));
        Assert.Equal(
            ["Sale | +100 | Credit sold to Nordic Secure | 100 | Paid"],
            Said(business, AccountKind.Operator, await Lines(business, business.Operator, business.OperatorId)));

        var standing = (await business.House.Get<CreditStatement>().Standing(business.Site.Owner, business.CustomerId, Cancel)).Value!;
        Assert.Equal((19L, 2L, 3L, 21L, "Nordic Secure", false), (standing.Available, standing.Trial, standing.Used, standing.EnoughFor, standing.From, standing.IsLow));
        Assert.Equal("19 + 2 (trial)", business.House.Get<IStringLocalizer<Texts>>().Left(standing));
    }

    [Theory, BothEngines]
    public async Task The_search_finds_names_numbers_and_types_in_the_readers_language(Engine engine)
    {
        var business = await Story(await houses.Shared(engine));
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
        Assert.Equal(2, (await Lines(business, business.Site.Owner, business.CustomerId, "2")).Count);
        Assert.Equal(2, (await Lines(business, business.Site.Owner, business.CustomerId, "refund")).Count);
        Assert.Single(await Lines(business, business.Site.Owner, business.CustomerId, "purchase 3"));
        Assert.Equal(3, (await Lines(business, business.Distributor, business.DistributorId, "ALFA real")).Count);
        Assert.Single(await Lines(business, business.Distributor, business.DistributorId, "alfa refunded"));
        Assert.Empty(await Lines(business, business.Distributor, business.DistributorId, "alfa\0"));
        Assert.Empty(await Lines(business, business.Distributor, business.DistributorId, "%"));
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("cs");
        Assert.Single(await Lines(business, business.Distributor, business.DistributorId, "převod"));
        Assert.Single(await Lines(business, business.Distributor, business.DistributorId, "prevod"));
        Assert.Empty(await Lines(business, business.Distributor, business.DistributorId, "transfer"));
    }

    [Theory, BothEngines]
    public async Task Pages_follow_one_another_without_gap_or_double(Engine engine)
    {
        var business = await Story(await houses.Shared(engine));
        var statement = business.House.Get<CreditStatement>();
        var all = await Lines(business, business.Site.Owner, business.CustomerId);
        var read = new List<CreditLine>();
        long? after = null;
        do
        {
            var page = (await statement.Page(business.Site.Owner, business.CustomerId, null, after, 3, Cancel)).Value!;
            Assert.InRange(page.Lines.Count, 1, 3);
            read.AddRange(page.Lines);
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(all, read);
        foreach (var wrong in new[] { 0, -1, CreditStatement.PageLinesMax + 1 })
            Assert.Equal(Refusal.SettingOutOfRange, (await statement.Page(business.Site.Owner, business.CustomerId, null, null, wrong, Cancel)).Refused!.Refusal);
    }

    [Theory, BothEngines]
    public async Task Nobody_reads_the_books_of_another_and_the_one_above_reads_those_below(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (business, other) = (await Business.Open(house), await Business.Open(house));
        var (statement, sales, low, ledger) = (house.Get<CreditStatement>(), house.Get<CreditSales>(), house.Get<LowCredits>(), house.Get<Reconcile>());
        foreach (var actor in new[] { other.Operator, other.Distributor, other.Site.Owner, business.Site.Owner })
        {
            Assert.Equal(Refusal.NotFound, (await statement.Standing(actor, business.DistributorId, Cancel)).Refused!.Refusal);
            Assert.Equal(Refusal.NotFound, (await statement.Page(actor, business.DistributorId, null, null, 50, Cancel)).Refused!.Refusal);
            Assert.Equal(Refusal.NotFound, (await statement.Below(actor, business.DistributorId, business.CustomerId, Cancel)).Refused!.Refusal);
            Assert.Equal(Refusal.NotFound, (await low.Ask(actor, business.DistributorId, Cancel)).Refused!.Refusal);
            Assert.Equal(Refusal.NotFound, (await sales.Page(actor, business.OperatorId, null, Cancel)).Refused!.Refusal);
            Assert.Equal(Refusal.NotFound, (await ledger.Ask(actor, business.OperatorId, Cancel)).Refused!.Refusal);
        }
        Assert.Equal(Refusal.NotFound, (await statement.Standing(other.Site.Owner, business.CustomerId, Cancel)).Refused!.Refusal);
        Assert.Equal(Refusal.NotFound, (await statement.Below(business.Distributor, business.DistributorId, other.CustomerId, Cancel)).Refused!.Refusal);
        Assert.Equal(Refusal.NotFound, (await ledger.Ask(business.Distributor, business.OperatorId, Cancel)).Refused!.Refusal);
        foreach (var (actor, account) in new[] { (business.Operator, business.DistributorId), (business.Distributor, business.CustomerId), (business.Site.Owner, business.CustomerId) })
            Assert.True((await statement.Page(actor, account, null, null, 50, Cancel)).Done);
        Assert.True((await ledger.Ask(business.Operator, business.OperatorId, Cancel)).Value!.IsWhole);
    }

    [Theory, BothEngines]
    public async Task The_operator_sees_who_bought_how_much(Engine engine)
    {
        var business = await Story(await houses.Shared(engine));
        await business.TakeBack(11);
        var sale = Assert.Single((await business.House.Get<CreditSales>().Page(business.Operator, business.OperatorId, null, Cancel)).Value!.Sales);
        Assert.Equal(("Nordic Secure", 89L, 70L, 5L, true, false), (sale.Name, sale.Bought, sale.Available, sale.Given, sale.Counted, sale.IsLow));
    }

    [Theory, BothEngines]
    public async Task Few_credits_are_said_before_there_are_none(Engine engine)
    {
        var house = await houses.Shared(engine);
        var threshold = house.Get<Settings>().LowCredit;
        var business = await (await Business.Open(house)).With(threshold + 1);
        var statement = house.Get<CreditStatement>();
        var low = house.Get<LowCredits>();
        Assert.False((await statement.Standing(business.Site.Owner, business.CustomerId, Cancel)).Value!.IsLow);
        Assert.Empty((await low.Ask(business.Distributor, business.DistributorId, Cancel)).Value!);
        await business.Refund(1);
        Assert.True((await statement.Standing(business.Site.Owner, business.CustomerId, Cancel)).Value!.IsLow);
        Assert.Equal([new LowCredit(business.CustomerId, "Alfa Reality", threshold)], (await low.Ask(business.Distributor, business.DistributorId, Cancel)).Value!);
        // Whose keys are not counted is never low.
        await business.Site.Change(c => c.IsDemo = true);
        Assert.False((await statement.Standing(business.Site.Owner, business.CustomerId, Cancel)).Value!.IsLow);
        Assert.Empty((await low.Ask(business.Distributor, business.DistributorId, Cancel)).Value!);
    }

    [Theory, BothEngines]
    public async Task The_api_tells_the_tokens_customer(Engine engine)
    {
        var business = await Story(await houses.Shared(engine));
        var answer = await business.Site.Get<CreditsAnswer>("/api/v1/credits?limit=2");
        Assert.Equal((true, 19L, 2L, 3L, 2), (answer.Counted, answer.Available, answer.Trial, answer.Used, answer.Lines.Count));
        var rest = await business.Site.Get<CreditsAnswer>($"/api/v1/credits?after={answer.Next}");
        Assert.Equal((6, (long?)null), (rest.Lines.Count, rest.Next));
        await Problem.Is(business.Site.Api.GetAsync("/api/v1/credits?limit=101", Cancel), "setting-out-of-range", "limit");
    }

    [Theory, BothEngines]
    public async Task The_export_is_the_statement_and_runs_no_formula(Engine engine)
    {
        var house = await houses.Shared(engine);
        var business = await Story(house);
        using var client = Browser(house, business.Distributor);
        using var answer = await client.GetAsync($"/billing/{business.DistributorId}/statement.csv?q=alfa%20transfer", Cancel);
        Assert.Equal((HttpStatusCode.OK, "text/csv"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal(
            "\uFEFFDate and time,Type,Amount,Description,Balance after,Status\r\n2026-11-23T14:05:00Z,Transfer,-20,Credit transferred to Alfa Reality,80,Paid\r\n",
            System.Text.Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Cancel)));
        using var foreign = await client.GetAsync($"/billing/{business.OperatorId}/statement.csv", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var nobody = house.NewClient();
        using var signIn = await nobody.GetAsync($"/billing/{business.DistributorId}/statement.csv", Cancel);
        Assert.Equal(HttpStatusCode.Redirect, signIn.StatusCode);
        Assert.Equal("\"'=1+1\",\"a,b\",-5,\"\"\"x\"\"\"\r\n", Csv.Line("=1+1", "a,b", -5L, "\"x\""));
    }

    /// <summary>A session that ends between two pages: the file is broken off, and does not end as if it were whole.</summary>
    [Fact]
    public async Task An_export_that_is_refused_in_the_middle_is_not_whole()
    {
        static CreditLine Line(long at) => new(at, default, CreditType.Sale, CreditAct.Purchase, 1, false, "", null, CreditStatus.Paid);
        async Task<(bool, string)> Write(Outcome<CreditPage> second)
        {
            await using var to = new StringWriter();
            var whole = await BillingExport.Write(
                to, after => Task.FromResult(after is null ? new CreditPage([Line(3), Line(2)], 2) : second), line => $"{line.Line};");
            return (whole, to.ToString());
        }
        Assert.Equal((true, "3;2;1;"), await Write(new CreditPage([Line(1)], null)));
        Assert.Equal((false, "3;2;"), await Write(Refusal.SignedOut));
    }

    // A browser that has signed in.
    static HttpClient Browser(House house, Actor actor)
    {
        var cookies = house.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(CookieAuthenticationDefaults.AuthenticationScheme);
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, actor.Id.ToString()), new(Actor.SessionClaim, actor.Session.ToString()), new(Actor.StampClaim, actor.Stamp)],
            CookieAuthenticationDefaults.AuthenticationScheme);
        var ticket = new AuthenticationTicket(new(identity), new() { ExpiresUtc = house.Time.GetUtcNow().AddHours(1) }, CookieAuthenticationDefaults.AuthenticationScheme);
        var client = house.NewClient();
        client.DefaultRequestHeaders.Add("Cookie", $"{cookies.Cookie.Name}={cookies.TicketDataFormat.Protect(ticket)}");
        return client;
    }
}
