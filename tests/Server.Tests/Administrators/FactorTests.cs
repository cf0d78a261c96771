using System.Net;
using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>The second step by an authenticator app or a recovery code, and passkeys.</summary>
public class FactorTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    static string CodeNow(House house) => Totp.Code(Secret, Totp.StepAt(house.Time.GetUtcNow()));

    static async Task<IReadOnlyList<string>> TurnOn(Site site, Actor? actor = null)
    {
        var on = await site.House.Get<FactorActs>().TurnOn(
            actor ?? site.Owner, site.Id, new(Guid.NewGuid(), Convert.ToBase64String(Secret), CodeNow(site.House)), Cancel);
        Assert.Null(on.Refused);
        // The code that proved the app is used up with it.
        site.House.Time.Advance(TimeSpan.FromSeconds(Totp.StepSeconds));
        return on.Value!.RecoveryCodes;
    }

    static Dictionary<string, string> Password(Site site) => new() { ["Form.Email"] = site.Email, ["Form.Password"] = Site.Password };

    static bool HasSession(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(c => c.StartsWith("latchkey=", StringComparison.Ordinal));

    static string Second(HttpResponseMessage answer) =>
        answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("latchkey-second=", StringComparison.Ordinal)).Split(';')[0];

    static Task<int> Sessions(Site site) => site.Read(db => db.Sessions.CountAsync(s => s.AdministratorId == site.Owner.Id && s.EndedAt == null, Cancel));

    [Theory, BothEngines]
    public async Task There_is_no_session_before_both_steps_and_each_code_works_once(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var recovery = await TurnOn(site);
        Assert.Equal((SecondStep.RecoveryCodes, SecondStep.RecoveryCodes), (recovery.Count, recovery.Distinct().Count()));
        Assert.NotNull(await house.MailTo(site.Email, MessageKind.SignInChanged));
        async Task<HttpClient> First()
        {
            var before = await Sessions(site);
            var browser = house.NewClient();
            using var first = await browser.Send("/sign-in", "sign-in", Password(site));
            Assert.False(HasSession(first));
            Assert.Contains("httponly", first.Headers.GetValues("Set-Cookie").First(c => c.StartsWith("latchkey-second=", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
            Assert.StartsWith("/sign-in/second", first.Headers.Location!.OriginalString.Replace("http://localhost", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.Equal(before, await Sessions(site));
            return browser;
        }
        static Task<HttpResponseMessage> Code(HttpClient browser, string code) => browser.Send("/sign-in/second", "second-step", new() { ["Form.Code"] = code });

        using var browser = await First();
        // With the first step alone nothing of the console is there.
        Assert.Contains("/sign-in", (await browser.GetAsync("/users", Cancel)).Headers.Location?.OriginalString ?? "", StringComparison.Ordinal);
        using (var wrong = await Code(browser, "000000"))
        {
            Assert.False(HasSession(wrong));
            Assert.Contains("not the code", await wrong.Text(), StringComparison.Ordinal);
        }
        var good = CodeNow(house);
        using (var right = await Code(browser, good))
            Assert.True(HasSession(right));

        using var again = await First();
        using (var reused = await Code(again, good))
            Assert.False(HasSession(reused));
        using (var saved = await Code(again, recovery[0].ToUpperInvariant().Replace('-', ' ')))
            Assert.True(HasSession(saved));
        using var once = await First();
        using (var twice = await Code(once, recovery[0]))
            Assert.False(HasSession(twice));
        Assert.Equal(SecondStep.RecoveryCodes - 1, (await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Value?.RecoveryCodesLeft);
        var acts = await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id && a.SubjectId == site.Owner.Id).OrderBy(a => a.Seq).Select(a => a.Act).ToListAsync(Cancel));
        Assert.Equal(["TurnOnAuthenticator", "RefuseSecondStep", "SignIn", "RefuseSecondStep", "SignIn", "RefuseSecondStep"], acts);
        Assert.DoesNotContain(house.Logged, line => line.Contains(recovery[1], StringComparison.Ordinal));
    }

    [Theory, BothEngines]
    public async Task The_second_step_is_slowed_down_and_ends(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        await TurnOn(site);
        using var browser = house.NewClient();
        string cookie;
        using (var first = await browser.Send("/sign-in", "sign-in", Password(site)))
            cookie = Second(first);
        // From wherever the guesses come.
        for (var i = 0; i < Throttle.FreeTries; i++)
            Assert.Equal(Refusal.SecondStepWrong, await Try(cookie, "000000", $"192.0.2.{i}"));
        Assert.Equal(Refusal.SignInWait, await Try(cookie, CodeNow(house), "198.51.100.1"));
        house.Time.Advance(TimeSpan.FromSeconds(2));
        // What the browser holds is this server's alone to write, and not for long.
        Assert.Equal(Refusal.SecondStepOver, await Try(cookie[..^8] + "AAAAAAAA", CodeNow(house), "198.51.100.1"));
        Assert.Equal(Refusal.SecondStepOver, await Try("latchkey-second=", CodeNow(house), "198.51.100.1"));
        house.Time.Advance(TimeSpan.FromMinutes(SecondStep.LifeMinutes));
        Assert.Equal(Refusal.SecondStepOver, await Try(cookie, CodeNow(house), "198.51.100.1"));

        using (var first = await browser.Send("/sign-in", "sign-in", Password(site)))
            cookie = Second(first);
        Assert.True((await house.Get<ChangePassword>().Do(site.Owner, site.Id, new(Guid.NewGuid(), Site.Password, Persons.Chosen), Cancel)).Done);
        Assert.Equal(Refusal.SecondStepOver, await Try(cookie, CodeNow(house), "198.51.100.1"));

        async Task<Refusal?> Try(string held, string code, string address)
        {
            await using var scope = house.Services.CreateAsyncScope();
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            http.Request.Headers.Cookie = held;
            http.Connection.RemoteIpAddress = IPAddress.Parse(address);
            return (await house.Get<SignIn>().Second(http, code, Cancel)).Refused?.Refusal;
        }
    }

    [Theory, BothEngines]
    public async Task A_factor_is_changed_by_the_password_or_a_fresh_sign_in_alone(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var acts = house.Get<FactorActs>();
        await TurnOn(site);
        house.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.False((await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Value!.IsFresh);
        Assert.Equal((Refusal.SignInOld, "password"), await Why(null));
        Assert.Equal((Refusal.PasswordWrong, "password"), await Why("wrong"));
        var (old, before) = (await acts.NewRecoveryCodes(site.Owner, site.Id, new(Guid.NewGuid(), Site.Password), Cancel), await Hashes());
        var fresh = await acts.NewRecoveryCodes(site.Owner, site.Id, new(Guid.NewGuid(), Site.Password), Cancel);
        Assert.Empty(old.Value!.RecoveryCodes.Intersect(fresh.Value!.RecoveryCodes));
        Assert.Empty(before.Intersect(await Hashes()));
        Assert.True((await acts.TurnOff(site.Owner, site.Id, new(Guid.NewGuid(), Site.Password), Cancel)).Done);
        Assert.Equal((null, 0), ((await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Value is { } p ? (p.AuthenticatorSince, p.RecoveryCodesLeft) : default));
        Assert.NotEmpty((await house.SignIn(site.Email, Site.Password)).Cookies);

        async Task<(Refusal?, string?)> Why(string? password) =>
            (await acts.TurnOff(site.Owner, site.Id, new(Guid.NewGuid(), password), Cancel)).Refused is { } r ? (r.Refusal, r.Field) : default;
        async Task<List<string>> Hashes() =>
            [.. (await site.Read(db => db.RecoveryCodes.Where(c => c.AdministratorId == site.Owner.Id).Select(c => c.Hash).ToListAsync(Cancel))).Select(Convert.ToHexString)];
    }

    [Theory, BothEngines]
    public async Task An_app_is_believed_once_it_shows_a_code_of_the_secret(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        var acts = house.Get<FactorActs>();
        foreach (var (secret, code) in new[] { (Convert.ToBase64String(Secret), "000000"), ("", CodeNow(house)), (Convert.ToBase64String(new byte[4]), CodeNow(house)) })
        {
            var refused = (await acts.TurnOn(site.Owner, site.Id, new(Guid.NewGuid(), secret, code), Cancel)).Refused;
            Assert.Equal((Refusal.SecondStepWrong, "code"), (refused?.Refusal, refused?.Field));
        }
        Assert.DoesNotContain("latchkey-second", (await house.SignIn(site.Email, Site.Password)).Cookies, StringComparison.Ordinal);
        await TurnOn(site);
        Assert.Equal(Refusal.StateUnfit, (await acts.TurnOn(site.Owner, site.Id, new(Guid.NewGuid(), Convert.ToBase64String(Secret), CodeNow(house)), Cancel)).Refused?.Refusal);
        // Sealed: what stands in the store is not the secret.
        var kept = await site.Read(db => db.Authenticators.Where(a => a.AdministratorId == site.Owner.Id).Select(a => a.SecretSealed).SingleAsync(Cancel));
        Assert.Equal(-1, kept.AsSpan().IndexOf(Secret));
    }

    [Theory, BothEngines]
    public async Task A_lost_factor_is_reset_by_an_owner_of_every_place_alone(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        await TurnOn(site);
        var reset = house.Get<ResetFactors>();
        var above = await house.NewOwner(site.DistributorId);
        var place = await site.Read(db => db.Memberships.Where(m => m.AccountId == site.Id).Select(m => m.Id).SingleAsync(Cancel));
        Assert.True((await house.Listed(above, site.Id, place)).HasFactors);
        Assert.Equal(Refusal.NotFound, (await reset.Do(other.Owner, site.Id, place, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.OneselfUnfit, (await reset.Do(site.Owner, site.Id, place, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        var elsewhere = (await house.Invite(other.Owner, other.Id, new(site.Email))).Value!.MembershipId;
        Assert.Equal(Refusal.PersonElsewhere, (await reset.Do(above, site.Id, place, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.True((await house.Get<DeleteAdministrator>().Do(other.Owner, other.Id, elsewhere, new(Guid.NewGuid()), Cancel)).Done);

        Assert.True((await reset.Do(above, site.Id, place, new(Guid.NewGuid()), Cancel)).Done);
        Assert.False((await house.Listed(above, site.Id, place)).HasFactors);
        Assert.Equal(Refusal.SignedOut, (await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Refused?.Refusal);
        Assert.Contains("Owen Above", (await house.MailTo(site.Email, MessageKind.SignInChanged))!.Text, StringComparison.Ordinal);
        Assert.Contains("latchkey=", (await house.SignIn(site.Email, Site.Password)).Cookies, StringComparison.Ordinal);
        Assert.Equal(1, await site.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == site.Id && a.SubjectId == place && a.Act == "ResetFactors", Cancel)));
    }

    // Somebody whose password was typed by another, signed in by it.
    static async Task<(Actor Actor, string Email)> Typed(Site site)
    {
        var email = Persons.NewEmail();
        await site.House.Invite(site.Owner, site.Id, new(email, Role: Role.Auditor, Password: Persons.Chosen));
        Assert.Null((await site.House.SignIn(email, Persons.Chosen)).Refused);
        var person = await site.Read(db => db.Administrators.AsNoTracking().SingleAsync(a => a.Email == email, Cancel));
        var session = await site.Read(db => db.Sessions.Where(s => s.AdministratorId == person.Id).Select(s => s.Id).SingleAsync(Cancel));
        return (new(ActorKind.Administrator, person.Id, person.SecurityStamp!) { Session = session }, email);
    }

    [Theory, BothEngines]
    public async Task A_mailbox_alone_takes_no_factor_away_and_a_factor_of_unknown_hand_opens_no_waiting_place(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, other, links) = (await house.NewSite(), await house.NewSite("Tower West"), house.Get<UseLink>());
        var (guarded, email) = await Typed(site);
        var (_, unguarded) = await Typed(site);
        await TurnOn(site, guarded);
        var waiting = new Dictionary<string, Guid>();
        foreach (var who in new[] { email, unguarded })
        {
            var invited = await house.Invite(other.Owner, other.Id, new(who));
            Assert.Equal(InviteWay.Link, invited.Value?.Way);
            waiting[who] = invited.Value!.MembershipId;
            await house.Get<AskForNewPassword>().Send(who.ToUpperInvariant(), Cancel);
            Assert.True((await links.ChoosePassword(await house.SecretTo(who, MessageKind.NewPasswordLink), null, "some words of another kind", "x", Cancel)).Done);
        }
        var (refused, cookies) = await house.SignIn(email, "some words of another kind");
        Assert.Null(refused);
        Assert.Contains("latchkey-second=", cookies, StringComparison.Ordinal);
        Assert.DoesNotContain("latchkey=", cookies, StringComparison.Ordinal);
        Assert.Equal(MembershipState.Invited, (await house.Listed(other.Owner, other.Id, waiting[email])).State);
        // Without one, nobody but the holder of the mailbox can sign in from then on.
        Assert.Contains("latchkey=", (await house.SignIn(unguarded, "some words of another kind")).Cookies, StringComparison.Ordinal);
        Assert.Equal(MembershipState.Active, (await house.Listed(other.Owner, other.Id, waiting[unguarded])).State);

        // The invitation still works, and leaves nothing of what was there before.
        Assert.True((await links.ChoosePassword(await house.SecretTo(email), null, "four quite other words", "x", Cancel)).Done);
        Assert.Contains("latchkey=", (await house.SignIn(email, "four quite other words")).Cookies, StringComparison.Ordinal);
        Assert.Equal(MembershipState.Active, (await house.Listed(other.Owner, other.Id, waiting[email])).State);
    }

    [Theory, BothEngines]
    public async Task What_somebody_from_above_changes_of_the_own_sign_in_is_told_by_no_customer(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, email) = (await house.NewSite(), Persons.NewEmail());
        var above = await house.NewOwner(site.DistributorId, email);
        await TurnOn(site, above);
        Assert.True((await house.Get<FactorActs>().TurnOff(above, site.Id, new(Guid.NewGuid()), Cancel)).Done);
        Assert.True((await house.Get<ChangePassword>().Do(above, site.Id, new(Guid.NewGuid(), Site.Password, Persons.Chosen), Cancel)).Done);
        var told = await site.Read(db => db.Messages.Where(m => m.To == email).Select(m => m.CustomerId).ToListAsync(Cancel));
        Assert.Equal([site.DistributorId, site.DistributorId, site.DistributorId], told);
        Assert.DoesNotContain("Alfa Reality", (await house.MailTo(email, MessageKind.SignInChanged))!.Text, StringComparison.Ordinal);
    }

    static async Task<SoftPasskey> NewPasskey(Site site, string origin = "http://localhost:5500", bool verifies = true)
    {
        var passkey = new SoftPasskey { Origin = origin, Verifies = verifies };
        Assert.Null(await Add(site, passkey));
        return passkey;
    }

    static async Task<Refusal?> Add(Site site, SoftPasskey passkey, string? name = "Work laptop")
    {
        var acts = site.House.Get<PasskeyActs>();
        var asked = (await acts.Question(site.Owner, site.Id, null, Cancel)).Value!;
        return (await acts.Add(site.Owner, site.Id, new(Guid.NewGuid(), name, asked.State, passkey.Create(asked.Options)), Cancel)).Refused?.Refusal;
    }

    static async Task<(Refusal? Refusal, string Cookies)> By(House house, string? state, string? credential, string address = "192.0.2.77")
    {
        await using var scope = house.Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        var answer = await house.Get<SignIn>().ByPasskey(http, state, credential, Cancel);
        return (answer.Refused?.Refusal, http.Response.Headers.SetCookie.ToString());
    }

    static async Task<(Refusal? Refusal, string Cookies)> By(House house, SoftPasskey passkey)
    {
        var asked = await house.Get<Passkeys>().Question();
        return await By(house, asked.State, passkey.Get(asked.Options));
    }

    [Theory, BothEngines]
    public async Task A_passkey_signs_in_by_itself_and_each_answer_once(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        await TurnOn(site);
        using var passkey = await NewPasskey(site);
        var asked = await house.Get<Passkeys>().Question();
        var answer = passkey.Get(asked.Options);
        var (refused, cookies) = await By(house, asked.State, answer);
        Assert.Null(refused);
        // Two factors by itself: no second step.
        Assert.Contains("latchkey=", cookies, StringComparison.Ordinal);
        Assert.DoesNotContain("latchkey-second=", cookies, StringComparison.Ordinal);
        Assert.Equal(Refusal.PasskeyWrong, (await By(house, asked.State, answer)).Refusal);
        var row = Assert.Single((await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Value!.Passkeys);
        Assert.Equal(("Work laptop", house.Time.GetUtcNow()), (row.Name, row.LastUsedAt));

        var late = await house.Get<Passkeys>().Question();
        var lateAnswer = passkey.Get(late.Options);
        house.Time.Advance(TimeSpan.FromMinutes(Passkeys.LifeMinutes));
        Assert.Equal(Refusal.PasskeyWrong, (await By(house, late.State, lateAnswer)).Refusal);
        Assert.Null((await By(house, passkey)).Refusal);
        // A question of another kind, or none, is no question.
        var creation = (await house.Get<PasskeyActs>().Question(site.Owner, site.Id, Site.Password, Cancel)).Value!;
        foreach (var state in new[] { creation.State, "", null, "AAAA", "not base64" })
            Assert.Equal(Refusal.PasskeyWrong, (await By(house, state, lateAnswer)).Refusal);
        foreach (var credential in new[] { null, "", "{}", "[]", "nonsense" })
            Assert.Equal(Refusal.PasskeyWrong, (await By(house, (await house.Get<Passkeys>().Question()).State, credential)).Refusal);
    }

    [Theory, BothEngines]
    public async Task A_passkey_of_a_device_that_did_not_verify_or_of_another_site_counts_nowhere(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        using (var unverified = new SoftPasskey { Verifies = false })
            Assert.Equal(Refusal.PasskeyWrong, await Add(site, unverified));
        using (var foreign = new SoftPasskey { Origin = "https://evil.example" })
            Assert.Equal(Refusal.PasskeyWrong, await Add(site, foreign));
        using var passkey = await NewPasskey(site);
        Assert.Equal(Refusal.PasskeyWrong, await Add(site, passkey));
        passkey.Verifies = false;
        Assert.Equal(Refusal.PasskeyWrong, (await By(house, passkey)).Refusal);
        passkey.Verifies = true;
        Assert.Null((await By(house, passkey)).Refusal);
        using (var unnamed = new SoftPasskey())
            Assert.Equal(Refusal.NameMissing, await Add(site, unnamed, " "));
        // Of another administrator's question.
        var other = await house.NewSite("Tower West");
        using var theirs = new SoftPasskey();
        var asked = (await house.Get<PasskeyActs>().Question(other.Owner, other.Id, null, Cancel)).Value!;
        Assert.Equal(Refusal.PasskeyWrong, (await house.Get<PasskeyActs>().Add(
            site.Owner, site.Id, new(Guid.NewGuid(), "x", asked.State, theirs.Create(asked.Options)), Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task A_passkey_that_was_removed_or_whose_administrator_was_deleted_signs_nobody_in(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        using var removed = await NewPasskey(site);
        using var passkey = await NewPasskey(site);
        var acts = house.Get<PasskeyActs>();
        var own = (await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Value!.Passkeys;
        Assert.Equal(2, own.Count);
        var other = await house.NewSite("Tower West");
        Assert.Equal(Refusal.NotFound, (await acts.Remove(other.Owner, other.Id, own[0].PasskeyId, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.True((await By(house, removed)).Refusal is null && (await By(house, passkey)).Refusal is null);
        var used = await site.Read(db => db.Passkeys.Where(p => p.UserId == site.Owner.Id).ToListAsync(Cancel));
        Assert.All(used, p => Assert.NotNull(p.LastUsedAt));
        // Which of the two stands first is the clock's to say; remove one and see which is left.
        Assert.True((await acts.Remove(site.Owner, site.Id, own[0].PasskeyId, new(Guid.NewGuid()), Cancel)).Done);
        Assert.Single(new[] { (await By(house, removed)).Refusal, (await By(house, passkey)).Refusal }, refusal => refusal is null);

        var above = await house.NewOwner(site.DistributorId);
        await house.Invite(site.Owner, site.Id, new(Persons.NewEmail(), Password: Persons.Chosen));
        var place = await site.Read(db => db.Memberships.Where(m => m.AccountId == site.Id && m.AdministratorId == site.Owner.Id).Select(m => m.Id).SingleAsync(Cancel));
        Assert.True((await house.Get<DeleteAdministrator>().Do(above, site.Id, place, new(Guid.NewGuid()), Cancel)).Done);
        Assert.Equal((Refusal.PasskeyWrong, Refusal.PasskeyWrong), ((await By(house, removed)).Refusal, (await By(house, passkey)).Refusal));
    }

    [Theory, BothEngines]
    public async Task An_invitation_is_taken_by_a_passkey_which_is_then_the_last_way_in(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, email) = (await house.NewSite(), Persons.NewEmail());
        await house.Invite(site.Owner, site.Id, new(email));
        var (links, secret) = (house.Get<UseLink>(), await house.SecretTo(email));
        using var passkey = new SoftPasskey();
        var asked = (await links.PasskeyQuestion(secret, "x", Cancel))!;
        var credential = passkey.Create(asked.Options);
        Assert.Equal(Refusal.PasskeyWrong, (await links.ChoosePasskey(secret, asked.State, "{}", "First", "x", Cancel)).Refused?.Refusal);
        Assert.True((await links.ChoosePasskey(secret, asked.State, credential, "First", "x", Cancel)).Done);
        Assert.Equal(Refusal.LinkOver, (await links.ChoosePasskey(secret, asked.State, credential, "First", "x", Cancel)).Refused?.Refusal);
        Assert.Null(await links.PasskeyQuestion(secret, "x", Cancel));
        Assert.Null((await By(house, passkey)).Refusal);

        var person = await site.Read(db => db.Administrators.AsNoTracking().SingleAsync(a => a.Email == email, Cancel));
        var session = await site.Read(db => db.Sessions.Where(s => s.AdministratorId == person.Id).Select(s => s.Id).SingleAsync(Cancel));
        var actor = new Actor(ActorKind.Administrator, person.Id, person.SecurityStamp!) { Session = session };
        var self = (await house.Get<ReadProfile>().Ask(actor, site.Id, Cancel)).Value!;
        Assert.False(self.HasPassword);
        var acts = house.Get<PasskeyActs>();
        Assert.Equal(Refusal.LastWayIn, (await acts.Remove(actor, site.Id, self.Passkeys.Single().PasskeyId, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        house.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Refusal.SignInOld, (await acts.Remove(actor, site.Id, self.Passkeys.Single().PasskeyId, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task The_own_profile_is_changed_and_the_address_is_not(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        var change = house.Get<ChangeProfile>();
        Assert.True((await change.Do(site.Owner, site.Id, new(Guid.NewGuid(), " Marie Nová ", "sv"), Cancel)).Done);
        var self = (await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Value!;
        Assert.Equal(("Marie Nová", "sv", site.Email, true), (self.Name, self.Language, self.Email, self.IsFresh));
        foreach (var (name, language, refusal, field) in new[]
        {
            ("", "en", Refusal.NameMissing, "name"), ("a\nb", "en", Refusal.NameTooLong, "name"), ("Marie", "xx", Refusal.LanguageUnknown, "language"),
        })
        {
            var refused = (await change.Do(site.Owner, site.Id, new(Guid.NewGuid(), name, language), Cancel)).Refused;
            Assert.Equal((refusal, field), (refused?.Refusal, refused?.Field));
        }
        // A program has no profile.
        var token = await house.Get<MakeApiToken>().Do(site.Owner, site.Id, new(Guid.NewGuid(), "x", Role.Owner), Cancel);
        var program = new Actor(ActorKind.ApiToken, token.Value!.ApiTokenId, site.Id.ToString());
        Assert.Equal(Refusal.NotFound, (await house.Get<ReadProfile>().Ask(program, site.Id, Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await change.Do(program, site.Id, new(Guid.NewGuid(), "Marie", "en"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await house.Get<FactorActs>().TurnOff(program, site.Id, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
    }
}
