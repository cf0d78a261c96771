using System.Net;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Activation;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Xunit;

namespace Latchkey.Server.Tests.Activation;

public class RenewalTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    async Task<(Site House, NewCodeAnswer Invited, RawPhone Phone, Granted Granted)> Active(
        House server, DateTimeOffset? validTo = null)
    {
        var house = await server.NewSite();
        var invited = await house.Issue(validTo: validTo);
        var phone = new RawPhone(server);
        return (house, invited, phone, await phone.MustActivate(invited.Code));
    }

    [Theory, BothEngines]
    public async Task A_renewal_is_a_newer_document_with_a_higher_serial(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, invited, phone, granted) = await Active(server);
        server.Time.Advance(TimeSpan.FromHours(12));
        var renewed = await Granted.Read(await phone.Renew(granted.Site, granted.Key));
        Assert.Equal(phone.Now, renewed.Document.Serial);
        Assert.Equal(phone.Now + 1, (await Granted.Read(await phone.Renew(granted.Site, granted.Key))).Document.Serial);
        Assert.Equal(phone.Now + 24 * 3600, renewed.Document.Expires);
        Assert.Equal(phone.Now + 24 * 3600, (await house.Key(invited.MobileKeyId)).NewestDocumentEndsAt!.Value.ToUnixTimeSeconds());
    }

    [Theory, BothEngines]
    public async Task A_document_ends_with_its_key(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (_, _, phone, granted) = await Active(server, server.Time.GetUtcNow().AddHours(30));
        server.Time.Advance(TimeSpan.FromHours(12));
        var renewed = await Granted.Read(await phone.Renew(granted.Site, granted.Key));
        Assert.Equal(phone.Now + 18 * 3600, renewed.Document.Expires);
        Assert.Equal(renewed.Document.Expires, renewed.Document.Until);
        server.Time.Advance(TimeSpan.FromHours(18));
        var problem = await Problem.Is(await phone.Renew(granted.Site, granted.Key), "key-ended");
        Assert.Equal("expired", problem.GetProperty("state").GetString());
    }

    [Theory, BothEngines]
    public async Task Another_phones_signature_and_an_unknown_key_look_alike(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (_, _, phone, granted) = await Active(server);
        using var stranger = new RawPhone(server);
        await Problem.Is(stranger.Renew(granted.Site, granted.Key), "key-unknown");
        await Problem.Is(phone.Renew(granted.Site, granted.Key + 1), "key-unknown");
        await Problem.Is(phone.Renew(granted.Site, uint.MaxValue), "key-unknown");
        await Problem.Is(phone.Renew(Guid.NewGuid(), granted.Key), "key-unknown");
        await Problem.Is(phone.Post("renew", new { proof = phone.RedeemProof("7K2M") }), "proof-malformed", "proof");
        await Problem.Is(phone.Renew(granted.Site, granted.Key, time: phone.Now - 301), "clock");
    }

    [Theory, BothEngines]
    public async Task A_suspended_key_gets_no_document_and_a_resumed_one_does(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, invited, phone, granted) = await Active(server);
        await house.Act(invited.MobileKeyId, "suspend");
        await Problem.Is(phone.Renew(granted.Site, granted.Key), "key-suspended");
        await Problem.Is(phone.Activate(invited.Code), "key-suspended");
        await house.Act(invited.MobileKeyId, "resume");
        await Granted.Read(await phone.Renew(granted.Site, granted.Key));
    }

    [Theory, BothEngines]
    public async Task A_revoked_key_gets_no_document_ever_again(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, invited, phone, granted) = await Active(server);
        Assert.Equal(HttpStatusCode.OK, (await house.Act(invited.MobileKeyId, "revoke", new { id = Guid.NewGuid(), lost = true })).StatusCode);
        var problem = await Problem.Is(await phone.Renew(granted.Site, granted.Key), "key-ended");
        // The phone's finder learns no more than its owner would.
        Assert.Equal("revoked", problem.GetProperty("state").GetString());
        await Problem.Is(phone.Activate(invited.Code), "key-ended");
    }

    [Theory, BothEngines]
    public async Task A_shrunk_validity_makes_earlier_documents_stale_and_tells_the_feed(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, invited, phone, granted) = await Active(server);
        var before = await house.Key(invited.MobileKeyId);
        Assert.Equal(0, before.MinSerial);
        await house.Act(invited.MobileKeyId, "validity", new { id = Guid.NewGuid(), validFrom = server.Time.GetUtcNow(), validTo = server.Time.GetUtcNow().AddHours(2) });
        var after = await house.Key(invited.MobileKeyId);
        Assert.Equal(granted.Document.Serial + 1, after.MinSerial);
        Assert.True(after.ReachSeq > before.ReachSeq);
        var renewed = await Granted.Read(await phone.Renew(granted.Site, granted.Key));
        Assert.True(renewed.Document.Serial >= after.MinSerial);
        Assert.Equal(phone.Now + 2 * 3600, renewed.Document.Expires);

        // A longer validity takes nothing away, so readers need not hear of it.
        await house.Act(invited.MobileKeyId, "validity", new { id = Guid.NewGuid(), validFrom = server.Time.GetUtcNow(), validTo = (DateTimeOffset?)null });
        Assert.Equal(after.MinSerial, (await house.Key(invited.MobileKeyId)).MinSerial);
        Assert.Equal(after.ReachSeq, (await house.Key(invited.MobileKeyId)).ReachSeq);
    }

    [Theory, BothEngines]
    public async Task A_challenge_is_spent_once_within_its_time_and_at_its_site(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, _, phone, _) = await Active(server);
        var challenges = server.Get<Challenges>();
        var site = SiteId.From(house.Id);
        byte[] Nonce(string text) => Binary.TryRead(text, out var bytes) ? bytes : throw new InvalidOperationException();
        var made = await challenges.Make(new(Binary.Text(site.ToBytes())), Cancel);
        Assert.True(made.Done);
        Assert.Equal(phone.Now + Challenges.LifeSeconds, made.Value.Expires);
        var nonce = Nonce(made.Value.Nonce);
        Assert.False(await challenges.Spend(SiteId.From(Guid.NewGuid()), nonce, Cancel));
        var spends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => challenges.Spend(site, nonce, Cancel)));
        Assert.Single(spends, spent => spent);
        var late = Nonce((await challenges.Make(new(Binary.Text(site.ToBytes())), Cancel)).Value!.Nonce);
        server.Time.Advance(TimeSpan.FromSeconds(Challenges.LifeSeconds));
        Assert.False(await challenges.Spend(site, late, Cancel));
        Assert.False(await challenges.Spend(site, new byte[16], Cancel));
    }

    [Theory, BothEngines]
    public async Task Revoking_is_over_when_no_reader_is_left_to_tell(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var (house, invited, _, _) = await Active(server);
        await house.Act(invited.MobileKeyId, "revoke");
        Assert.Equal(KeyState.Revoked, (await house.Key(invited.MobileKeyId)).State);
    }
}
