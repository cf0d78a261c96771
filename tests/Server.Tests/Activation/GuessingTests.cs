using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Activation;
using Latchkey.Server.Tests.Setting;
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
}
