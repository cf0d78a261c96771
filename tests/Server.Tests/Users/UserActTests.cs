using System.Net;
using System.Net.Http.Json;
using Latchkey.Protocol.Decisions;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Xunit;
using KeyState = Latchkey.Server.Users.KeyState;
using Status = Latchkey.Protocol.Credentials.KeyState;

namespace Latchkey.Server.Tests.Users;

public class UserActTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<HttpResponseMessage> Edit(Site site, Guid user, object change) => site.Api.PatchAsJsonAsync($"/api/v1/users/{user}", change, Cancel);

    static Task<HttpResponseMessage> Act(Site site, Guid user, string act, object? request = null) =>
        site.Api.PostAsJsonAsync($"/api/v1/users/{user}/{act}", request ?? new { id = Guid.NewGuid() }, Cancel);

    static Task<UserActAnswer> Do(Site site, Guid user, string act) => site.Post<UserActAnswer>($"/api/v1/users/{user}/{act}", new { id = Guid.NewGuid() });

    static Task<UserAnswer> Read(Site site, Guid user) => site.Get<UserAnswer>($"/api/v1/users/{user}");

    static async Task<List<Guid>> Listed(Site site, string query) =>
        [.. (await site.Get<UserListAnswer>($"/api/v1/users?{query}")).Users.Select(u => u.UserId)];

    [Theory, BothEngines]
    public async Task Details_change_and_lists_find_the_new_ones(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var (anna, ben) = (await site.Issue("Anna"), await site.Issue("Ben"));
        using var done = await Edit(site, anna.UserId, new { id = Guid.NewGuid(), version = 1, name = " Žofie Králová ", email = "zofie@example.com", language = "cs" });
        Assert.Equal((UserState.Active, 2), ((await Site.Done<UserActAnswer>(done)).State, (await Read(site, anna.UserId)).Version));
        var now = await Read(site, anna.UserId);
        Assert.Equal(("Žofie Králová", "zofie@example.com", "cs"), (now.Name, now.Email, now.Language));
        Assert.Equal([anna.UserId], await Listed(site, "search=zofie@example"));
        Assert.Empty(await Listed(site, "search=anna"));
        Assert.Equal([ben.UserId, anna.UserId], await Listed(site, ""));

        // What is absent stays; an empty address goes.
        using var cleared = await Edit(site, anna.UserId, new { id = Guid.NewGuid(), version = 2, email = "" });
        Assert.Equal(HttpStatusCode.OK, cleared.StatusCode);
        now = await Read(site, anna.UserId);
        Assert.Equal(("Žofie Králová", null, "cs"), (now.Name, now.Email, now.Language));
        Assert.Empty(await Listed(site, "search=zofie@example"));
    }

    [Theory, BothEngines]
    public async Task Of_two_who_edit_at_once_one_is_told(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var user = (await site.Issue("Anna")).UserId;
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Edit(site, user, new { id = Guid.NewGuid(), version = 1, name = $"Anna {i}" })));
        var winner = Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK);
        foreach (var other in answers.Where(a => a != winner))
            await Problem.Is(other, "changed-meanwhile", "version");
        Assert.Equal(2, (await Read(site, user)).Version);
        // A corrected address in a new code is a change, too.
        var key = (await Read(site, user)).MobileKeys[0].MobileKeyId;
        Assert.Equal(HttpStatusCode.OK, (await site.Act(key, "new-code", new { id = Guid.NewGuid(), email = "anna@example.com" })).StatusCode);
        await Problem.Is(Edit(site, user, new { id = Guid.NewGuid(), version = 2, name = "Anna" }), "changed-meanwhile", "version");
    }

    [Theory, BothEngines]
    public async Task Each_fault_of_an_edit_names_its_field(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        var user = (await site.Issue("Anna")).UserId;
        Task<HttpResponseMessage> Try(string? name = null, string? email = null, string? language = null) =>
            Edit(site, user, new { id = Guid.NewGuid(), version = 1, name, email, language });
        await Problem.Is(Try(name: "  "), "name-missing", "name");
        await Problem.Is(Try(name: new string('x', User.NameCharsMax + 1)), "name-too-long", "name");
        await Problem.Is(Try(name: "Anna\nBcc: x"), "name-too-long", "name");
        await Problem.Is(Try(email: "anna@"), "email-wrong", "email");
        await Problem.Is(Try(language: "xx"), "language-unknown", "language");
        await Problem.Is(Edit(site, user, new { version = 1, name = "Anna" }), "id-missing", "id");
        await Problem.Is(Edit(site, Guid.NewGuid(), new { id = Guid.NewGuid(), version = 1, name = "Anna" }), "not-found");
        await Problem.Is(Act(site, user, "suspend", new { id = Guid.NewGuid(), why = new string('x', 201) }), "text-too-long", "why");
        Assert.Equal((1, "Anna"), ((await Read(site, user)).Version, (await Read(site, user)).Name));
    }

    [Theory, BothEngines]
    public async Task A_user_on_hold_is_refused_by_linked_readers_and_let_in_again_after_it(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        using var other = await site.NewPhone("Ben");
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document));

        var held = await Do(site, phone.UserId, "suspend");
        Assert.Equal((UserState.Suspended, 1), (held.State, Assert.Single(held.MobileKeys).Reach!.Of));
        await reader.ApplyUntil(b => b.States.GetValueOrDefault(phone.Claims.Key) == Status.UserInactive);
        Assert.Equal(Reason.UserInactive, reader.Decide(phone.Document));
        Assert.Equal(Reason.Granted, reader.Decide(other.Document));
        await Assert.ThrowsAsync<InvalidOperationException>(phone.Renew);
        Assert.Equal("Suspended", (await Problem.Is(await Act(site, phone.UserId, "suspend"), "state-unfit")).GetProperty("state").GetString());
        Assert.Equal([phone.UserId], await Listed(site, "filter=suspended"));
        Assert.Equal([other.UserId], await Listed(site, "filter=active"));
        Assert.Contains(phone.UserId, await Listed(site, ""));

        var back = await Do(site, phone.UserId, "resume");
        Assert.Equal(UserState.Active, back.State);
        await reader.ApplyUntil(b => !b.States.ContainsKey(phone.Claims.Key));
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document));
        await phone.Renew();
        await Problem.Is(Act(site, phone.UserId, "resume"), "state-unfit");
    }

    [Theory, BothEngines]
    public async Task A_key_held_by_itself_stays_held_when_its_user_is_resumed_and_no_code_is_used_meanwhile(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        await site.Act(phone.MobileKeyId, "suspend");
        var second = await site.Issue(new { id = Guid.NewGuid(), userId = phone.UserId, notify = false });
        await Do(site, phone.UserId, "suspend");
        using var late = new RawPhone(site.House);
        await Problem.Is(late.Activate(second.Code), "key-suspended");
        await Do(site, phone.UserId, "resume");
        await reader.ApplyUntil(b => b.States.GetValueOrDefault(phone.Claims.Key) == Status.Suspended);
        Assert.Equal(Reason.Suspended, reader.Decide(phone.Document));
        await late.MustActivate(second.Code);
    }

    [Theory, BothEngines]
    public async Task A_deleted_user_loses_every_key_and_code_and_keeps_the_name(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        var waiting = await site.Issue(new { id = Guid.NewGuid(), userId = phone.UserId, notify = false });

        var gone = await Do(site, phone.UserId, "delete");
        Assert.Equal(UserState.Deleted, gone.State);
        // Readers hear of both: whether a code was redeemed, a store put back from a backup may have forgotten.
        Assert.Equal([waiting.MobileKeyId, phone.MobileKeyId], gone.MobileKeys.Select(k => k.MobileKeyId));
        await reader.ApplyUntil(b => b.States.GetValueOrDefault(phone.Claims.Key) == Status.Revoked);
        Assert.Equal(Reason.Revoked, reader.Decide(phone.Document));
        using var late = new RawPhone(site.House);
        await Problem.Is(late.Activate(waiting.Code), "key-ended");
        await Assert.ThrowsAsync<InvalidOperationException>(phone.Renew);

        var now = await Read(site, phone.UserId);
        Assert.Equal(("Jana Nováková", UserState.Deleted), (now.Name, now.State));
        Assert.Equal(KeyState.DeletedByAdmin, now.MobileKeys.Single(k => k.MobileKeyId == waiting.MobileKeyId).State);
        Assert.All(now.MobileKeys, k => Assert.Equal(DeviceState.Deleted, k.DeviceState));
        Assert.DoesNotContain(phone.UserId, await Listed(site, ""));
        Assert.Equal([phone.UserId], await Listed(site, "filter=deleted"));
        foreach (var act in new[] { "suspend", "resume", "delete" })
            await Problem.Is(Act(site, phone.UserId, act), "user-ended");
        await Problem.Is(Edit(site, phone.UserId, new { id = Guid.NewGuid(), version = 1, name = "Ben" }), "user-ended");
        await Problem.Is(site.Api.PostAsJsonAsync("/api/v1/mobile-keys", new { id = Guid.NewGuid(), userId = phone.UserId, notify = false }, Cancel), "user-ended", "userId");
        await LinkedReadersKnow(site, phone.MobileKeyId);
    }

    [Theory, BothEngines]
    public async Task A_device_is_renamed_and_removed_with_its_key(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        using var tablet = new RawPhone(site.House);
        var second = await site.Issue(new { id = Guid.NewGuid(), userId = phone.UserId, deviceName = "Tablet", notify = false });
        var tabletKey = (await tablet.MustActivate(second.Code)).Key;
        var device = (await Read(site, phone.UserId)).MobileKeys.Single(k => k.MobileKeyId == phone.MobileKeyId).DeviceId;
        Task<HttpResponseMessage> Rename(string? name) => site.Api.PatchAsJsonAsync($"/api/v1/devices/{device}", new { id = Guid.NewGuid(), name }, Cancel);

        Assert.Equal("Pixel 9", (await Site.Done<DeviceAnswer>(await Rename(" Pixel 9 "))).Name);
        await Problem.Is(Rename(null), "name-missing", "name");
        await Problem.Is(Rename(new string('x', Device.NameCharsMax + 1)), "text-too-long", "name");
        await Problem.Is(Rename("a\tb"), "text-too-long", "name");

        var removed = await site.Post<DeviceAnswer>($"/api/v1/devices/{device}/remove", new { id = Guid.NewGuid(), why = "sold" });
        Assert.Equal(("Pixel 9", DeviceState.Deleted), (removed.Name, removed.State));
        Assert.Equal(1, Assert.Single(removed.MobileKeys).Reach!.Of);
        await reader.ApplyUntil(b => b.States.GetValueOrDefault(phone.Claims.Key) == Status.Revoked);
        Assert.Equal(Reason.Revoked, reader.Decide(phone.Document));
        Assert.DoesNotContain(tabletKey, reader.State.Bundle!.States.Keys);
        var key = (await Read(site, phone.UserId)).MobileKeys.Single(k => k.MobileKeyId == phone.MobileKeyId);
        Assert.Equal(("sold", DeviceState.Deleted), (key.Why, key.DeviceState));
        await Problem.Is(Rename("Pixel"), "state-unfit");
        Assert.Equal("state-unfit", await site.Refused($"/api/v1/devices/{device}/remove", new { id = Guid.NewGuid() }));
        Assert.Equal("not-found", await site.Refused($"/api/v1/devices/{Guid.NewGuid()}/remove", new { id = Guid.NewGuid() }));
        await LinkedReadersKnow(site, phone.MobileKeyId);
    }

    [Theory, BothEngines]
    public async Task An_earlier_end_makes_documents_stale_at_linked_readers_and_a_later_one_comes_with_the_next(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var reader = await new DoorReader(site).Ready();
        using var phone = await site.NewPhone();
        var (from, soon) = ((await Read(site, phone.UserId)).MobileKeys[0].ValidFrom, site.House.Time.GetUtcNow().AddHours(1));
        var shrunk = await site.Post<MobileKeyAnswer>(
            $"/api/v1/mobile-keys/{phone.MobileKeyId}/validity", new { id = Guid.NewGuid(), validFrom = from, validTo = soon });
        Assert.Equal(1, shrunk.Reach!.Of);
        await reader.ApplyUntil(b => b.MinSerials.ContainsKey(phone.Claims.Key));
        Assert.Equal(Reason.DocumentStale, reader.Decide(phone.Document));
        await phone.Renew();
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document));
        Assert.Equal(soon.ToUnixTimeSeconds(), phone.Claims.Expires);

        await site.Post<MobileKeyAnswer>($"/api/v1/mobile-keys/{phone.MobileKeyId}/validity", new { id = Guid.NewGuid(), validFrom = from, validTo = (DateTimeOffset?)null });
        Assert.Equal(Reason.Granted, reader.Decide(phone.Document));
        await phone.Renew();
        Assert.True(phone.Claims.Expires > soon.ToUnixTimeSeconds());
    }

    [Theory, BothEngines]
    public async Task Every_act_on_a_user_or_device_stands_in_the_audit_chain_under_the_user(Engine engine)
    {
        var site = await (await houses.Shared(engine)).NewSite();
        using var phone = await site.NewPhone();
        var device = (await Read(site, phone.UserId)).MobileKeys[0].DeviceId;
        await Edit(site, phone.UserId, new { id = Guid.NewGuid(), version = 1, name = "Jana N." });
        await Do(site, phone.UserId, "suspend");
        await Do(site, phone.UserId, "resume");
        await site.Api.PatchAsJsonAsync($"/api/v1/devices/{device}", new { id = Guid.NewGuid(), name = "Pixel" }, Cancel);
        await site.Api.PostAsJsonAsync($"/api/v1/devices/{device}/remove", new { id = Guid.NewGuid() }, Cancel);
        await Do(site, phone.UserId, "delete");
        var acts = await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id && a.SubjectId == phone.UserId)
            .OrderBy(a => a.Seq).Select(a => a.Act).ToListAsync(Cancel));
        Assert.Equal(
            ["IssueMobileKey", "ActivateMobileKey", "UpdateUser", "SuspendUser", "ResumeUser", "RenameDevice", "RemoveDevice", "DeleteUser"], acts);
    }

    // Revoked only once the reader has told that it knows.
    static Task LinkedReadersKnow(Site site, Guid key) => Sync.LinkTests.Eventually(
        site, () => site.Read(db => db.MobileKeys.AnyAsync(k => k.Id == key && k.State == KeyState.Revoked, Cancel)));
}
