using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Accounts;

public class FeatureTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What is set at operator, distributor and customer (+, -, blank), what holds, who set it and who can change it.</summary>
    [Theory]
    [InlineData(Feature.MobileAccess, "   ", true, null, AccountKind.Distributor)]
    [InlineData(Feature.MobileAccess, "+  ", true, AccountKind.Operator, AccountKind.Distributor)]
    [InlineData(Feature.MobileAccess, "++ ", true, AccountKind.Distributor, AccountKind.Distributor)]
    [InlineData(Feature.MobileAccess, "+++", true, AccountKind.Customer, AccountKind.Distributor)]
    [InlineData(Feature.MobileAccess, "-  ", false, AccountKind.Operator, AccountKind.Operator)]
    [InlineData(Feature.MobileAccess, "-++", false, AccountKind.Operator, AccountKind.Operator)]
    [InlineData(Feature.MobileAccess, " - ", false, AccountKind.Distributor, AccountKind.Operator)]
    [InlineData(Feature.MobileAccess, " -+", false, AccountKind.Distributor, AccountKind.Operator)]
    [InlineData(Feature.MobileAccess, "+ -", false, AccountKind.Customer, AccountKind.Distributor)]
    [InlineData(Feature.MobileAccess, "---", false, AccountKind.Operator, AccountKind.Operator)]
    [InlineData(Feature.RemoteOpening, "   ", true, null, AccountKind.Customer)]
    [InlineData(Feature.RemoteOpening, " - ", false, AccountKind.Distributor, AccountKind.Distributor)]
    [InlineData(Feature.RemoteOpening, " -+", false, AccountKind.Distributor, AccountKind.Distributor)]
    [InlineData(Feature.RemoteOpening, "  -", false, AccountKind.Customer, AccountKind.Customer)]
    [InlineData(Feature.RemoteOpening, "- -", false, AccountKind.Operator, AccountKind.Operator)]
    public void A_no_holds_for_everything_below_it(Feature feature, string set, bool isOn, AccountKind? from, AccountKind changedBy)
    {
        var path = Enum.GetValues<AccountKind>().Select((kind, at) => new FeatureLevel(Guid.NewGuid(), kind, kind.ToString(), set[at] switch { '+' => true, '-' => false, _ => null })).ToList();
        var holds = Features.Resolve(feature, path);
        Assert.Equal((isOn, from, path[2].Set, changedBy), (holds.IsOn, holds.From?.Kind, holds.Own, holds.ChangedBy.Kind));
        // Whatever is set further down, a no above stays one.
        if (path.FindIndex(l => l.Set == false) is >= 0 and var no)
            Assert.False(Features.Resolve(feature, [.. path.Take(no + 1), .. path.Skip(no + 1).Select(l => l with { Set = true })]).IsOn);
    }

    sealed record Place(Guid Id, Actor Owner);

    static async Task<Place> At(House house, Guid account, Role role = Role.Owner)
    {
        var now = house.Time.GetUtcNow();
        var (administrator, session) = (default(Administrator)!, default(Session)!);
        await house.Store.Write(
            db =>
            {
                administrator = OpenAccount.Administrator(db, account, role, "Owner", $"{Guid.NewGuid():N}@above.example", Site.Password, now);
                db.Sessions.Add(session = Session.Begin(administrator.Id, now));
                return Task.CompletedTask;
            },
            Cancel);
        return new(account, new(ActorKind.Administrator, administrator.Id, administrator.SecurityStamp!) { Session = session.Id });
    }

    [Theory, BothEngines]
    public async Task Where_mobile_access_is_off_no_new_key_is_made_and_keys_that_are_there_go_on(Engine engine)
    {
        var house = await houses.Shared(engine);
        var site = await house.NewSite();
        var distributor = await At(house, site.DistributorId);
        var operatorId = await site.Read(db => db.Accounts.Where(a => a.Id == site.DistributorId).Select(a => a.ParentId!.Value).SingleAsync(Cancel));
        var above = await At(house, operatorId);
        var set = house.Get<SetFeature>();
        async Task<Refusal?> Set(Place by, Guid account, Feature feature, bool? allowed) =>
            (await set.Do(by.Owner, by.Id, new(Guid.NewGuid(), account, feature, allowed), Cancel)).Refused?.Refusal;
        using var phone = new RawPhone(house);
        var invited = await site.Issue();
        await phone.MustActivate(invited.Code);

        Assert.Null(await Set(above, distributor.Id, Feature.MobileAccess, false));
        var refused = (await house.Get<IssueMobileKey>().Do(site.Owner, site.Id, new(Guid.NewGuid(), Name: "Emil", Notify: false), Cancel)).Refused!;
        Assert.Equal((Refusal.FeatureOff, "MobileAccess", "Operator"), (refused.Refusal, refused.State, refused.Customer));
        Assert.Equal("feature-off", await site.Refused("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Emil", notify = false }));
        // Neither the distributor nor its customer undoes it: not for itself, and a yes below a no is none.
        Assert.Equal(Refusal.RoleTooLow, await Set(distributor, distributor.Id, Feature.MobileAccess, true));
        Assert.Null(await Set(distributor, site.Id, Feature.MobileAccess, true));
        Assert.Equal("feature-off", await site.Refused("/api/v1/mobile-keys", new { id = Guid.NewGuid(), name = "Emil", notify = false }));
        // What is there goes on: put on hold and taken up again, a new code for somebody who waits.
        Assert.True((await house.Get<SuspendMobileKey>().Do(site.Owner, site.Id, invited.MobileKeyId, new(Guid.NewGuid()), Cancel)).Done);
        Assert.True((await house.Get<ResumeMobileKey>().Do(site.Owner, site.Id, invited.MobileKeyId, new(Guid.NewGuid()), Cancel)).Done);

        Assert.Null(await Set(above, distributor.Id, Feature.MobileAccess, null));
        await site.Issue("Emil");
        // Both those who did it and those whom it meets find it in their audit.
        Assert.Equal(2, await site.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == operatorId && a.Act == "SetFeature", Cancel)));
        Assert.Equal(3, await site.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == distributor.Id && a.Act == "SetFeature", Cancel)));
        Assert.Equal(1, await site.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == site.Id && a.Act == "SetFeature", Cancel)));
    }

    [Theory, BothEngines]
    public async Task A_customer_forbids_itself_remote_opening_and_nobody_sets_a_stranger(Engine engine)
    {
        var house = await houses.Shared(engine);
        var (site, other) = (await house.NewSite(), await house.NewSite("Tower West"));
        using var reader = await new DoorReader(site).Ready();
        var (set, read) = (house.Get<SetFeature>(), house.Get<ReadFeatures>());
        Task<Outcome<bool>> Set(Actor by, Guid from, Guid account, bool? allowed) => set.Do(by, from, new(Guid.NewGuid(), account, Feature.RemoteOpening, allowed), Cancel);
        // Without a reason nothing opens; that it is asked for says that opening is allowed.
        async Task<Refusal?> Open() => (await house.Get<OpenReader>().Do(site.Owner, site.Id, reader.Id, new(Guid.NewGuid(), ""), Cancel)).Refused?.Refusal;

        Assert.True((await Set(site.Owner, site.Id, site.Id, false)).Done);
        Assert.Equal(Refusal.FeatureOff, await Open());
        var answer = (await read.Ask(site.Owner, site.Id, site.Id, Cancel)).Value!.Single(f => f.Effective.Feature == Feature.RemoteOpening);
        Assert.Equal((false, "Alfa Reality", true), (answer.Effective.IsOn, answer.Effective.From!.Name, answer.MaySet));
        Assert.False((await read.Ask(site.Owner, site.Id, site.Id, Cancel)).Value!.Single(f => f.Effective.Feature == Feature.MobileAccess).MaySet);
        Assert.True((await Set(site.Owner, site.Id, site.Id, null)).Done);
        Assert.Equal(Refusal.TextMissing, await Open());

        // The distributor sees and sets its own customers alone, at its own place.
        var distributor = await At(house, site.DistributorId);
        Assert.True((await Set(distributor.Owner, distributor.Id, site.Id, false)).Done);
        Assert.True((await read.Ask(distributor.Owner, distributor.Id, site.Id, Cancel)).Done);
        foreach (var stranger in new[] { other.Id, other.DistributorId, Guid.NewGuid() })
        {
            Assert.Equal(Refusal.NotFound, (await Set(distributor.Owner, distributor.Id, stranger, false)).Refused?.Refusal);
            Assert.Equal(Refusal.NotFound, (await read.Ask(distributor.Owner, distributor.Id, stranger, Cancel)).Refused?.Refusal);
            Assert.Equal(Refusal.NotFound, (await Set(site.Owner, stranger, stranger, false)).Refused?.Refusal);
        }
        Assert.Equal(Refusal.NotFound, (await Set(site.Owner, distributor.Id, site.Id, null)).Refused?.Refusal);
        var low = await At(house, site.Id, Role.KeyManager);
        Assert.Equal(Refusal.RoleTooLow, (await Set(low.Owner, site.Id, site.Id, null)).Refused?.Refusal);
        Assert.Equal(Refusal.SettingOutOfRange, (await set.Do(site.Owner, site.Id, new(Guid.NewGuid(), site.Id, (Feature)99, true), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.FeatureOff, await Open());
    }
}
