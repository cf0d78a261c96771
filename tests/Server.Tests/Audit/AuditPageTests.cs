using System.Net;
using System.Text.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Console;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Latchkey.Server.Tests.Audit;

/// <summary>The audit chain as people read, search and take it away.</summary>
public class AuditPageTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static async Task<AuditPageAnswer> Read(Site site, AuditFilter filter, string[]? acts = null, long? before = null, int rows = AuditQuestion.PageRows)
    {
        var page = await site.House.Get<Acts>().Ask(site.Owner, site.Id, Role.Auditor, q => AuditQuestion.Read(q, filter, acts ?? [], before, rows), Cancel);
        Assert.True(page.Done, page.Refused?.ToString());
        return page.Value;
    }

    [Theory, BothEngines]
    public async Task Acts_are_listed_newest_first_with_who_what_and_from_where(Engine engine)
    {
        var house = await houses.Shared(engine);
        var site = await house.NewSite();
        await house.Store.Write(db => db.Sessions.Where(s => s.Id == site.Owner.Session).ExecuteUpdateAsync(s => s.SetProperty(x => x.Address, "192.0.2.7"), Cancel), Cancel);
        var jana = await site.Invite();
        await house.Get<SuspendUser>().Do(site.Owner, site.Id, jana.UserId, new(Guid.NewGuid(), "holiday"), Cancel);
        using var phone = new RawPhone(house);
        var lines = (await Read(site, new())).Lines;
        Assert.Equal(["SuspendUser", "IssueMobileKey", "MakeApiToken"], lines.Select(l => l.Act));
        Assert.Equal([3L, 2L, 1L], lines.Select(l => l.Seq));
        var newest = lines[0];
        Assert.Equal(("Marie Kovářová", null, "192.0.2.7", "Jana Nováková", "/users/1"), (newest.By, newest.As, newest.Where, newest.Subject, newest.Href));
        Assert.Contains(AuditWords.Flat(newest.Details!), d => d is { Value: "holiday" } && d.Name.EndsWith("why", StringComparison.Ordinal));
        Assert.Equal(("tests", "/api-tokens"), (lines[2].Subject, lines[2].Href));
    }

    [Theory, BothEngines]
    public async Task Who_comes_from_above_is_named_with_the_account_they_come_from(Engine engine)
    {
        var house = await houses.Shared(engine);
        var site = await house.NewSite();
        var (administrator, session) = (default(Administrator)!, default(Session)!);
        var now = house.Time.GetUtcNow();
        await house.Store.Write(
            db =>
            {
                administrator = OpenAccount.Administrator(db, site.DistributorId, Role.Owner, "Nils Berg", $"{Guid.NewGuid():N}@nordic.example", Site.Password, now);
                db.Sessions.Add(session = Session.Begin(administrator.Id, now));
                return Task.CompletedTask;
            },
            Cancel);
        var nils = new Actor(ActorKind.Administrator, administrator.Id, administrator.SecurityStamp!) { Session = session.Id };
        Assert.True((await house.Get<IssueMobileKey>().Do(nils, site.Id, new(Guid.NewGuid(), Name: "Emil", Notify: false), Cancel)).Done);
        var line = (await Read(site, new())).Lines[0];
        Assert.Equal(("Nils Berg", "Nordic Secure"), (line.By, line.As));
        // Found by name, like one of the account's own.
        Assert.Equal([line.Seq], (await Read(site, new("nils"))).Lines.Select(l => l.Seq));
    }

    [Theory, BothEngines]
    public async Task A_search_finds_who_what_and_whose_and_days_narrow_it(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var jana = await site.Invite();
        house.Leap(TimeSpan.FromHours(1));
        var emil = await site.Invite("Emil Čapek");
        var second = house.Time.GetUtcNow();
        await site.Post<object>("/api/v1/access-levels", new { id = Guid.NewGuid(), name = "Cellar", readerIds = Array.Empty<Guid>() });

        async Task<string> Found(AuditFilter filter, params string[] acts) => string.Join(' ', (await Read(site, filter, acts)).Lines.Select(l => $"{l.Act}:{l.Subject}"));
        Assert.Equal("IssueMobileKey:Jana Nováková", await Found(new("novak")));
        Assert.Equal("IssueMobileKey:Emil Čapek", await Found(new("emil cap")));
        Assert.Equal("MakeAccessLevel:Cellar", await Found(new("cell")));
        Assert.Equal("MakeAccessLevel:Cellar MakeApiToken:tests", await Found(new("TESTS")));
        Assert.Equal("IssueMobileKey:Emil Čapek IssueMobileKey:Jana Nováková MakeApiToken:tests", await Found(new("kovar")));
        Assert.Equal("MakeApiToken:tests", await Found(new("nothing like it"), "MakeApiToken"));
        Assert.Equal("", await Found(new("nothing like it")));
        Assert.Equal("", await Found(new("\0")));
        Assert.Equal("IssueMobileKey:Jana Nováková", await Found(new(Of: jana.UserId)));
        Assert.Equal("IssueMobileKey:Emil Čapek IssueMobileKey:Jana Nováková MakeApiToken:tests", await Found(new(Who: site.Owner.Id)));
        Assert.Equal("MakeAccessLevel:Cellar IssueMobileKey:Emil Čapek", await Found(new(From: second)));
        Assert.Equal("IssueMobileKey:Jana Nováková MakeApiToken:tests", await Found(new(To: second)));
        Assert.Equal("", await Found(new(From: second.AddSeconds(1))));
        Assert.Equal("", await Found(new(To: second.AddDays(-2))));
        Assert.Equal("IssueMobileKey:Emil Čapek", await Found(new("capek", From: second, Who: site.Owner.Id, Of: emil.UserId)));
    }

    [Theory, BothEngines]
    public async Task Pages_follow_one_another_without_gap_or_repetition(Engine engine)
    {
        var house = await houses.Shared(engine);
        var site = await house.NewSite();
        for (var i = 0; i < 7; i++)
            await site.Invite($"User {i}");
        var seen = new List<long>();
        long? next = null;
        do
        {
            var page = await Read(site, new(), before: next, rows: 3);
            seen.AddRange(page.Lines.Select(l => l.Seq));
            next = page.Next;
        }
        while (next is not null);
        Assert.Equal(Enumerable.Range(1, 8).Reverse().Select(i => (long)i), seen);
    }

    /// <summary>A browser that is signed in as the owner.</summary>
    static HttpClient Browser(Site site)
    {
        var scheme = CookieAuthenticationDefaults.AuthenticationScheme;
        var options = site.House.Get<IOptionsMonitor<CookieAuthenticationOptions>>().Get(scheme);
        var ticket = new AuthenticationTicket(
            new(new System.Security.Claims.ClaimsIdentity(
                [
                    new(System.Security.Claims.ClaimTypes.NameIdentifier, site.Owner.Id.ToString()), new(Actor.StampClaim, site.Owner.Stamp),
                    new(Actor.SessionClaim, site.Owner.Session.ToString()),
                ], scheme)),
            new() { IssuedUtc = site.House.Time.GetUtcNow(), ExpiresUtc = site.House.Time.GetUtcNow().AddYears(5) }, scheme);
        var client = site.House.NewClient();
        client.DefaultRequestHeaders.Add("Cookie", $"{options.Cookie.Name}={options.TicketDataFormat.Protect(ticket)}");
        return client;
    }

    [Theory, BothEngines]
    public async Task The_chain_and_its_checkpoints_are_exported_to_whoever_may_see_them(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        await site.Invite("=HYPERLINK(\"x\")");
        await site.Invite("Emil, jr.");
        await house.Get<AuditWatch>().Sign(Cancel);
        using var browser = Browser(site);

        var csv = (await browser.GetStringAsync($"/audit/export.csv?account={site.Id}", Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("number,time,who,as,act,words,object,object id,from,details,hash", csv[0]);
        Assert.StartsWith("3,2026-11-23T14:05:00.000Z,Marie Kovářová,,IssueMobileKey,Mobile key made,\"Emil, jr.\",", csv[1], StringComparison.Ordinal);
        // What people typed is no formula.
        Assert.Contains(",\"'=HYPERLINK(\"\"x\"\")\",", csv[2], StringComparison.Ordinal);
        Assert.Equal(4, csv.Length);

        var lines = (await browser.GetStringAsync($"/audit/export.jsonl?account={site.Id}&q=emil", Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var line = JsonDocument.Parse(Assert.Single(lines));
        Assert.Equal(("IssueMobileKey", 3), (line.RootElement.GetProperty("act").GetString(), line.RootElement.GetProperty("seq").GetInt64()));
        Assert.Equal("Emil, jr.", line.RootElement.GetProperty("details").GetProperty("name").GetString());

        // As latchkey verify reads them.
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, await browser.GetStringAsync($"/audit/checkpoints.jsonl?account={site.Id}", Cancel), Cancel);
        await using var said = new StringWriter();
        Assert.Equal(VerifyVerb.Whole, await VerifyVerb.Run(["verify", "--database", house.Database, "--checkpoints", file], new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build(), said, Cancel));
        Assert.Contains("\"seq\":3", await File.ReadAllTextAsync(file, Cancel), StringComparison.Ordinal);
        File.Delete(file);

        using var stranger = house.NewClient();
        foreach (var path in new[] { "export.csv", "export.jsonl", "checkpoints.jsonl" })
        {
            await Problem.Is(browser.GetAsync($"/audit/{path}?account={other.Id}", Cancel), "not-found");
            await Problem.Is(browser.GetAsync($"/audit/{path}?account={Guid.NewGuid()}", Cancel), "not-found");
            using var sent = await stranger.GetAsync($"/audit/{path}?account={site.Id}", Cancel);
            Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        }
        await house.Store.Write(db => db.Sessions.Where(s => s.Id == site.Owner.Session).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, house.Time.GetUtcNow()), Cancel), Cancel);
        await Problem.Is(browser.GetAsync($"/audit/export.csv?account={site.Id}", Cancel), "signed-out");
    }
}
