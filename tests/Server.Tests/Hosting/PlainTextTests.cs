using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Access;
using Latchkey.Server.Readers;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Tests.Sync;
using Microsoft.EntityFrameworkCore;
using Xunit;
using ActivationCode = Latchkey.Protocol.Credentials.ActivationCode;

namespace Latchkey.Server.Tests.Hosting;

/// <summary>PostgreSQL stores no U+0000; neither engine is ever asked to.</summary>
public class PlainTextTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, BothEngines]
    public async Task A_text_with_a_control_character_is_refused_and_its_field_named(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var asking = new DoorReader(site);
        using var phone = await site.NewPhone();
        var device = (await site.Key(phone.MobileKeyId)).DeviceId;
        var level = Assert.Single((await site.Get<AccessLevelListAnswer>("/api/v1/access-levels")).Levels);
        var pairing = await site.Post<PairingCodeAnswer>("/api/v1/pairings", new { id = Guid.NewGuid() });
        var newKey = new { name = "Jana", email = "jana@example.com", notify = false };
        (HttpMethod Method, string Path, object Good, string[] Fields)[] acts =
        [
            (HttpMethod.Post, "/api/v1/mobile-keys", newKey, ["name", "email", "language", "deviceName"]),
            (HttpMethod.Patch, $"/api/v1/users/{phone.UserId}", new { version = 1 }, ["name", "email", "language"]),
            (HttpMethod.Post, $"/api/v1/users/{phone.UserId}/suspend", new { }, ["why"]),
            (HttpMethod.Post, $"/api/v1/users/{phone.UserId}/delete", new { }, ["why"]),
            (HttpMethod.Post, $"/api/v1/mobile-keys/{phone.MobileKeyId}/suspend", new { }, ["why"]),
            (HttpMethod.Post, $"/api/v1/mobile-keys/{phone.MobileKeyId}/revoke", new { }, ["why"]),
            (HttpMethod.Post, $"/api/v1/mobile-keys/{phone.MobileKeyId}/new-code", new { }, ["email"]),
            (HttpMethod.Patch, $"/api/v1/devices/{device}", new { }, ["name"]),
            (HttpMethod.Post, $"/api/v1/devices/{device}/remove", new { }, ["why"]),
            (HttpMethod.Post, "/api/v1/access-levels", new { }, ["name"]),
            (HttpMethod.Patch, $"/api/v1/access-levels/{level.LevelId}", new { }, ["name"]),
            (HttpMethod.Patch, $"/api/v1/readers/{reader.Id}", new { }, ["name"]),
            (HttpMethod.Post, $"/api/v1/readers/{reader.Id}/open", new { }, ["why"]),
            (HttpMethod.Post, "/api/v1/api-tokens", new { role = "auditor" }, ["name"]),
            (HttpMethod.Post, "/api/v1/reader/pairing", asking.Request(pairing.Code), ["name", "software", "code", "systemId", "mac", "publicKey"]),
        ];
        foreach (var (method, path, good, fields) in acts)
        foreach (var field in fields)
        foreach (var bad in new[] { "Ja\0na", "Ja\u0007na" })
        {
            var body = JsonSerializer.SerializeToNode(good, JsonSerializerOptions.Web)!.AsObject();
            body["id"] = Guid.NewGuid().ToString();
            body[field] = bad;
            using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create<JsonNode>(body) };
            using var answer = await site.Api.SendAsync(request, Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{method} {path} {field}: {answer.StatusCode} {text}");
            Assert.Equal(field, JsonDocument.Parse(text).RootElement.GetProperty("field").GetString());
        }
        // Nothing was half done, and the same text without it is taken.
        await site.Post<object>($"/api/v1/mobile-keys/{phone.MobileKeyId}/suspend", new { id = Guid.NewGuid(), why = "Jana" });
    }

    [Theory, BothEngines]
    public async Task A_question_with_a_control_character_finds_nothing_or_is_refused(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var phone = await site.NewPhone();
        Assert.Contains("\"users\":[]", await site.Api.GetStringAsync("/api/v1/users?search=%00", Cancel), StringComparison.Ordinal);
        Assert.Contains("\"users\":[]", await site.Api.GetStringAsync("/api/v1/users?search=Jana%00", Cancel), StringComparison.Ordinal);
        Assert.Contains("Jana", await site.Api.GetStringAsync("/api/v1/users?search=Jana", Cancel), StringComparison.Ordinal);
        foreach (var question in new[] { "users?filter=%00", "users?after=%00", "events?reason=%00", "events?outcome=%00", "events?before=%00" })
        {
            using var answer = await site.Api.GetAsync("/api/v1/" + question, Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{question}: {answer.StatusCode}");
        }
    }

    [Theory, BothEngines]
    public async Task What_phones_and_readers_say_of_themselves_is_kept_without_control_characters(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var invited = await site.Issue();
        using var phone = new RawPhone(site.House);
        Assert.True(ActivationCode.TryRead(invited.Code, out var code, out _));
        var proof = new RedeemProof(code.Canonical, phone.Public, phone.Now, "And\0roid", 1).Sign(phone.Signer);
        using var activated = await phone.Post("activate", new { proof = Latchkey.Server.Activation.Binary.Text(proof) });
        Assert.Equal(HttpStatusCode.OK, activated.StatusCode);
        Assert.Equal("Android", await site.Read(db => db.Devices.Where(d => d.CustomerId == site.Id).Select(d => d.Platform).SingleAsync(Cancel)));

        using var reader = await new DoorReader(site).Ready();
        await LinkTests.Acknowledged(site, reader);
        await reader.Send(new StateFrame(
            site.House.Time.GetUtcNow().ToUnix(), reader.State.Epoch, reader.State.Seq, reader.State.StateHash, reader.State.LastHash, 1, 0, "te\0sts 2.0", null, true));
        await LinkTests.Eventually(site, async () => (await Row()).Software == "tests 2.0");
        using var patched = await site.Api.PatchAsync(
            $"/api/v1/readers/{reader.Id}", JsonContent.Create(new { id = Guid.NewGuid(), unlockSeconds = 7 }), Cancel);
        await Site.Done<ReaderAnswer>(patched);
        await reader.Expect<StatementFrame>();
        await reader.Send(new NotAppliedFrame("o\0dd"));
        Assert.NotNull((await reader.Apply()).Snapshot);

        async Task<ReaderRow> Row() => Assert.Single((await site.Get<ReaderListAnswer>("/api/v1/readers")).Readers);
    }
}
