using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Customers;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Customers;

public class CustomerTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    sealed record Place(Site Site, Actor Dan, string Code)
    {
        public House House => Site.House;
        public Guid Id => Site.DistributorId;
    }

    /// <summary>A distributor with one customer, the site, and an owner at each.</summary>
    async Task<Place> Distributor(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        return new(site, await site.House.NewAdministrator(site.DistributorId), await site.Read(db => db.Distributors.Where(d => d.AccountId == site.DistributorId).Select(d => d.Code).SingleAsync()));
    }

    static CreateCustomerRequest Wizard(Place at, string yyyy = "0001", string name = "Vila Podolí") => new(
        Guid.NewGuid(), name, SystemType.Live, at.Code + yyyy, "k7Pq92Zt", "Europe/Prague", "cs",
        new() { City = "Praha", Email = "info@podoli.example", Phone = "+420 602 555 001" }, "Podolí", "39");

    static Task<Outcome<CreateCustomerAnswer>> Create(Place at, CreateCustomerRequest request, Actor? actor = null) =>
        at.House.Get<CreateCustomer>().Do(actor ?? at.Dan, at.Id, request, Cancel);

    static Task<Outcome<CustomerAnswer>> Read(Place at, Guid customer, Actor? actor = null, Guid? from = null) =>
        at.House.Get<ReadCustomer>().Ask(actor ?? at.Dan, from ?? at.Id, customer, Cancel);

    [Theory, BothEngines]
    public async Task The_wizard_makes_a_whole_customer_once(Engine engine)
    {
        var at = await Distributor(engine);
        var request = Wizard(at);
        var made = await Create(at, request);
        Assert.Equal(made.Value, (await Create(at, request)).Value);
        var read = (await Read(at, request.Id)).Value!;
        Assert.Equal(
            ("Vila Podolí", SystemType.Live, at.Code + "0001", "Podolí", "39", "Europe/Prague", "cs", "Praha"),
            (read.Name, read.SystemType, read.SystemId, read.KeyName, read.Prefix, read.TimeZone, read.Language, read.Contact.City));
        // It works: the distributor steps in and makes a key.
        var key = await at.House.Get<IssueMobileKey>().Do(at.Dan, request.Id, new(Guid.NewGuid(), Name: "Jana", Notify: false), Cancel);
        Assert.True(key.Done, key.Refused?.ToString());
        var proposed = await at.House.Get<Acts>().Ask(at.Dan, at.Id, Role.Auditor, NewCustomerQuestion.Read, Cancel);
        Assert.Equal((at.Code, "0002", 8), (proposed.Value!.Code, proposed.Value.Installation, proposed.Value.SystemKey.Length));
    }

    [Theory, BothEngines]
    public async Task What_is_typed_wrong_is_said_at_its_field_and_nothing_is_made(Engine engine)
    {
        var at = await Distributor(engine);
        var good = Wizard(at);
        async Task Is(CreateCustomerRequest request, Refusal refusal, string field) =>
            Assert.Equal((refusal, field), await Create(at, request with { Id = Guid.NewGuid() }) is { Refused: { } r } ? (r.Refusal, r.Field) : default);
        await Is(good with { Name = " " }, Refusal.NameMissing, "name");
        await Is(good with { SystemId = "ABCD0001" }, Refusal.SystemIdWrong, "systemId");
        await Is(good with { SystemId = at.Code + "01" }, Refusal.SystemIdWrong, "systemId");
        await Is(good with { SystemKey = "short" }, Refusal.SystemKeyWrong, "systemKey");
        await Is(good with { SystemKey = "k7Pq92Z!" }, Refusal.SystemKeyWrong, "systemKey");
        await Is(good with { Prefix = "1" }, Refusal.PrefixWrong, "prefix");
        await Is(good with { Prefix = "012" }, Refusal.PrefixWrong, "prefix");
        await Is(good with { TimeZone = "Prague" }, Refusal.TimeZoneUnknown, "timeZone");
        await Is(good with { Language = "xx" }, Refusal.LanguageUnknown, "language");
        await Is(good with { Contact = new() { Phone = "602 555 001" } }, Refusal.PhoneWrong, "contact.phone");
        await Is(good with { Contact = new() { Email = "nobody" } }, Refusal.EmailWrong, "contact.email");
        await Is(good with { DefaultValidTo = at.House.Time.GetUtcNow() }, Refusal.ValidityOver, "defaultValidTo");
        Assert.True((await Create(at, good)).Done);
        await Is(good, Refusal.SystemIdTaken, "systemId");
        Assert.Equal(2, await at.Site.Read(db => db.Accounts.CountAsync(a => a.ParentId == at.Id, Cancel)));
    }

    [Theory, BothEngines]
    public async Task A_demo_bears_the_values_that_everybody_knows(Engine engine)
    {
        var at = await Distributor(engine);
        foreach (var name in new[] { "Showroom", "Fair" })
        {
            var made = await Create(at, Wizard(at, name: name) with { SystemType = SystemType.Demo, SystemId = null, SystemKey = null });
            Assert.Equal("demo0001", made.Value!.SystemId);
        }
        var demos = await at.House.Get<Acts>().Ask(at.Dan, at.Id, Role.Auditor, q => CustomerList.Read(q, CustomerFilter.Demo, null, CustomerOrder.Name, null), Cancel);
        Assert.Equal(["Fair", "Showroom"], demos.Value!.Rows.Select(r => r.Name));
    }

    [Theory, BothEngines]
    public async Task Editing_the_system_takes_both_and_the_fingerprints_change(Engine engine)
    {
        var at = await Distributor(engine);
        var customer = (await Create(at, Wizard(at))).Value!.CustomerId;
        var before = (await Read(at, customer)).Value!;
        Assert.Equal((16, 32), (before.SystemIdPrint.Length, before.SystemKeyPrint.Length));
        var edit = at.House.Get<EditSystem>();
        Assert.Equal(Refusal.SystemIdWrong, (await edit.Do(at.Dan, at.Id, customer, new(Guid.NewGuid(), SystemType.Live, "", ""), Cancel)).Refused?.Refusal);
        Assert.True((await edit.Do(at.Dan, at.Id, customer, new(Guid.NewGuid(), SystemType.Live, at.Code + "0777", "another1"), Cancel)).Done);
        var after = (await Read(at, customer)).Value!;
        Assert.Equal(at.Code + "0777", after.SystemId);
        Assert.NotEqual(before.SystemIdPrint, after.SystemIdPrint);
        Assert.NotEqual(before.SystemKeyPrint, after.SystemKeyPrint);
        // Its own administrators don't: the System ID is the distributor's.
        Assert.Equal(Refusal.NotFound, (await edit.Do(at.Site.Owner, at.Site.Id, at.Site.Id, new(Guid.NewGuid(), SystemType.Live, at.Code + "0778", "another1"), Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task No_key_of_a_demo_comes_into_a_counted_system(Engine engine)
    {
        var at = await Distributor(engine);
        await at.House.Store.Write(
            db => db.Distributors.Where(d => d.AccountId == at.Id).ExecuteUpdateAsync(s => s.SetProperty(d => d.CreditsCounted, true), Cancel), Cancel);
        var customer = (await Create(at, Wizard(at) with { SystemType = SystemType.Demo, SystemId = null, SystemKey = null })).Value!.CustomerId;
        async Task<(Refusal?, string?, string?)> Become(SystemType type)
        {
            var isDemo = type == SystemType.Demo;
            var edited = await at.House.Get<EditSystem>().Do(
                at.Dan, at.Id, customer, new(Guid.NewGuid(), type, isDemo ? null : at.Code + "0777", isDemo ? null : "another1"), Cancel);
            return (edited.Refused?.Refusal, edited.Refused?.Field, edited.Refused?.State);
        }
        async Task<Guid> Issue(string name)
        {
            var made = await at.House.Get<IssueMobileKey>().Do(at.Dan, customer, new(Guid.NewGuid(), Name: name, Notify: false), Cancel);
            Assert.True(made.Done, made.Refused?.ToString());
            return made.Value.MobileKeyId;
        }
        Task<long> Trial() => at.Site.Read(db => db.CreditBalances.Where(b => b.AccountId == customer).Select(b => b.Trial).SingleOrDefaultAsync(Cancel));

        // Without keys it may be either, and has its trial credits once.
        Assert.Equal(default, await Become(SystemType.Live));
        Assert.Equal(5, await Trial());
        Assert.Equal(default, await Become(SystemType.Demo));
        var free = await Issue("Jana");
        // Its invitation is over, yet could be given anew.
        var now = at.House.Time.GetUtcNow();
        await at.House.Store.Write(
            db => db.MobileKeys.Where(k => k.CustomerId == customer).ExecuteUpdateAsync(s => s.SetProperty(k => k.InvitationEndsAt, now), Cancel), Cancel);
        Assert.Equal((Refusal.StateUnfit, "systemType", "Demo"), await Become(SystemType.Live));
        Assert.True((await at.House.Get<WithdrawInvitation>().Do(at.Dan, customer, free, new(Guid.NewGuid()), Cancel)).Done);
        Assert.Equal(default, await Become(SystemType.Live));
        Assert.Equal(5, await Trial());

        await Issue("Petr");
        Assert.Equal(4, await Trial());
        Assert.Equal((Refusal.StateUnfit, "systemType", "Live"), await Become(SystemType.Demo));
        Assert.Equal(default, await Become(SystemType.Live));
    }

    [Theory, BothEngines]
    public async Task A_customer_of_another_distributor_is_not_there(Engine engine)
    {
        var (at, other) = (await Distributor(engine), await Distributor(engine));
        Assert.Equal(Refusal.NotFound, (await Read(at, other.Site.Id)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await at.House.Get<RenameCustomer>().Do(at.Dan, at.Id, other.Site.Id, new(Guid.NewGuid(), "Mine"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await at.House.Get<DeleteCustomer>().Do(at.Dan, at.Id, other.Site.Id, new(Guid.NewGuid(), "Alfa Reality"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await at.House.Get<BreakGlass>().Do(at.Dan, at.Id, other.Site.Id, new(Guid.NewGuid(), "because I can, you know"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await at.House.Get<EditContact>().Do(at.Site.Owner, at.Site.Id, other.Site.Id, new(Guid.NewGuid(), new()), Cancel)).Refused?.Refusal);
        // A customer's own owner is nobody at the distributor.
        Assert.Equal(Refusal.NotFound, (await Create(at, Wizard(at), at.Site.Owner)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task Deleted_with_its_name_typed_nothing_of_it_works_and_restored_everything_does(Engine engine)
    {
        var at = await Distributor(engine);
        var site = at.Site;
        using var phone = await site.NewPhone();
        var (delete, restore) = (at.House.Get<DeleteCustomer>(), at.House.Get<RestoreCustomer>());
        Assert.Equal(Refusal.NameNotTyped, (await delete.Do(at.Dan, at.Id, site.Id, new(Guid.NewGuid(), "Alfa"), Cancel)).Refused?.Refusal);
        var before = await site.Read(db => db.FeedCounters.Where(f => f.CustomerId == site.Id).Select(f => f.Seq).SingleAsync(Cancel));
        Assert.True((await delete.Do(at.Dan, at.Id, site.Id, new(Guid.NewGuid(), "Alfa Reality"), Cancel)).Done);
        Assert.True(await site.Read(db => db.FeedCounters.Where(f => f.CustomerId == site.Id).Select(f => f.Seq).SingleAsync(Cancel)) > before, "No reader would hear of it.");
        Assert.Equal(Refusal.NotFound, (await at.House.Get<ListApiTokens>().Ask(site.Owner, site.Id, Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await at.House.Get<ListApiTokens>().Ask(at.Dan, site.Id, Cancel)).Refused?.Refusal);
        Assert.NotNull((await Read(at, site.Id)).Value!.DeletedAt);
        Assert.Equal(Refusal.StateUnfit, (await delete.Do(at.Dan, at.Id, site.Id, new(Guid.NewGuid(), "Alfa Reality"), Cancel)).Refused?.Refusal);

        Assert.True((await restore.Do(at.Dan, at.Id, site.Id, new(Guid.NewGuid()), Cancel)).Done);
        Assert.True((await at.House.Get<ListApiTokens>().Ask(site.Owner, site.Id, Cancel)).Done);
        Assert.Null((await Read(at, site.Id)).Value!.DeletedAt);
    }

    [Theory, BothEngines]
    public async Task A_distributor_in_a_customer_is_named_in_both_chains(Engine engine)
    {
        var at = await Distributor(engine);
        Assert.True((await at.House.Get<MakeApiToken>().Do(at.Dan, at.Site.Id, new(Guid.NewGuid(), "Directory"), Cancel)).Done);
        var inside = await at.Site.Read(db => db.AuditEntries.Where(e => e.AccountId == at.Site.Id && e.ActorId == at.Dan.Id).Select(e => e.Payload).SingleAsync(Cancel));
        Assert.Contains("\"as\":\"Nordic Secure\"", inside, StringComparison.Ordinal);
        Assert.True((await at.House.Get<RenameCustomer>().Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), "Beta"), Cancel)).Done);
        foreach (var account in new[] { at.Id, at.Site.Id })
            Assert.Equal(1, await at.Site.Read(db => db.AuditEntries.CountAsync(e => e.AccountId == account && e.Act == "RenameCustomer" && e.SubjectId == at.Site.Id, Cancel)));
        // The customer's own owner comes in no other's name.
        Assert.True((await at.House.Get<MakeApiToken>().Do(at.Site.Owner, at.Site.Id, new(Guid.NewGuid(), "Own"), Cancel)).Done);
        Assert.DoesNotContain("\"as\":\"", await at.Site.Read(db => db.AuditEntries.Where(e => e.AccountId == at.Site.Id && e.ActorId == at.Site.Owner.Id)
            .OrderByDescending(e => e.Seq).Select(e => e.Payload!).FirstAsync(Cancel)), StringComparison.Ordinal);
    }

    [Theory, BothEngines]
    public async Task A_customer_lets_its_distributor_look_only_or_not_in_at_all(Engine engine)
    {
        var at = await Distributor(engine);
        var olga = await at.House.NewAdministrator(await at.Site.ParentOf(at.Id), name: "Olga");
        var set = at.House.Get<SetDistributorAccess>();
        async Task<(Refusal? Look, Refusal? Change)> May(Actor actor) => (
            (await at.House.Get<ListApiTokens>().Ask(actor, at.Site.Id, Cancel)).Refused?.Refusal,
            (await at.House.Get<MakeApiToken>().Do(actor, at.Site.Id, new(Guid.NewGuid(), "x"), Cancel)).Refused?.Refusal);
        Assert.Equal((null, null), await May(at.Dan));

        Assert.Equal(Refusal.OwnPeopleOnly, (await set.Do(at.Dan, at.Site.Id, new(Guid.NewGuid(), DistributorAccess.Off), Cancel)).Refused?.Refusal);
        Assert.True((await set.Do(at.Site.Owner, at.Site.Id, new(Guid.NewGuid(), DistributorAccess.ViewOnly), Cancel)).Done);
        foreach (var above in new[] { at.Dan, olga })
            Assert.Equal((null, Refusal.RoleTooLow), await May(above));
        Assert.Equal(Refusal.ShutOut, (await at.House.Get<SetLowestWallet>().Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), 9999, 9999), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.ShutOut, (await at.House.Get<AllowDuplicates>().Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), true), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.ShutOut, (await at.House.Get<EditSystem>().Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), SystemType.Live, at.Code + "0009", "mine1234"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.ShutOut, (await at.House.Get<EditKeySettings>().Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), "Key"), Cancel)).Refused?.Refusal);

        Assert.True((await set.Do(at.Site.Owner, at.Site.Id, new(Guid.NewGuid(), DistributorAccess.Off), Cancel)).Done);
        foreach (var above in new[] { at.Dan, olga })
            Assert.Equal((Refusal.NotFound, Refusal.NotFound), await May(above));
        Assert.Equal((null, null), await May(at.Site.Owner));
    }

    [Theory, BothEngines]
    public async Task A_broken_glass_lets_one_in_for_hours_and_the_owners_are_told(Engine engine)
    {
        var at = await Distributor(engine);
        var other = await at.House.NewAdministrator(at.Id, name: "Eva");
        var glass = at.House.Get<BreakGlass>();
        Task<Outcome<BreakGlassAnswer>> Break(string why) => glass.Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), why), Cancel);
        async Task<bool> IsIn(Actor actor) => (await at.House.Get<IssueMobileKey>().Do(actor, at.Site.Id, new(Guid.NewGuid(), Name: "Eva", Notify: false), Cancel)).Done;
        Assert.Equal(Refusal.StateUnfit, (await Break("Water in the cellar, all doors.")).Refused?.Refusal);
        await at.Site.Change(c => c.DistributorAccess = DistributorAccess.Off);
        Assert.Equal((Refusal.TextMissing, "why"), (await Break("  hm  ")) is { Refused: { } r } ? (r.Refusal, r.Field) : default);

        var broken = await Break("Water in the cellar, all doors.");
        Assert.Equal(1, broken.Value!.Told);
        Assert.Equal((true, false), (await IsIn(at.Dan), await IsIn(other)));
        // What would outlast the glass is not made through it.
        Assert.Equal(Refusal.RoleTooLow, (await at.House.Get<MakeApiToken>().Do(at.Dan, at.Site.Id, new(Guid.NewGuid(), "x"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.RoleTooLow, (await at.House.Get<InviteAdministrator>().Do(
            at.Dan, at.Site.Id, new(Guid.NewGuid(), new("second@nordic.example", Password: Site.Password)), Cancel)).Refused?.Refusal);
        var shown = (await Read(at, at.Site.Id, at.Site.Owner, at.Site.Id)).Value!.Glasses;
        Assert.Equal(("Dan Lindström", "Water in the cellar, all doors."), (Assert.Single(shown).By, shown[0].Why));
        var mail = await at.Site.Read(db => db.Messages.SingleAsync(m => m.CustomerId == at.Site.Id && m.Kind == MessageKind.GlassBroken, Cancel));
        Assert.Equal(at.Site.Email, mail.To);
        Assert.Contains("Water in the cellar", await at.Site.Read(db => db.AuditEntries.Where(e => e.AccountId == at.Site.Id && e.Act == "BreakGlass").Select(e => e.Payload!).SingleAsync(Cancel)), StringComparison.Ordinal);

        // The owner shuts the door again; the glass is whole.
        Assert.True((await at.House.Get<SetDistributorAccess>().Do(at.Site.Owner, at.Site.Id, new(Guid.NewGuid(), DistributorAccess.Off), Cancel)).Done);
        Assert.False(await IsIn(at.Dan));
        Assert.True((await Break("Water in the cellar, again.")).Done);
        Assert.True(await IsIn(at.Dan));
        await at.House.Store.Write(db => db.BrokenGlasses.ExecuteUpdateAsync(s => s.SetProperty(g => g.EndsAt, at.House.Time.GetUtcNow()), Cancel), Cancel);
        Assert.False(await IsIn(at.Dan));
    }

    [Theory, BothEngines]
    public async Task The_list_goes_on_from_page_to_page_in_either_order(Engine engine)
    {
        var at = await Distributor(engine);
        var now = at.House.Time.GetUtcNow();
        await at.House.Store.Write(
            db =>
            {
                for (var i = 0; i < CustomerList.PageRows + 5; i++)
                    at.House.Get<OpenAccount>().Customer(db, at.Id, $"Čáslav {i:D3}", $"{at.Code}{i:D4}", SystemKeys.DrawKey(), isDemo: false, now.AddMinutes(-1 - i));
                return Task.CompletedTask;
            },
            Cancel);
        foreach (var order in Enum.GetValues<CustomerOrder>())
        {
            var seen = new List<string>();
            ListCursor? next = null;
            do
            {
                var page = await at.House.Get<Acts>().Ask(at.Dan, at.Id, Role.Auditor, q => CustomerList.Read(q, CustomerFilter.All, order == CustomerOrder.Name ? "caslav" : null, order, next), Cancel);
                seen.AddRange(page.Value!.Rows.Select(r => r.Name));
                next = page.Value.Next;
            }
            while (next is not null);
            string[] newer = order == CustomerOrder.Name ? [] : ["Alfa Reality"];
            Assert.Equal(newer.Concat(Enumerable.Range(0, CustomerList.PageRows + 5).Select(i => $"Čáslav {i:D3}")), seen);
        }
    }

    [Theory, BothEngines]
    public async Task Two_users_bear_one_User_ID_only_where_the_distributor_allows_it(Engine engine)
    {
        var at = await Distributor(engine);
        Task<Outcome<NewCodeAnswer>> Issue(string name) =>
            at.House.Get<IssueMobileKey>().Do(at.Site.Owner, at.Site.Id, new(Guid.NewGuid(), Name: name, UserNumber: 17, Notify: false), Cancel);
        var allow = at.House.Get<AllowDuplicates>();
        Assert.True((await Issue("Jana")).Done);
        Assert.Equal(Refusal.UserNumberTaken, (await Issue("Petr")).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await allow.Do(at.Site.Owner, at.Site.Id, at.Site.Id, new(Guid.NewGuid(), true), Cancel)).Refused?.Refusal);
        Assert.True((await allow.Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), true), Cancel)).Done);
        var petr = await Issue("Petr");
        Assert.Equal(17, petr.Value!.UserNumber);
        Assert.True((await allow.Do(at.Dan, at.Id, at.Site.Id, new(Guid.NewGuid(), false), Cancel)).Done);
        Assert.Equal(Refusal.UserNumberTaken, (await Issue("Eva")).Refused?.Refusal);
    }
}
