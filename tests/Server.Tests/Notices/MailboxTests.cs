using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Tests.Sync;
using Latchkey.Server.Users;
using Xunit;

namespace Latchkey.Server.Tests.Notices;

public class MailboxTests(Houses houses)
{
    [Theory, BothEngines]
    public async Task Each_workplace_sees_its_own_mails(Engine engine)
    {
        var house = await houses.Own(engine);
        var (alfa, beta) = (await house.NewSite(), await house.NewSite("Beta"));
        foreach (var site in new[] { alfa, beta })
            Assert.True((await house.Get<IssueMobileKey>().Do(
                site.Owner, site.Id, new(Guid.NewGuid(), Name: "Jana", Email: $"jana@{site.Id:N}.example"), CancellationToken.None)).Done);
        var box = house.Get<Mailbox>();
        foreach (var site in new[] { alfa, beta })
            await LinkTests.Eventually(site, async () => await house.Get<MailPump>().RunOnce(CancellationToken.None) >= 0 && (await box.List(site.Owner, site.Id, CancellationToken.None)).Value!.Count == 1);

        var own = Assert.Single((await box.List(alfa.Owner, alfa.Id, CancellationToken.None)).Value!);
        Assert.Equal($"jana@{alfa.Id:N}.example", own.To);
        Assert.NotNull((await box.Read(alfa.Owner, alfa.Id, own.Id, CancellationToken.None)).Value!.Link);
        // Neither from elsewhere, nor from one's own workplace by another's number.
        Assert.Equal(Refusal.NotFound, (await box.List(beta.Owner, alfa.Id, CancellationToken.None)).Refused!.Refusal);
        Assert.Equal(Refusal.NotFound, (await box.Read(beta.Owner, alfa.Id, own.Id, CancellationToken.None)).Refused!.Refusal);
        Assert.Equal(Refusal.NotFound, (await box.Read(beta.Owner, beta.Id, own.Id, CancellationToken.None)).Refused!.Refusal);
        Assert.Equal(Refusal.SignedOut, (await box.List(Actor.Nobody, alfa.Id, CancellationToken.None)).Refused!.Refusal);
    }
}
