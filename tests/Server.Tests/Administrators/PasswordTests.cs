using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

public class PasswordTests(Houses houses)
{
    const string New = "four quite other words";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Outcome<ChangePasswordAnswer>> Change(Site site, Actor actor, string? current, string? fresh, Guid? id = null) =>
        site.House.Get<ChangePassword>().Do(actor, site.Id, new(id ?? Guid.NewGuid(), current, fresh), Cancel);

    static async Task<Actor> SecondSession(Site site)
    {
        var session = Session.Begin(site.Owner.Id, site.House.Time.GetUtcNow());
        await site.House.Store.Write(db => Task.FromResult(db.Sessions.Add(session)), Cancel);
        return site.Owner with { Session = session.Id };
    }

    static Task<string?> Hash(Site site) => site.Read(db => db.Administrators.Where(a => a.Id == site.Owner.Id).Select(a => a.PasswordHash).SingleAsync(Cancel));

    [Theory, BothEngines]
    public async Task A_new_password_takes_the_current_one_and_ends_the_other_sessions(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var other = await SecondSession(site);
        var list = site.House.Get<ListApiTokens>();
        Assert.True((await list.Ask(other, site.Id, Cancel)).Done);

        var done = await Change(site, site.Owner, Site.Password, New);
        Assert.Equal(1, done.Value?.SessionsEnded);
        Assert.True(Argon2.Fits((await Hash(site))!, New));
        Assert.False(Argon2.Fits((await Hash(site))!, Site.Password));
        Assert.True((await list.Ask(site.Owner, site.Id, Cancel)).Done);
        Assert.Equal(Refusal.SignedOut, (await list.Ask(other, site.Id, Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.SignedOut, (await Change(site, other, New, Site.Password)).Refused?.Refusal);
        var entry = await site.Read(db => db.AuditEntries.SingleAsync(a => a.AccountId == site.Id && a.Act == "ChangePassword", Cancel));
        Assert.Equal(site.Owner.Id, entry.SubjectId);
    }

    [Theory, BothEngines]
    public async Task The_same_request_again_hears_the_same_answer_and_another_password_needs_another_id(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        await SecondSession(site);
        var id = Guid.NewGuid();
        Assert.Equal(1, (await Change(site, site.Owner, Site.Password, New, id)).Value?.SessionsEnded);
        var after = await Hash(site);
        // What is kept names the new password by a MAC under a key that is not in the store.
        var mac = HMACSHA256.HashData(site.House.Get<SecretBox>().Derive("new password"), Encoding.UTF8.GetBytes($"{site.Owner.Id:N} {New}"));
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new { name = "ChangePassword", site.Owner.Id, request = new { fresh = Convert.ToHexString(mac) } }, JsonSerializerOptions.Web);
        Assert.Equal(SHA256.HashData(body), await site.Read(db => db.StoredRequests.Where(r => r.CustomerId == site.Id && r.Id == id).Select(r => r.BodyHash).SingleAsync(Cancel)));
        // The answer was lost: the current password it names is the old one by now, and that is no guess, however often it is asked.
        for (var i = 0; i <= Throttle.FreeTries; i++)
            Assert.Equal(1, (await Change(site, site.Owner, Site.Password, New, id)).Value?.SessionsEnded);
        Assert.Equal(Refusal.IdReused, (await Change(site, site.Owner, New, "some words of another kind", id)).Refused?.Refusal);
        Assert.Equal(after, await Hash(site));
        Assert.True((await Change(site, site.Owner, New, Site.Password)).Done);
    }

    [Theory, BothEngines]
    public async Task A_sign_in_whose_password_was_changed_while_it_waited_begins_no_session(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var signIn = site.House.Get<SignIn>();
        Task<Administrator> Read() => site.Read(db => db.Administrators.AsNoTracking().SingleAsync(a => a.Id == site.Owner.Id, Cancel));
        Task<int> Sessions() => site.Read(db => db.Sessions.CountAsync(s => s.AdministratorId == site.Owner.Id && s.EndedAt == null, Cancel));
        var verified = await Read();
        Assert.True(Argon2.Fits(verified.PasswordHash!, Site.Password));
        Assert.True((await Change(site, site.Owner, Site.Password, New)).Done);

        Assert.Null(await signIn.Begin(verified, Cancel));
        Assert.Equal(1, await Sessions());
        Assert.NotNull(await signIn.Begin(await Read(), Cancel));
        Assert.Equal(2, await Sessions());
    }

    [Theory, BothEngines]
    public async Task A_wrong_current_password_changes_nothing_and_guessing_waits(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var before = await Hash(site);
        for (var i = 0; i < Throttle.FreeTries; i++)
            Assert.Equal((Refusal.PasswordWrong, "current"), await Why("wrong"));
        Assert.Equal((Refusal.SignInWait, null), await Why(Site.Password));
        Assert.Equal(before, await Hash(site));
        site.House.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await Change(site, site.Owner, Site.Password, New)).Done);

        async Task<(Refusal?, string?)> Why(string current) => (await Change(site, site.Owner, current, New)).Refused is { } r ? (r.Refusal, r.Field) : default;
    }

    [Theory, BothEngines]
    public async Task A_weak_password_and_a_token_without_one_are_refused(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        var weak = await Change(site, site.Owner, Site.Password, "short");
        Assert.Equal((Refusal.PasswordWeak, "new"), (weak.Refused?.Refusal, weak.Refused?.Field));
        var token = await site.House.Get<MakeApiToken>().Do(site.Owner, site.Id, new(Guid.NewGuid(), "x", Role.Owner), Cancel);
        var actor = new Actor(ActorKind.ApiToken, token.Value!.ApiTokenId, site.Id.ToString());
        Assert.Equal(Refusal.NotFound, (await Change(site, actor, Site.Password, New)).Refused?.Refusal);
        Assert.Equal(Refusal.SignedOut, (await Change(site, Actor.Nobody, Site.Password, New)).Refused?.Refusal);
    }
}
