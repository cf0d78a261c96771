using System.Text.RegularExpressions;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>A new password by mail, and what no new password may be.</summary>
public partial class ForgottenTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task Send(House house, string email) => house.Get<AskForNewPassword>().Send(email.ToUpperInvariant(), Cancel);

    [GeneratedRegex("CfDJ8[^\"<> ]+")]
    private static partial Regex Sealed { get; }

    [Theory, BothEngines]
    public async Task Known_and_unknown_addresses_hear_the_same(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        async Task<string> Ask(string email)
        {
            using var browser = house.NewClient();
            var page = await (await browser.Send("/forgotten", "forgotten", new() { ["Form.Email"] = email })).Text();
            Assert.Contains("a link is on its way", page, StringComparison.Ordinal);
            // But for what was typed and what the framework seals into each page.
            return Sealed.Replace(page, "").Replace(email, "…", StringComparison.Ordinal);
        }
        Assert.Equal(await Ask(Persons.NewEmail()), await Ask(site.Email));
        // What was put down is looked at afterwards.
        while (await house.MailTo(site.Email, MessageKind.NewPasswordLink) is null)
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancel);
    }

    [Theory, BothEngines]
    public async Task The_link_gives_a_new_password_ends_sessions_and_leaves_the_second_step(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var secret = "12345678901234567890"u8.ToArray();
        string Code() => Totp.Code(secret, Totp.StepAt(house.Time.GetUtcNow()));
        Assert.True((await house.Get<FactorActs>().TurnOn(site.Owner, site.Id, new(Guid.NewGuid(), Convert.ToBase64String(secret), Code()), Cancel)).Done);
        house.Time.Advance(TimeSpan.FromSeconds(1));
        await Send(house, site.Email);
        var link = await house.SecretTo(site.Email, MessageKind.NewPasswordLink);
        Assert.Null((await house.SignIn(site.Email, Site.Password)).Refused);
        Assert.True((await house.Get<UseLink>().ChoosePassword(link, null, Persons.Chosen, "x", Cancel)).Done);
        Assert.Equal(Refusal.SignedOut, (await house.Get<ReadProfile>().Ask(site.Owner, site.Id, Cancel)).Refused?.Refusal);
        var (refused, cookies) = await house.SignIn(site.Email, Persons.Chosen);
        Assert.Null(refused);
        Assert.Contains("latchkey-second=", cookies, StringComparison.Ordinal);
        Assert.DoesNotContain("latchkey=", cookies, StringComparison.Ordinal);
        Assert.Contains("Your password was changed", (await house.MailTo(site.Email, MessageKind.SignInChanged))!.Subject, StringComparison.Ordinal);

        // It works for an hour.
        house.Time.Advance(TimeSpan.FromSeconds(1));
        await Send(house, site.Email);
        var late = await house.SecretTo(site.Email, MessageKind.NewPasswordLink);
        house.Time.Advance(TimeSpan.FromMinutes(AdministratorLink.NewPasswordLifeMinutes));
        Assert.Equal(Refusal.LinkOver, (await house.Get<UseLink>().Look(late, "x", Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task An_account_that_is_gone_keeps_nobody_from_a_new_password(Engine engine)
    {
        var house = await houses.Own(engine);
        for (var level = 0; level < 2; level++)
        {
            var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
            house.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.True((await house.Invite(other.Owner, other.Id, new(site.Email))).Done);
            await site.Delete(level == 0 ? site.Id : site.DistributorId);
            await Send(house, site.Email);
            Assert.True((await house.Get<UseLink>().ChoosePassword(await house.SecretTo(site.Email, MessageKind.NewPasswordLink), null, Persons.Chosen, "x", Cancel)).Done);
            Assert.Null((await house.SignIn(site.Email, Persons.Chosen)).Refused);
            // Written down where the person still works.
            Assert.Equal(
                [nameof(AskForNewPassword), "ChooseNewPassword", "SignIn"],
                await other.Read(db => db.AuditEntries.Where(a => a.AccountId == other.Id && a.ActorId == site.Owner.Id).OrderBy(a => a.Seq).Select(a => a.Act).ToListAsync(Cancel)));
            await other.Delete(other.Id);
            await Send(house, site.Email);
            Assert.Equal(1, await other.Read(db => db.Messages.CountAsync(m => m.To == site.Email && m.Kind == MessageKind.NewPasswordLink, Cancel)));
        }
    }

    [Theory, BothEngines]
    public async Task Nobody_without_a_place_gets_a_link_and_nobody_too_many(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, invited, deleted) = (await house.NewSite(), Persons.NewEmail(), Persons.NewEmail());
        await house.Invite(site.Owner, site.Id, new(invited));
        var place = (await house.Invite(site.Owner, site.Id, new(deleted, Password: Persons.Chosen))).Value!.MembershipId;
        Assert.True((await house.Get<DeleteAdministrator>().Do(site.Owner, site.Id, place, new(Guid.NewGuid()), Cancel)).Done);
        foreach (var email in new[] { invited, deleted, Persons.NewEmail() })
        {
            await Send(house, email);
            Assert.Null(await house.MailTo(email, MessageKind.NewPasswordLink));
        }
        for (var i = 0; i < AskForNewPassword.EachFree + 3; i++)
            await Send(house, site.Email);
        Assert.Equal(AskForNewPassword.EachFree, await site.Read(db => db.Messages.CountAsync(m => m.To == site.Email && m.Kind == MessageKind.NewPasswordLink, Cancel)));
        // The newest alone works.
        Assert.Equal(1, await site.Read(db => db.AdministratorLinks.CountAsync(l => l.AdministratorId == site.Owner.Id, Cancel)));

        var ask = house.Get<AskForNewPassword>();
        for (var i = 0; i < Throttle.FreeTries; i++)
            Assert.Null(await ask.Do(Persons.NewEmail(), "one network", Cancel));
        Assert.Equal(Refusal.SignInWait, (await ask.Do(Persons.NewEmail(), "one network", Cancel))?.Refusal);
        Assert.Equal((Refusal.EmailMissing, "email"), ((await ask.Do(" ", "x", Cancel)) is { } r ? (r.Refusal, r.Field) : default));
        Assert.Equal((Refusal.EmailWrong, "email"), ((await ask.Do("x@", "x", Cancel)) is { } w ? (w.Refusal, w.Field) : default));
    }

    [Theory]
    [InlineData("Password1!"), InlineData("Summer2026!"), InlineData("qwertyuiop"), InlineData("123456789"), InlineData("P@ssw0rd"), InlineData("!!Dragon99")]
    public void Common_passwords_are_known_also_with_a_little_about_them(string password)
    {
        Assert.True(Passwords.IsCommon(password));
        Assert.NotNull(Passwords.Lint(password, "password"));
    }

    [Theory]
    [InlineData("Password1!"), InlineData("Summer2026!"), InlineData("!!Dragon99")]
    public void What_the_rule_lets_through_is_looked_up(string password)
    {
        Assert.Equal(Refusal.PasswordCommon, Passwords.Lint(password, "password")?.Refusal);
    }

    [Theory]
    [InlineData("correct horse battery"), InlineData("four quite other words"), InlineData("Eight8chars"), InlineData("kX7-vurelo"), InlineData("Dragon-1234567890")]
    public void Others_are_not(string password)
    {
        Assert.False(Passwords.IsCommon(password));
        Assert.Null(Passwords.Lint(password, "password"));
    }
}
