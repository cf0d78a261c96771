using System.Net;
using Latchkey.Server.Administrators;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Latchkey.Server.Tests.Setting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

public class SignInTests(Houses houses)
{
    const string Office = "192.0.2.10";
    const string Elsewhere = "198.51.100.20";

    [Theory, BothEngines]
    public async Task One_password_tried_on_everybody_is_slowed_down_for_its_network_alone(Engine engine)
    {
        var site = await (await houses.Own(engine)).NewSite();
        for (var i = 0; i < SignIn.WrongPerNetwork; i++)
            Assert.Equal(Refusal.SignInWrong, await Try(site, $"somebody{i}@alfa.example", "wrong", Office));

        Assert.Equal(Refusal.SignInWait, await Try(site, site.Email, Site.Password, Office));
        Assert.Null(await Try(site, site.Email, Site.Password, Elsewhere));
        // What waited was not counted, so the next try is heard when its time has come.
        site.House.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await Try(site, site.Email, Site.Password, Office));
    }

    [Theory, BothEngines]
    public async Task A_flood_on_one_address_does_not_lock_its_owner_out(Engine engine)
    {
        var site = await (await houses.Own(engine)).NewSite();
        for (var i = 0; i < Throttle.FreeTries; i++)
            Assert.Equal(Refusal.SignInWrong, await Try(site, site.Email, "wrong", Office));
        Assert.Equal(Refusal.SignInWait, await Try(site, site.Email, Site.Password, Office));
        Assert.Null(await Try(site, site.Email, Site.Password, Elsewhere));
    }

    [Theory, BothEngines]
    public async Task Of_tries_at_the_same_moment_no_more_are_heard_than_of_one_after_the_other(Engine engine)
    {
        var throttle = (await houses.Shared(engine)).Get<Throttle>();
        var subject = $"test {Guid.NewGuid():N}";
        var waits = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => throttle.TakeTry(subject, CancellationToken.None))));
        Assert.Equal(Throttle.FreeTries, waits.Count(wait => wait is null));
        Assert.All(waits.Where(wait => wait is not null), wait => Assert.Equal(1, wait));
    }

    [Theory, BothEngines]
    public async Task The_delay_grows_with_each_wrong_try_up_to_its_end_and_is_forgotten(Engine engine)
    {
        var house = await houses.Own(engine);
        var throttle = house.Get<Throttle>();
        var delays = new List<int>();
        for (var i = 0; i < Throttle.FreeTries + 12; i++)
        {
            Assert.Null(await throttle.TakeTry("guesser", CancellationToken.None));
            if (await throttle.Wait("guesser", CancellationToken.None) is not { } wait)
                continue;
            delays.Add(wait);
            house.Time.Advance(TimeSpan.FromSeconds(wait - 1));
            Assert.Equal(1, await throttle.TakeTry("guesser", CancellationToken.None));
            house.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900], delays);
        house.Time.Advance(TimeSpan.FromSeconds(Throttle.ForgottenAfterSeconds + 1));
        for (var i = 0; i < Throttle.FreeTries; i++)
            Assert.Null(await throttle.TakeTry("guesser", CancellationToken.None));
    }

    [Theory, BothEngines]
    public async Task Right_passwords_are_never_held_against_anybody(Engine engine)
    {
        var site = await (await houses.Own(engine)).NewSite();
        for (var i = 0; i < SignIn.WrongPerNetwork + 5; i++)
            Assert.Null(await Try(site, site.Email, Site.Password, Office));
        Assert.Equal(0, await site.Read(db => db.WrongTries.SumAsync(t => t.Count)));
    }

    [Theory, BothEngines]
    public async Task One_network_cannot_take_all_places_where_passwords_are_checked(Engine engine)
    {
        var site = await (await houses.Own(engine)).NewSite();
        // While the store's one writer is busy every try waits where it is counted, and holds its place.
        var (taken, busy) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = site.House.Store.Write(
            async db =>
            {
                if (engine == Engine.Postgres)
                    await db.Database.ExecuteSqlRawAsync("LOCK TABLE \"WrongTries\" IN ACCESS EXCLUSIVE MODE");
                taken.SetResult();
                await busy.Task;
            },
            CancellationToken.None);
        await taken.Task;
        Task<Refusal?>[] held = [.. Enumerable.Range(0, SignIn.WaitingPerNetworkMax).Select(_ => Try(site, site.Email, "wrong", Office))];
        try
        {
            Assert.Equal(Refusal.SignInWait, await Try(site, site.Email, Site.Password, Office));
        }
        finally
        {
            busy.SetResult();
            await writing;
        }
        Assert.All(await Task.WhenAll(held), refusal => Assert.Equal(Refusal.SignInWrong, refusal));
        Assert.Null(await Try(site, site.Email, Site.Password, Elsewhere));
    }

    static async Task<Refusal?> Try(Site site, string email, string password, string address)
    {
        await using var scope = site.House.Services.CreateAsyncScope();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        http.Connection.RemoteIpAddress = IPAddress.Parse(address);
        return (await site.House.Get<SignIn>().Do(http, email, password, CancellationToken.None)).Refused?.Refusal;
    }
}
