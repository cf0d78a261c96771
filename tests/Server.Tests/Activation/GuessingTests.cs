using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Activation;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Activation;

/// <summary>Alone on its server, since guesses are counted for the network that all tests share.</summary>
public class GuessingTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task A_guesser_is_slowed_down_and_others_are_not(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        var guess = () => ActivationCode.NewBase32(RandomNumberGenerator.Fill).Grouped;
        for (var i = 0; i < CodeLookup.WrongPerNetwork; i++)
            await Problem.Is(phone.Post("look", new { code = guess() }), "code-unknown");
        var problem = await Problem.Is(await phone.Post("look", new { code = guess() }), "throttled");
        Assert.InRange(problem.GetProperty("retryAfter").GetInt32(), 1, 900);
        // The right code from the same network waits too: otherwise the delay would tell right from wrong.
        await Problem.Is(phone.Activate(invited.Code), "throttled");
        server.Time.Advance(TimeSpan.FromSeconds(problem.GetProperty("retryAfter").GetInt32()));
        await phone.MustActivate(invited.Code);
    }

    [Theory, BothEngines]
    public async Task A_flood_of_false_renewals_is_slowed_down_and_keeps_no_phone_from_its_own(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        using var phone = new RawPhone(server);
        var granted = await phone.MustActivate((await house.Issue()).Code);
        using var stranger = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        for (var i = 0; i < Renew.WrongPerNetwork; i++)
            await Problem.Is(phone.Renew(granted.Site, granted.Key, stranger), "key-unknown");
        var problem = await Problem.Is(await phone.Renew(granted.Site, granted.Key, stranger), "throttled");
        Assert.InRange(problem.GetProperty("retryAfter").GetInt32(), 1, 900);

        // While the store's one writer is busy, as it is in a flood: strangers are answered without it.
        var busy = new TaskCompletionSource();
        var writing = server.Store.Write(_ => busy.Task, CancellationToken.None);
        try
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => phone.Renew(granted.Site, granted.Key, stranger)));
            foreach (var answer in answers)
                await Problem.Is(answer, "throttled");
        }
        finally
        {
            busy.SetResult();
            await writing;
        }
        // From the very same network the right proof is heard.
        Assert.Equal(granted.Document.Serial + 1, (await Granted.Read(await phone.Renew(granted.Site, granted.Key))).Document.Serial);
    }

    [Theory, BothEngines]
    public async Task Only_a_known_code_and_a_phones_own_key_get_into_the_queue(Engine engine)
    {
        var server = await houses.Own(engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        using var stranger = new RawPhone(server);
        var granted = await phone.MustActivate(invited.Code);
        // From here on whatever gets into the queue is told to come back.
        await server.Get<GrantQueue>().StopAsync(TestContext.Current.CancellationToken);

        await Problem.Is(stranger.Activate(ActivationCode.NewBase32(RandomNumberGenerator.Fill).Grouped), "code-unknown");
        await Problem.Is(stranger.Renew(granted.Site, granted.Key), "key-unknown");
        await Problem.Is(phone.Activate(invited.Code), "throttled");
        await Problem.Is(phone.Renew(granted.Site, granted.Key), "throttled");
    }

    [Fact]
    public async Task Refusals_write_nothing()
    {
        var server = await houses.Own(Engine.Sqlite);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        var granted = await phone.MustActivate(invited.Code);
        await house.Act(invited.MobileKeyId, "suspend");
        await using var db = server.Store.Open();
        // Changes whenever another connection commits; so it is asked on one and the same.
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Task<long> Version() => db.Database.SqlQueryRaw<long>("SELECT data_version AS Value FROM pragma_data_version").SingleAsync();
        var before = await Version();
        await Problem.Is(phone.Renew(granted.Site, granted.Key), "key-suspended");
        await Problem.Is(phone.Activate(invited.Code), "key-suspended");
        Assert.Equal(before, await Version());

        await house.Act(invited.MobileKeyId, "resume");
        await Granted.Read(await phone.Renew(granted.Site, granted.Key));
        Assert.NotEqual(before, await Version());
    }
}
