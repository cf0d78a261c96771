using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>Who gets a place in an account, how, and how it is taken away.</summary>
public class AdministratorTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Administrator> Person(House house, string email) => Read(house, db => db.Administrators.AsNoTracking().SingleAsync(a => a.Email == email, Cancel));

    static async Task<T> Read<T>(House house, Func<Server.Storage.Db, Task<T>> ask)
    {
        await using var db = house.Store.Open();
        return await ask(db);
    }

    [Theory, BothEngines]
    public async Task A_link_lets_the_person_choose_a_password_once(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (site, email) = (await house.NewSite(), Persons.NewEmail());
        house.Time.Advance(TimeSpan.FromSeconds(1));
        var invited = await house.Invite(site.Owner, site.Id, new(email, "Jana Nová", Role.KeyManager, Language: "cs"));
        Assert.Equal(InviteWay.Link, invited.Value?.Way);
        var row = await house.Listed(site.Owner, site.Id, invited.Value!.MembershipId);
        Assert.Equal((2, email, "Jana Nová", Role.KeyManager, MembershipState.Invited), (row.No, row.Email, row.Name, row.Role, row.State));
        Assert.Equal(house.Time.GetUtcNow().AddDays(AdministratorLink.InvitationLifeDays), row.InvitationEndsAt);
        var mail = await house.MailTo(email, MessageKind.AdministratorInvited);
        Assert.Equal("cs", mail!.Language);
        var secret = await house.SecretTo(email);
        Assert.False(await Read(house, db => db.AdministratorLinks.AnyAsync(l => l.Hash == System.Text.Encoding.UTF8.GetBytes(secret), Cancel)));

        // To open it, as mail programs do, and to look uses nothing up.
        using var browser = house.NewClient();
        var shown = "";
        for (var i = 0; i < 2; i++)
        {
            Assert.Contains("data-fragment", await browser.GetStringAsync("/invitation", Cancel), StringComparison.Ordinal);
            shown = await (await browser.Send("/invitation", "link", new() { ["Form.Code"] = secret })).Text();
            Assert.Contains(email, shown, StringComparison.Ordinal);
            Assert.Contains("Alfa Reality", shown, StringComparison.Ordinal);
        }
        Task<HttpResponseMessage> Choose(string password) => browser.Answer(
            shown, "/invitation", "link", new() { ["Form.Code"] = secret, ["Form.Step"] = "choose", ["Form.Name"] = "Jana Malá", ["Form.Password"] = password });
        Assert.Contains("15 characters or more", await (await Choose("short")).Text(), StringComparison.Ordinal);
        Assert.Contains("That is done", await (await Choose(Persons.Chosen)).Text(), StringComparison.Ordinal);

        Assert.Null((await house.SignIn(email, Persons.Chosen)).Refused);
        row = await house.Listed(site.Owner, site.Id, row.MembershipId);
        Assert.Equal((MembershipState.Active, "Jana Malá", house.Time.GetUtcNow()), (row.State, row.Name, row.LastSignInAt));
        Assert.Contains("This link was used", await (await Choose("some words of another kind")).Text(), StringComparison.Ordinal);
        Assert.Null((await house.SignIn(email, Persons.Chosen)).Refused);
        var acts = await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id && a.SubjectId == row.MembershipId).OrderBy(a => a.Seq).Select(a => a.Act).ToListAsync(Cancel));
        Assert.Equal(["InviteAdministrator", "AcceptInvitation"], acts);
    }

    [Theory, BothEngines]
    public async Task A_link_ends_with_its_time_its_successor_and_its_place(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var links = house.Get<UseLink>();
        async Task<(Guid, string, string)> New()
        {
            var email = Persons.NewEmail();
            var invited = await house.Invite(site.Owner, site.Id, new(email));
            return (invited.Value!.MembershipId, email, await house.SecretTo(email));
        }
        async Task Over(string secret)
        {
            Assert.Equal(Refusal.LinkOver, (await links.Look(secret, Guid.NewGuid().ToString(), Cancel)).Refused?.Refusal);
            Assert.Equal(Refusal.LinkOver, (await links.ChoosePassword(secret, null, Persons.Chosen, Guid.NewGuid().ToString(), Cancel)).Refused?.Refusal);
        }

        var (deleted, _, ofDeleted) = await New();
        Assert.True((await house.Get<DeleteAdministrator>().Do(site.Owner, site.Id, deleted, new(Guid.NewGuid()), Cancel)).Done);
        await Over(ofDeleted);

        var (again, address, first) = await New();
        house.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(LinkPurpose.Invitation, (await house.Get<SendNewLink>().Do(site.Owner, site.Id, again, new(Guid.NewGuid()), Cancel)).Value?.Purpose);
        await Over(first);
        var second = await house.SecretTo(address);
        Assert.True((await links.Look(second, "x", Cancel)).Done);

        house.Time.Advance(TimeSpan.FromDays(AdministratorLink.InvitationLifeDays) - TimeSpan.FromSeconds(1));
        Assert.True((await links.Look(second, "x", Cancel)).Done);
        house.Time.Advance(TimeSpan.FromSeconds(1));
        await Over(second);

        await Over("nonsense");
        // Guesses wait ever longer.
        for (var i = 0; i < Server.Storage.Throttle.FreeTries; i++)
            await links.Look("nonsense", "guesser", Cancel);
        Assert.Equal(Refusal.SignInWait, (await links.Look("nonsense", "guesser", Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task A_link_of_an_account_that_is_deleted_or_has_let_the_person_expire_is_over(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var (soon, late) = (Persons.NewEmail(), Persons.NewEmail());
        await house.Invite(site.Owner, site.Id, new(soon, EndsAt: house.Time.GetUtcNow().AddHours(1)));
        await house.Invite(site.Owner, site.Id, new(late));
        house.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Refusal.LinkOver, (await house.Get<UseLink>().Look(await house.SecretTo(soon), "x", Cancel)).Refused?.Refusal);
        Assert.True((await house.Get<UseLink>().Look(await house.SecretTo(late), "x", Cancel)).Done);
        await site.Delete(site.Id);
        Assert.Equal(Refusal.LinkOver, (await house.Get<UseLink>().Look(await house.SecretTo(late), "x", Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task A_typed_password_opens_at_once(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (site, email, id) = (await house.NewSite(), Persons.NewEmail(), Guid.NewGuid());
        var request = new NewAdministrator(email, Role: Role.Auditor, Password: Persons.Chosen);
        Assert.Equal(InviteWay.Password, (await house.Invite(site.Owner, site.Id, request, id)).Value?.Way);
        Assert.Null((await house.SignIn(email, Persons.Chosen)).Refused);
        Assert.Equal(MembershipState.Active, (await house.Listed(site.Owner, site.Id, id)).State);
        Assert.Equal(email.Split('@')[0], (await Person(house, email)).Name);
        // The same request again acts once; another with its id is refused.
        Assert.Equal(id, (await house.Invite(site.Owner, site.Id, request, id)).Value?.MembershipId);
        Assert.Equal(Refusal.IdReused, (await house.Invite(site.Owner, site.Id, request with { Password = "some words of another kind" }, id)).Refused?.Refusal);
        Assert.Equal((Refusal.AdministratorTaken, "email"), Of(await house.Invite(site.Owner, site.Id, new(email.ToUpperInvariant()))));
        var stored = await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id && a.SubjectId == id).Select(a => a.Payload).SingleAsync(Cancel));
        Assert.DoesNotContain(Persons.Chosen, stored, StringComparison.Ordinal);
    }

    static (Refusal?, string?) Of<T>(Outcome<T> outcome) => (outcome.Refused?.Refusal, outcome.Refused?.Field);

    [Theory, BothEngines]
    public async Task One_address_is_one_person_whose_password_only_an_owner_of_all_places_sets(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        // The owner of the first site has proved the mailbox: the second gives a place at once, and tells by mail.
        var told = await house.Invite(other.Owner, other.Id, new(site.Email, Role: Role.Auditor));
        Assert.Equal(InviteWay.Told, told.Value?.Way);
        Assert.NotNull(await house.MailTo(site.Email, MessageKind.AdministratorAdded));
        Assert.Equal(1, await Read(house, db => db.Administrators.CountAsync(a => a.Email == site.Email, Cancel)));
        Assert.Null((await house.SignIn(site.Email, Site.Password)).Refused);

        var set = house.Get<SetAdministratorPassword>();
        async Task<(Refusal?, string?)> Try(Actor actor, Guid account, Guid place) => Of(await set.Do(actor, account, place, new(Guid.NewGuid(), Persons.Chosen), Cancel));
        Assert.Equal((Refusal.PersonElsewhere, "password"), await Try(other.Owner, other.Id, told.Value!.MembershipId));
        Assert.Equal((Refusal.PersonElsewhere, "password"), Of(await house.Invite(await house.NewOwner(other.DistributorId), other.DistributorId, new(site.Email, Password: Persons.Chosen))));
        Assert.Null((await house.SignIn(site.Email, Site.Password)).Refused);
        // The link by mail is the way that is left.
        Assert.Equal(LinkPurpose.NewPassword, (await house.Get<SendNewLink>().Do(other.Owner, other.Id, told.Value.MembershipId, new(Guid.NewGuid()), Cancel)).Value?.Purpose);
        Assert.True((await house.Get<UseLink>().ChoosePassword(await house.SecretTo(site.Email, MessageKind.NewPasswordLink), null, Persons.Chosen, "x", Cancel)).Done);
        Assert.Equal(Refusal.SignInWrong, (await house.SignIn(site.Email, Site.Password)).Refused?.Refusal);
        Assert.Null((await house.SignIn(site.Email, Persons.Chosen)).Refused);
    }

    [Theory, BothEngines]
    public async Task A_password_that_somebody_above_sets_ends_every_session_and_is_told(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        var above = await house.NewOwner(site.DistributorId);
        var place = await site.Read(db => db.Memberships.Where(m => m.AccountId == site.Id).Select(m => m.Id).SingleAsync(Cancel));
        var set = house.Get<SetAdministratorPassword>();
        Assert.Equal((Refusal.PasswordWeak, "password"), Of(await set.Do(above, site.Id, place, new(Guid.NewGuid(), "short"), Cancel)));
        Assert.True((await set.Do(above, site.Id, place, new(Guid.NewGuid(), Persons.Chosen), Cancel)).Done);
        Assert.Equal(Refusal.SignedOut, (await house.Get<ListAdministrators>().Ask(site.Owner, site.Id, Cancel)).Refused?.Refusal);
        Assert.Null((await house.SignIn(site.Email, Persons.Chosen)).Refused);
        Assert.Equal(Refusal.SignInWrong, (await house.SignIn(site.Email, Site.Password)).Refused?.Refusal);
        Assert.Contains("Owen Above", (await house.MailTo(site.Email, MessageKind.SignInChanged))!.Text, StringComparison.Ordinal);
        Assert.Equal(Refusal.NotFound, (await set.Do(above, site.DistributorId, place, new(Guid.NewGuid(), Persons.Chosen), Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task Who_knows_a_typed_password_gets_into_no_account_that_comes_later(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (thief, victim, email) = (await house.NewSite("Thief"), await house.NewSite("Victim"), Persons.NewEmail());
        await house.Invite(thief.Owner, thief.Id, new(email, Password: Persons.Chosen));
        var later = await house.Invite(victim.Owner, victim.Id, new(email));
        Assert.Equal(InviteWay.Link, later.Value?.Way);
        // Signed in by the password that the thief typed: nothing of the victim's is there.
        Assert.Null((await house.SignIn(email, Persons.Chosen)).Refused);
        var person = await Person(house, email);
        var session = await Read(house, db => db.Sessions.Where(s => s.AdministratorId == person.Id).Select(s => s.Id).SingleAsync(Cancel));
        var actor = new Actor(ActorKind.Administrator, person.Id, person.SecurityStamp!) { Session = session };
        var list = house.Get<ListAdministrators>();
        Assert.True((await list.Ask(actor, thief.Id, Cancel)).Done);
        Assert.Equal(Refusal.NotFound, (await list.Ask(actor, victim.Id, Cancel)).Refused?.Refusal);

        Assert.True((await house.Get<UseLink>().ChoosePassword(await house.SecretTo(email), null, "some words of another kind", "x", Cancel)).Done);
        Assert.Equal(Refusal.SignedOut, (await list.Ask(actor, victim.Id, Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.SignInWrong, (await house.SignIn(email, Persons.Chosen)).Refused?.Refusal);
        Assert.Null((await house.SignIn(email, "some words of another kind")).Refused);
        // From then on the mailbox is proved, and a third account need not ask again.
        var third = await house.NewSite("Third");
        Assert.Equal(InviteWay.Told, (await house.Invite(third.Owner, third.Id, new(email))).Value?.Way);
    }

    [Theory, BothEngines]
    public async Task An_invitation_waits_for_what_another_account_does_to_the_person(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        var (written, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        // As when somebody above types a password: what was proved of the mailbox holds no more, once that is stored.
        var act = house.Store.Write(
            async db =>
            {
                await db.LockPerson(site.Owner.Id, Cancel);
                (await db.Administrators.SingleAsync(a => a.Id == site.Owner.Id, Cancel)).EmailConfirmed = false;
                await db.SaveChangesAsync(Cancel);
                written.SetResult();
                await mayEnd.Task;
            },
            Cancel);
        await written.Task;
        var invited = Task.Run(() => house.Invite(other.Owner, other.Id, new(site.Email)), Cancel);
        while (engine == Engine.Postgres && !invited.IsCompleted && !await Read(house, db => db.Database
            .SqlQuery<bool>($"select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as \"Value\"").SingleAsync(Cancel)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancel);
        mayEnd.SetResult();
        await act;
        Assert.Equal(InviteWay.Link, (await invited).Value?.Way);
    }

    [Theory, BothEngines]
    public async Task A_deleted_one_stays_listed_and_comes_back_only_as_a_new_one(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (site, email) = (await house.NewSite(), Persons.NewEmail());
        house.Time.Advance(TimeSpan.FromSeconds(1));
        var first = (await house.Invite(site.Owner, site.Id, new(email, Password: Persons.Chosen))).Value!.MembershipId;
        var (delete, change, set) = (house.Get<DeleteAdministrator>(), house.Get<ChangeAdministrator>(), house.Get<SetAdministratorPassword>());
        house.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await delete.Do(site.Owner, site.Id, first, new(Guid.NewGuid()), Cancel)).Done);
        var at = house.Time.GetUtcNow();
        house.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((2, MembershipState.Deleted, at), await Row(first));
        Assert.Equal(Refusal.SignInWrong, (await house.SignIn(email, Persons.Chosen)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await delete.Do(site.Owner, site.Id, first, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await change.Do(site.Owner, site.Id, first, new(Guid.NewGuid(), Role.Owner, null), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await set.Do(site.Owner, site.Id, first, new(Guid.NewGuid(), Persons.Chosen), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await house.Get<SendNewLink>().Do(site.Owner, site.Id, first, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);

        // Anew: what signed in before does so no more.
        var again = await house.Invite(site.Owner, site.Id, new(email));
        Assert.Equal(InviteWay.Link, again.Value?.Way);
        Assert.Equal(Refusal.SignInWrong, (await house.SignIn(email, Persons.Chosen)).Refused?.Refusal);
        Assert.Equal((3, MembershipState.Invited, (DateTimeOffset?)null), await Row(again.Value!.MembershipId));
        Assert.Equal((2, MembershipState.Deleted, at), await Row(first));

        async Task<(int, MembershipState, DateTimeOffset?)> Row(Guid id)
        {
            var row = await house.Listed(site.Owner, site.Id, id);
            return (row.No, row.State, row.DeletedAt);
        }
    }

    [Theory, BothEngines]
    public async Task Nobody_does_it_to_themselves_and_the_last_owner_stays(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        var (delete, change) = (house.Get<DeleteAdministrator>(), house.Get<ChangeAdministrator>());
        var self = await site.Read(db => db.Memberships.Where(m => m.AccountId == site.Id).Select(m => m.Id).SingleAsync(Cancel));
        Assert.Equal(Refusal.OneselfUnfit, (await delete.Do(site.Owner, site.Id, self, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.OneselfUnfit, (await change.Do(site.Owner, site.Id, self, new(Guid.NewGuid(), Role.Auditor, null), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.OneselfUnfit, (await house.Get<SetAdministratorPassword>().Do(site.Owner, site.Id, self, new(Guid.NewGuid(), Persons.Chosen), Cancel)).Refused?.Refusal);
        var above = await house.NewOwner(site.DistributorId);
        Assert.Equal(Refusal.LastOwner, (await delete.Do(above, site.Id, self, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.LastOwner, (await change.Do(above, site.Id, self, new(Guid.NewGuid(), Role.KeyManager, null), Cancel)).Refused?.Refusal);
        // An invited owner is none yet.
        var email = Persons.NewEmail();
        await house.Invite(site.Owner, site.Id, new(email));
        Assert.Equal(Refusal.LastOwner, (await delete.Do(above, site.Id, self, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
        Assert.True((await house.Get<UseLink>().ChoosePassword(await house.SecretTo(email), null, Persons.Chosen, "x", Cancel)).Done);
        Assert.True((await delete.Do(above, site.Id, self, new(Guid.NewGuid()), Cancel)).Done);
        Assert.Equal(Refusal.SignedOut, (await house.Get<ListAdministrators>().Ask(site.Owner, site.Id, Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task Who_has_an_end_stands_in_for_the_last_owner_only_where_somebody_is_above(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        var top = await site.ParentOf(site.DistributorId);
        var (delete, change, ends) = (house.Get<DeleteAdministrator>(), house.Get<ChangeAdministrator>(), house.Time.GetUtcNow().AddDays(1));
        var (first, second) = (await house.NewOwner(top), await house.NewOwner(top));
        Task<Guid> Place(Actor of) => site.Read(db => db.Memberships.Where(m => m.AdministratorId == of.Id && m.DeletedAt == null).Select(m => m.Id).SingleAsync(Cancel));
        async Task<Refusal?> Delete(Actor actor, Guid place) => (await delete.Do(actor, top, place, new(Guid.NewGuid()), Cancel)).Refused?.Refusal;
        async Task<Refusal?> Change(Actor actor, Guid place, Role role, DateTimeOffset? end) =>
            (await change.Do(actor, top, place, new(Guid.NewGuid(), role, end), Cancel)).Refused?.Refusal;
        var (firsts, seconds) = (await Place(first), await Place(second));
        Assert.Null(await Change(first, seconds, Role.Owner, ends));
        Assert.Equal(Refusal.LastOwner, await Delete(second, firsts));
        Assert.Equal(Refusal.LastOwner, await Change(second, firsts, Role.Auditor, null));
        Assert.Equal(Refusal.LastOwner, await Change(second, firsts, Role.Owner, ends));
        // The one with the end may go, or get another, or none.
        Assert.Null(await Change(first, seconds, Role.Owner, ends.AddDays(1)));
        Assert.Null(await Change(first, seconds, Role.Owner, null));
        Assert.Null(await Delete(second, firsts));

        await house.Invite(site.Owner, site.Id, new(Persons.NewEmail(), Password: Persons.Chosen, EndsAt: ends));
        var above = await house.NewOwner(site.DistributorId);
        Assert.True((await delete.Do(above, site.Id, await Place(site.Owner), new(Guid.NewGuid()), Cancel)).Done);
    }

    [Theory, BothEngines]
    public async Task Only_owners_act_and_strangers_find_nothing(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        var place = (await house.Invite(site.Owner, site.Id, new(Persons.NewEmail(), Role: Role.Auditor, Password: Persons.Chosen))).Value!.MembershipId;
        var email = Persons.NewEmail();
        await house.Invite(site.Owner, site.Id, new(email, Role: Role.KeyManager, Password: Persons.Chosen));
        await house.SignIn(email, Persons.Chosen);
        var manager = await Person(house, email);
        var session = await Read(house, db => db.Sessions.Where(s => s.AdministratorId == manager.Id).Select(s => s.Id).SingleAsync(Cancel));
        var lesser = new Actor(ActorKind.Administrator, manager.Id, manager.SecurityStamp!) { Session = session };
        Assert.False((await house.Get<ListAdministrators>().Ask(lesser, site.Id, Cancel)).Value!.MayManage);
        foreach (var (actor, account, why) in new[]
        {
            (lesser, site.Id, Refusal.RoleTooLow), (other.Owner, site.Id, Refusal.NotFound), (other.Owner, other.Id, Refusal.NotFound), (Actor.Nobody, site.Id, Refusal.SignedOut),
        })
        {
            Assert.Equal(why, (await house.Get<ChangeAdministrator>().Do(actor, account, place, new(Guid.NewGuid(), Role.Owner, null), Cancel)).Refused?.Refusal);
            Assert.Equal(why, (await house.Get<SetAdministratorPassword>().Do(actor, account, place, new(Guid.NewGuid(), Persons.Chosen), Cancel)).Refused?.Refusal);
            Assert.Equal(why, (await house.Get<SendNewLink>().Do(actor, account, place, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
            Assert.Equal(why, (await house.Get<DeleteAdministrator>().Do(actor, account, place, new(Guid.NewGuid()), Cancel)).Refused?.Refusal);
            if (account == site.Id)
                Assert.Equal(why, (await house.Invite(actor, account, new(Persons.NewEmail()))).Refused?.Refusal);
        }
    }

    [Theory, BothEngines]
    public async Task An_account_that_has_expired_says_so_to_its_own_password_alone(Engine engine)
    {
        var house = await houses.Own(engine);
        var (site, email) = (await house.NewSite(), Persons.NewEmail());
        var place = (await house.Invite(site.Owner, site.Id, new(email, Password: Persons.Chosen))).Value!.MembershipId;
        var ends = house.Time.GetUtcNow().AddHours(1);
        Assert.Equal((Refusal.ValidityOver, "endsAt"), Of(await house.Get<ChangeAdministrator>().Do(site.Owner, site.Id, place, new(Guid.NewGuid(), Role.Owner, house.Time.GetUtcNow()), Cancel)));
        Assert.True((await house.Get<ChangeAdministrator>().Do(site.Owner, site.Id, place, new(Guid.NewGuid(), Role.Auditor, ends), Cancel)).Done);
        Assert.Null((await house.SignIn(email, Persons.Chosen)).Refused);
        var person = await Person(house, email);
        var session = await Read(house, db => db.Sessions.Where(s => s.AdministratorId == person.Id).Select(s => s.Id).SingleAsync(Cancel));
        var actor = new Actor(ActorKind.Administrator, person.Id, person.SecurityStamp!) { Session = session };
        Assert.True((await house.Get<ListAdministrators>().Ask(actor, site.Id, Cancel)).Done);

        house.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Refusal.NotFound, (await house.Get<ListAdministrators>().Ask(actor, site.Id, Cancel)).Refused?.Refusal);
        Assert.Equal((Refusal.SignInEnded, ends), ((await house.SignIn(email, Persons.Chosen)).Refused is { } r ? (r.Refusal, r.At) : default));
        Assert.Equal(Refusal.SignInWrong, (await house.SignIn(email, "wrong")).Refused?.Refusal);
        Assert.Equal(MembershipState.Ended, (await house.Listed(site.Owner, site.Id, place)).State);
        Assert.True((await house.Get<ChangeAdministrator>().Do(site.Owner, site.Id, place, new(Guid.NewGuid(), Role.Auditor, null), Cancel)).Done);
        Assert.Null((await house.SignIn(email, Persons.Chosen)).Refused);
    }

    [Theory, BothEngines]
    public async Task Each_fault_names_its_field(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var site = await house.NewSite();
        var good = new NewAdministrator(Persons.NewEmail());
        foreach (var (who, refusal, field) in new[]
        {
            (good with { Email = " " }, Refusal.EmailMissing, "email"), (good with { Email = "jana@" }, Refusal.EmailWrong, "email"),
            (good with { Name = new string('x', 81) }, Refusal.NameTooLong, "name"), (good with { Role = (Role)99 }, Refusal.SettingOutOfRange, "role"),
            (good with { Language = "xx" }, Refusal.LanguageUnknown, "language"), (good with { EndsAt = house.Time.GetUtcNow() }, Refusal.ValidityOver, "endsAt"),
            (good with { Password = "short" }, Refusal.PasswordWeak, "password"),
        })
            Assert.Equal((refusal, field), Of(await house.Invite(site.Owner, site.Id, who)));
        Assert.False(await Read(house, db => db.Administrators.AnyAsync(a => a.Email == good.Email, Cancel)));
    }

    [Fact]
    public async Task Without_a_mail_server_a_password_is_typed()
    {
        var house = await houses.Own(Engine.Sqlite, new Dictionary<string, string?> { ["Latchkey:Mailbox"] = "false" });
        var site = await house.NewSite();
        Assert.Equal((Refusal.MailOff, "password"), Of(await house.Invite(site.Owner, site.Id, new(Persons.NewEmail()))));
        Assert.True((await house.Invite(site.Owner, site.Id, new(Persons.NewEmail(), Password: Persons.Chosen))).Done);
    }
}
