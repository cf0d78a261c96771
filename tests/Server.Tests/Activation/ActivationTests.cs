using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Activation;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;
using ActivationCode = Latchkey.Protocol.Credentials.ActivationCode;
using KeyState = Latchkey.Server.Users.KeyState;

namespace Latchkey.Server.Tests.Activation;

public class ActivationTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothEngines]
    public async Task A_code_becomes_a_document_bound_to_the_phone(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        await house.Change(c => c.Prefix = "99");
        var invited = await house.Issue();
        using var phone = new RawPhone(server);

        var granted = await phone.MustActivate(invited.Code);

        var document = granted.Document;
        Assert.Equal(house.Id, document.Site.Value);
        Assert.Equal(phone.Public, document.Device);
        Assert.Equal(phone.Now, document.IssuedAt);
        Assert.Equal(phone.Now + 24 * 3600, document.Expires);
        Assert.Equal(phone.Now, document.Serial);
        Assert.Equal((uint)invited.UserNumber, document.UserId);
        Assert.Equal("99", document.Prefix);
        Assert.Equal([new Rule(1, 0)], document.Rules);
        var issuer = await house.Read(db => db.SigningKeys.Where(k => k.CustomerId == house.Id && k.Purpose == Keys.KeyPurpose.Issuer)
            .Select(k => k.PublicKey).SingleAsync(Cancel));
        Assert.True(PublicKey.TryRead(issuer, out var issuerKey));
        Assert.True(granted.Signed.VerifiedBy(issuerKey));
        Assert.InRange(granted.DocumentBytes.Length, 1, 220);
        Assert.Equal("Alfa Reality", granted.Card.Customer);
        Assert.Equal("Jana Nováková", granted.Card.Key.Holder);
        Assert.Equal(["http://localhost:5500"], granted.Card.Addresses);
        Assert.Equal(KeyState.Active, (await house.Key(invited.MobileKeyId)).State);
    }

    [Theory, BothEngines]
    public async Task The_same_phone_again_gets_the_same_binding_and_a_newer_document(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        var first = await phone.MustActivate(invited.Code);
        var second = await phone.MustActivate(invited.Code);
        Assert.Equal(first.Key, second.Key);
        Assert.Equal(first.Document.Serial + 1, second.Document.Serial);
    }

    [Theory, BothEngines]
    public async Task A_hundred_phones_at_once_make_one_binding(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        var phones = Enumerable.Range(0, 100).Select(_ => new RawPhone(server)).ToList();

        var answers = await Task.WhenAll(phones.Select(p => p.Activate(invited.Code)));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.OK))
            await Problem.Is(refused, "code-used");
        Assert.Equal(1, await house.Read(db => db.Devices.CountAsync(d => d.CustomerId == house.Id && d.PublicKey != null, Cancel)));
        Assert.Equal(phones[0].Now, (await house.Key(invited.MobileKeyId)).Serial);
        Assert.Equal(
            1, await house.Read(db => db.AuditEntries.CountAsync(a => a.AccountId == house.Id && a.Act == "ActivateMobileKey", Cancel)));
        phones.ForEach(p => p.Dispose());
    }

    [Theory, BothEngines]
    public async Task Many_codes_at_once_are_all_redeemed(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var phones = new List<(RawPhone Phone, string Code)>();
        for (var i = 0; i < 40; i++)
            phones.Add((new RawPhone(server), (await house.Issue($"User {i}")).Code));
        var answers = await Task.WhenAll(phones.Select(p => p.Phone.Activate(p.Code)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        phones.ForEach(p => p.Phone.Dispose());
    }

    [Theory, BothEngines]
    public async Task Used_unknown_expired_and_another_phones_are_four_answers(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var used = await house.Issue();
        var old = await house.Issue();
        using var first = new RawPhone(server);
        using var other = new RawPhone(server);
        await first.MustActivate(used.Code);

        var problem = await Problem.Is(await other.Activate(used.Code), "code-used");
        Assert.Equal(first.Now, problem.GetProperty("at").GetInt64());
        Assert.Equal("Alfa Reality", problem.GetProperty("customer").GetString());
        await Problem.Is(other.Activate(ActivationCode.NewBase32(System.Security.Cryptography.RandomNumberGenerator.Fill).Grouped), "code-unknown");
        server.Time.Advance(TimeSpan.FromHours(168));
        problem = await Problem.Is(await other.Activate(old.Code), "code-expired");
        Assert.Equal(other.Now, problem.GetProperty("at").GetInt64());
        await Problem.Is(other.Activate(used.Code), "code-used");
    }

    [Theory, BothEngines]
    public async Task A_code_ends_at_its_moment_and_not_before(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        await house.Change(c => c.CodeLifeHours = 1);
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        server.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        await phone.MustActivate(invited.Code);
    }

    [Theory, BothEngines]
    public async Task A_newer_code_stops_the_earlier_one(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        var answer = await house.Act(invited.MobileKeyId, "new-code");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var phone = new RawPhone(server);
        await Problem.Is(phone.Activate(invited.Code), "code-replaced");
    }

    [Theory, BothEngines]
    public async Task A_withdrawn_invitation_ends_its_code(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        Assert.Equal(HttpStatusCode.OK, (await house.Act(invited.MobileKeyId, "withdraw")).StatusCode);
        using var phone = new RawPhone(server);
        await Problem.Is(phone.Activate(invited.Code), "key-ended");
    }

    [Theory, BothEngines]
    public async Task Typing_is_told_apart_from_guessing(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        var problem = await Problem.Is(await phone.Post("look", new { code = invited.Code[..^1] }), "code-incomplete", "code");
        Assert.Contains("yours has 23", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var wrong = invited.Code[0] == 'A' ? 'B' : 'A';
        await Problem.Is(phone.Post("look", new { code = wrong + invited.Code[1..] }), "code-mistyped", "code");
        await Problem.Is(phone.Post("look", new { code = invited.Code + "7" }), "code-mistyped", "code");
        await Problem.Is(phone.Post("look", new { code = (string?)null }), "code-incomplete", "code");
    }

    [Theory, BothEngines]
    public async Task Looking_spends_nothing_and_no_GET_redeems(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        for (var i = 0; i < 3; i++)
        {
            var seen = await phone.Post("look", new { code = invited.Link });
            Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
            var said = await seen.Content.ReadFromJsonAsync<JsonElement>(Cancel);
            Assert.Contains("Jana", said.GetProperty("name").GetString(), StringComparison.Ordinal);
            Assert.Equal(Binary.Text(SiteId.From(house.Id).ToBytes()), said.GetProperty("site").GetString());
            Assert.Equal(invited.UserNumber, said.GetProperty("userId").GetInt32());
        }
        // What a mail scanner does: fetch the link, and anything near it.
        foreach (var path in new[] { "/w/", "/w/?" + invited.Code, "/api/v1/wallet/activate", "/api/v1/wallet/look?code=" + invited.Code })
            (await phone.Client.GetAsync(path, Cancel)).Dispose();
        await phone.MustActivate(invited.Code);
    }

    [Theory, BothEngines]
    public async Task A_proof_must_be_read_signed_and_of_now(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        await Problem.Is(phone.Post("activate", new { proof = "AAAA" }), "proof-malformed", "proof");
        await Problem.Is(phone.Post("activate", new { proof = "not base64url!" }), "proof-malformed", "proof");
        await Problem.Is(phone.Post("activate", new { }), "proof-malformed", "proof");
        var good = phone.RedeemProof(invited.Code);
        Assert.True(Server.Activation.Binary.TryRead(good, out var bytes));
        bytes[^1] ^= 1;
        await Problem.Is(phone.Post("activate", new { proof = Server.Activation.Binary.Text(bytes) }), "proof-wrong", "proof");
        var problem = await Problem.Is(await phone.Activate(invited.Code, phone.Now - 301), "clock");
        Assert.Equal(phone.Now, problem.GetProperty("now").GetInt64());
        await Problem.Is(phone.Activate(invited.Code, phone.Now + 301), "clock");
        await Granted.Read(await phone.Activate(invited.Code, phone.Now + 300));
    }

    [Theory, BothEngines]
    public async Task An_old_wallet_is_told_to_reload_and_the_code_is_kept(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        await house.Change(c => c.LowestWalletAndroid = 2);
        var invited = await house.Issue();
        using var phone = new RawPhone(server);
        await Problem.Is(phone.Activate(invited.Code), "wallet-too-old");
        phone.Version = 2;
        await phone.MustActivate(invited.Code);
    }

    [Theory, BothEngines]
    public async Task One_phone_key_holds_one_mobile_key_of_a_site(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var (one, two) = (await house.Issue(), await house.Issue());
        using var phone = new RawPhone(server);
        await phone.MustActivate(one.Code);
        await Problem.Is(phone.Activate(two.Code), "proof-wrong", "proof");
        using var second = new RawPhone(server);
        await second.MustActivate(two.Code);
    }

    [Theory, BothEngines]
    public async Task Nothing_of_a_deleted_customer_can_be_redeemed_or_renewed(Engine engine)
    {
        var server = await houses.Of(this, engine);
        var house = await server.NewSite();
        var (one, two) = (await house.Issue(), await house.Issue());
        using var phone = new RawPhone(server);
        var granted = await phone.MustActivate(one.Code);
        await house.Delete(house.DistributorId);
        using var other = new RawPhone(server);
        await Problem.Is(other.Activate(two.Code), "code-unknown");
        await Problem.Is(phone.Renew(granted.Site, granted.Key), "key-unknown");
        await Problem.Is(phone.Post("challenge", new { site = Server.Activation.Binary.Text(SiteId.From(house.Id).ToBytes()) }), "key-unknown");
    }
}
