using System.Net;
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
        await Problem.Is(phone.Activate(guess()), "throttled");
        await Problem.Is(phone.Post("ask", new { code = guess() }), "throttled");
        // From the very same network the right code is heard: whoever guesses there keeps nobody from an own key.
        using (var looked = await phone.Post("look", new { code = invited.Code }))
            Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        using (var asked = await phone.Post("ask", new { code = invited.Code }))
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await phone.MustActivate(invited.Code);
        server.Time.Advance(TimeSpan.FromSeconds(problem.GetProperty("retryAfter").GetInt32()));
        await Problem.Is(phone.Post("look", new { code = guess() }), "code-unknown");
    }

    [Theory, BothEngines]
    public async Task A_flood_of_false_presentations_keeps_no_phone_from_its_door(Engine engine)
    {
        var site = await (await houses.Of(this, engine)).NewSite();
        using var reader = new DoorReader(site);
        await reader.Pair();
        using var phone = await site.NewPhone();
        using var stranger = new EcdsaSigner(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        for (var i = 0; i < RemotePresentation.WrongPerNetwork; i++)
            Assert.Equal("proof-wrong", await False());
        Assert.Equal("throttled", await False());
        Assert.Equal("throttled", await Refused(phone.Open(Guid.NewGuid(), await phone.Challenge(), stranger)));
        // From the very same network; the door itself has no link in this test, which is as far as the server's part goes.
        var nonce = await phone.Challenge();
        Assert.Equal("reader-offline", await Refused(phone.Open(reader.Id, nonce)));
        // Sent again it says so, and not that the door was never told.
        Assert.Equal("nonce-unknown", await Refused(phone.Open(reader.Id, nonce)));

        async Task<string> False() => await Refused(phone.Open(reader.Id, Guid.NewGuid(), stranger));
        static async Task<string> Refused(Task<HttpResponseMessage> asked)
        {
            using var answer = await asked;
            return await Site.Problem(answer);
        }
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
