using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Credits;

/// <summary>What keys take of credits, and when it comes back.</summary>
public class KeyCreditTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static object Key(string name = "Jana Nováková") => new { id = Guid.NewGuid(), name, notify = false };

    [Theory, BothEngines]
    public async Task A_key_takes_one_credit_and_without_one_there_is_none(Engine engine)
    {
        var business = await (await Business.Open(await houses.Shared(engine))).With(1);
        var made = await business.Site.Issue(Key());
        Assert.Equal(KeyCredit.Reserved, (await business.Site.Key(made.MobileKeyId)).Credit);
        using var answer = await business.Site.Api.PostAsync("/api/v1/mobile-keys", System.Net.Http.Json.JsonContent.Create(Key("Petr")), Cancel);
        var problem = await Problem.Is(answer, "credit-missing");
        Assert.Equal("No credit left. Nordic Secure can add some. Existing keys keep working.", problem.GetProperty("detail").GetString());
        // A refused key leaves nothing behind.
        Assert.Equal(1, await business.Site.Read(db => db.Users.CountAsync(u => u.CustomerId == business.CustomerId, Cancel)));
        using var phone = new Phone(business.Site);
        await phone.Activate(made);
        Assert.Equal(KeyCredit.Spent, (await business.Site.Key(made.MobileKeyId)).Credit);
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task Trial_credits_go_first_and_come_back_as_trial_credits(Engine engine)
    {
        var business = await (await Business.Open(await houses.Shared(engine))).With(2);
        await business.Trial();
        var keys = new List<NewCodeAnswer>();
        for (var i = 0; i < 6; i++)
            keys.Add(await business.Site.Issue(Key($"User {i}")));
        Assert.Equal((1L, 0L), await business.Left());
        await Withdraw(business, keys[0]);
        Assert.Equal((1L, 1L), await business.Left());
        await Withdraw(business, keys[5]);
        Assert.Equal((2L, 1L), await business.Left());
        await business.IsWhole();
    }

    static Task<MobileKeyAnswer> Withdraw(Business business, NewCodeAnswer key) =>
        business.Site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{key.MobileKeyId}/withdraw", new { id = Guid.NewGuid() });

    [Theory, BothEngines]
    public async Task However_an_unused_invitation_ends_its_credit_comes_back_and_a_used_one_stays_spent(Engine engine)
    {
        var business = await (await Business.Open(await houses.Shared(engine))).With(6);
        var (withdrawn, removed, deleted, used) = (await business.Site.Issue(Key()), await business.Site.Issue(Key()), await business.Site.Issue(Key()), await business.Site.Issue(Key()));
        var second = await business.Site.Issue(new { id = Guid.NewGuid(), userId = deleted.UserId, notify = false });
        using var phone = new Phone(business.Site);
        await phone.Activate(used);
        Assert.Equal((1L, 0L), await business.Left());
        await Withdraw(business, withdrawn);
        Assert.Equal((2L, 0L), await business.Left());
        var device = (await business.Site.Key(removed.MobileKeyId)).DeviceId;
        await business.Site.Post<DeviceAnswer>($"/api/v1/devices/{device}/remove", new { id = Guid.NewGuid() });
        Assert.Equal((3L, 0L), await business.Left());
        await business.Site.Post<UserActAnswer>($"/api/v1/users/{deleted.UserId}/delete", new { id = Guid.NewGuid() });
        Assert.Equal((5L, 0L), await business.Left());
        await business.Site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{used.MobileKeyId}/revoke", new { id = Guid.NewGuid() });
        Assert.Equal((5L, 0L), await business.Left());
        Assert.Equal(KeyCredit.GivenBack, (await business.Site.Key(second.MobileKeyId)).Credit);
        await business.IsWhole();
    }

    [Theory, BothEngines]
    public async Task The_credit_of_an_ended_invitation_comes_back_once_and_a_new_code_takes_one_again(Engine engine)
    {
        var house = await houses.Own(engine);
        var business = await (await Business.Open(house)).With(1);
        var made = await business.Site.Issue(Key());
        var job = house.Get<EndedInvitations>();
        await job.RunOnce(Cancel);
        Assert.Equal((0L, 0L), await business.Left());

        // Before its end a new code costs nothing.
        await NewCode(business, made);
        house.Leap(TimeSpan.FromHours(168));
        // At its end, not given back yet: the credit that it holds goes on with the new code.
        await NewCode(business, made);
        Assert.Equal((0L, 0L), await business.Left());

        house.Leap(TimeSpan.FromHours(168));
        await job.RunOnce(Cancel);
        Assert.Equal((1L, 0L), await business.Left());
        await job.RunOnce(Cancel);
        Assert.Equal((1L, 0L), await business.Left());
        Assert.Equal(KeyState.InviteExpired, (await business.Site.Key(made.MobileKeyId)).StateAt(house.Time.GetUtcNow()));

        await NewCode(business, made);
        Assert.Equal((0L, 0L), await business.Left());
        house.Leap(TimeSpan.FromHours(168));
        await job.RunOnce(Cancel);
        var other = await business.Site.Issue(Key("Petr"));
        Assert.Equal("credit-missing", await business.Site.Refused($"/api/v1/mobile-keys/{made.MobileKeyId}/new-code", new { id = Guid.NewGuid(), notify = false }));
        // Withdrawn after it was given back: nothing more comes.
        await Withdraw(business, made);
        Assert.Equal((0L, 0L), await business.Left());
        await Withdraw(business, other);
        Assert.Equal((1L, 0L), await business.Left());
        Assert.Equal(2, await business.Site.Read(db => db.AuditEntries.CountAsync(e => e.AccountId == business.CustomerId && e.Act == nameof(EndedInvitations), Cancel)));
        await business.IsWhole();
    }

    static Task<NewCodeAnswer> NewCode(Business business, NewCodeAnswer key) =>
        business.Site.Post<NewCodeAnswer>($"/api/v1/mobile-keys/{key.MobileKeyId}/new-code", new { id = Guid.NewGuid(), notify = false });

    /// <summary>The answer to a request is forgotten after a day, the id of what it took never.</summary>
    [Theory, BothEngines]
    public async Task The_id_of_a_new_code_takes_one_credit_of_either_kind(Engine engine)
    {
        var house = await houses.Own(engine);
        var business = await (await Business.Open(house)).With(1);
        await business.Trial();
        var made = await business.Site.Issue(Key());
        await EndInvitations(house);
        var request = new { id = Guid.NewGuid(), notify = false };
        var path = $"/api/v1/mobile-keys/{made.MobileKeyId}/new-code";
        await business.Site.Post<NewCodeAnswer>(path, request);
        Assert.Equal((1L, 4L), await business.Left());
        await EndInvitations(house);
        for (var i = 0; i < 5; i++)
            await business.Site.Issue(Key($"User {i}"));
        Assert.Equal((1L, 0L), await business.Left());
        await house.Store.Write(db => db.StoredRequests.Where(r => r.CustomerId == business.CustomerId).ExecuteDeleteAsync(Cancel), Cancel);
        Assert.Equal("id-reused", await business.Site.Refused(path, request));
        Assert.Equal((1L, 0L), await business.Left());
        await NewCode(business, made);
        await EndInvitations(house);
        Assert.Equal((1L, 5L), await business.Left());
        await business.IsWhole();
    }

    static Task EndInvitations(House house)
    {
        house.Leap(TimeSpan.FromHours(168));
        return house.Get<EndedInvitations>().RunOnce(Cancel);
    }

    [Theory, BothEngines]
    public async Task A_credit_that_cannot_be_given_back_holds_up_no_other(Engine engine)
    {
        var house = await houses.Own(engine);
        var (broken, other) = (await (await Business.Open(house)).With(2), await (await Business.Open(house)).With(1));
        var stuck = await broken.Site.Issue(Key());
        await broken.Site.Issue(Key("Petr"));
        await other.Site.Issue(Key());
        // A posting that the ledger does not know.
        await house.Store.Write(
            db => db.MobileKeys.Where(k => k.Id == stuck.MobileKeyId).ExecuteUpdateAsync(s => s.SetProperty(k => k.CreditPostingId, Guid.NewGuid()), Cancel), Cancel);
        await EndInvitations(house);
        Assert.Equal(((1L, 0L), (1L, 0L)), (await broken.Left(), await other.Left()));
        Assert.Equal(KeyCredit.Reserved, (await broken.Site.Key(stuck.MobileKeyId)).Credit);
    }

    /// <summary>The clock of one replica is a little ahead: what it gave back, a phone cannot use at another one.</summary>
    [Theory, BothEngines]
    public async Task A_code_whose_credit_went_back_is_dead_whatever_another_clock_says(Engine engine)
    {
        var house = await houses.Own(engine);
        var business = await (await Business.Open(house)).With(1);
        var made = await business.Site.Issue(Key());
        var now = house.Time.GetUtcNow();
        await house.Store.Write(
            db => db.MobileKeys.Where(k => k.CustomerId == business.CustomerId).ExecuteUpdateAsync(s => s.SetProperty(k => k.InvitationEndsAt, now), Cancel), Cancel);
        await house.Get<EndedInvitations>().RunOnce(Cancel);
        Assert.Equal((1L, 0L), await business.Left());
        using var phone = new RawPhone(house);
        await Problem.Is(phone.Activate(made.Code), "code-expired");
    }

    /// <summary>Replicas look at once; each invitation is given back by one of them.</summary>
    [Fact]
    public async Task Replicas_give_back_each_credit_once()
    {
        var house = await houses.Own(Engine.Postgres);
        await using var replica = house.Replica();
        _ = replica.Services;
        var business = await (await Business.Open(house)).With(20);
        for (var i = 0; i < 20; i++)
            await business.Site.Issue(Key($"User {i}"));
        house.Leap(TimeSpan.FromHours(169));
        replica.Leap(house.Time.GetUtcNow() - replica.Time.GetUtcNow());
        await Task.WhenAll(new[] { house, replica, house, replica }.Select(h => Task.Run(() => h.Get<EndedInvitations>().RunOnce(Cancel))));
        Assert.Equal((20L, 0L), await business.Left());
        await business.IsWhole();
    }
}
