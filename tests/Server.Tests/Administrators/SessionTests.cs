using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

public class SessionTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static async Task<Actor> Elsewhere(Site site)
    {
        site.House.Time.Advance(TimeSpan.FromSeconds(1));
        var session = Session.Begin(site.Owner.Id, site.House.Time.GetUtcNow(), "Firefox, Windows", "192.0.2.7");
        await site.House.Store.Write(db => Task.FromResult(db.Sessions.Add(session)), Cancel);
        return site.Owner with { Session = session.Id };
    }

    static async Task<IReadOnlyList<SessionAnswer>> Listed(Site site, Actor actor) =>
        (await site.House.Get<ListSessions>().Ask(actor, site.Id, Cancel)).Value?.Sessions ?? [];

    static Task<Outcome<EndSessionsAnswer>> End(Site site, Actor actor, Guid? session = null, Guid? id = null) =>
        site.House.Get<EndSessions>().Do(actor, site.Id, new(id ?? Guid.NewGuid(), session), Cancel);

    static async Task<bool> Stands(Site site, Actor actor) => (await site.House.Get<ListApiTokens>().Ask(actor, site.Id, Cancel)).Done;

    [Theory, BothEngines]
    public async Task The_own_sign_ins_are_listed_this_one_first_and_those_that_have_ended_are_not(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var (older, newer) = (await Elsewhere(site), await Elsewhere(site));
        var listed = await Listed(site, site.Owner);
        Assert.Equal([site.Owner.Session, newer.Session, older.Session], listed.Select(s => s.SessionId));
        Assert.Equal([true, false, false], listed.Select(s => s.IsThis));
        Assert.Equal(("Firefox, Windows", "192.0.2.7"), (listed[1].Browser, listed[1].Address));
        Assert.Equal(listed[1].StartedAt.AddHours(Session.LifeHours), listed[1].EndsAt);

        await End(site, site.Owner, older.Session);
        Assert.Equal([newer.Session, site.Owner.Session], (await Listed(site, newer)).Select(s => s.SessionId));
        site.House.Time.Advance(TimeSpan.FromHours(Session.LifeHours));
        Assert.Equal(Refusal.SignedOut, (await site.House.Get<ListSessions>().Ask(newer, site.Id, Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task One_is_ended_or_all_others_and_it_is_audited(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var (one, two, three) = (await Elsewhere(site), await Elsewhere(site), await Elsewhere(site));
        var id = Guid.NewGuid();
        Assert.Equal(1, (await End(site, site.Owner, one.Session, id)).Value?.Ended);
        Assert.Equal(1, (await End(site, site.Owner, one.Session, id)).Value?.Ended);
        Assert.False(await Stands(site, one));
        Assert.True(await Stands(site, two));
        Assert.Equal(Refusal.NotFound, (await End(site, site.Owner, one.Session)).Refused?.Refusal);

        Assert.Equal(2, (await End(site, site.Owner)).Value?.Ended);
        Assert.False(await Stands(site, two));
        Assert.False(await Stands(site, three));
        Assert.True(await Stands(site, site.Owner));
        Assert.Equal(0, (await End(site, site.Owner)).Value?.Ended);
        Assert.Equal(3, await site.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == site.Id && a.Act == nameof(EndSessions), Cancel)));
    }

    [Theory, BothEngines]
    public async Task Nobody_ends_this_one_anothers_or_through_a_token(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        Assert.Equal(Refusal.NotFound, (await End(site, site.Owner, site.Owner.Session)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await End(site, site.Owner, other.Owner.Session)).Refused?.Refusal);
        Assert.DoesNotContain(await Listed(site, site.Owner), s => s.SessionId == other.Owner.Session);
        var token = await house.Get<MakeApiToken>().Do(site.Owner, site.Id, new(Guid.NewGuid(), "Script", Role.Owner), Cancel);
        var script = new Actor(ActorKind.ApiToken, token.Value!.ApiTokenId, site.Id.ToString());
        Assert.Empty(await Listed(site, script));
        Assert.Equal(0, (await End(site, script)).Value?.Ended);
        Assert.True(await Stands(site, site.Owner));
        Assert.True(await Stands(other, other.Owner));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36 Edg/149.0.0.0", "Edge, Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0", "Firefox, Linux")]
    [InlineData("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36", "Chrome, Android")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", "Safari, iPhone")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", "Safari, macOS")]
    [InlineData("<script>alert(1)</script> Firefox/1", "Firefox")]
    [InlineData("curl/8", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_browser_is_named_by_words_of_ours(string? said, string? name) => Assert.Equal(name, Browsers.NameOf(said));
}
