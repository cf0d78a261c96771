using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>
/// Less than a revocation and as quick: a right that is taken away, a validity that ends earlier. The phone still holds what it was
/// given; the reader at the door knows better, and each has a reason of its own.
/// </summary>
[Collection(nameof(House))]
public sealed class RightsTaken(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task A_door_taken_from_a_level_refuses_and_the_others_go_on()
    {
        const string name = "Lucie Marešová";
        using var api = new Api(House);
        var (main, room) = (await api.Reader("Main entrance"), await api.Reader("Server room"));
        var level = (await api.Post("/api/v1/access-levels", new { id = Guid.NewGuid(), name = "Caretakers", readerIds = new[] { main, room } })).GetProperty("levelId").GetGuid();
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey(name, "lucie@example.com");
        var (user, _) = await Find(api, name);
        foreach (var everybody in (await api.Get($"/api/v1/users/{user}")).GetProperty("accessLevelIds").EnumerateArray().Select(id => id.GetGuid()).ToList())
            await api.Post($"/api/v1/users/{user}/access-levels/take", new { id = Guid.NewGuid(), levelId = everybody });
        await api.Post($"/api/v1/users/{user}/access-levels/give", new { id = Guid.NewGuid(), levelId = level });
        var phone = await Phone.Of(this);
        await phone.TakeKey(await marie.ShownLink());
        var door = await VirtualDoor.Of(this, House.MainEntrance);
        await phone.Open("Main entrance");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        await phone.GoHome();
        await Expect(door.Verdict).ToContainTextAsync("Ready");

        var seq = (await api.Patch($"/api/v1/access-levels/{level}", new { id = Guid.NewGuid(), readerIds = new[] { room } })).GetProperty("seq").GetInt64();
        Assert.NotEqual(0, seq);
        await api.Until("/api/v1/readers", answer => answer.GetProperty("readers").EnumerateArray().All(r => r.GetProperty("appliedSeq").GetInt64() >= seq));
        await door.Forget();
        await phone.Open("Main entrance");
        Assert.Equal("refused: Not your door", (await phone.Said())[^1]);
        await Expect(door.Verdict).ToContainTextAsync("Not your door");
        Assert.DoesNotContain(await door.Seen(), seen => seen.Contains("drawn", StringComparison.Ordinal));
        await phone.GoHome();
        await phone.Open("Server room");
        await Expect(phone.Headline).ToHaveTextAsync("Open");

        await marie.Visit("/events");
        var refused = marie.EventsOf(name).Filter(new() { HasText = "Refused" });
        await Expect(refused).ToContainTextAsync("No right here");
        await marie.Lives();
        await refused.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync($"No access level of {name} holds Main entrance.");
    }

    [Fact]
    public async Task An_earlier_end_ends_what_the_phone_was_given_before()
    {
        const string name = "Matěj Krátký";
        using var api = new Api(House);
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey(name, "matej@example.com");
        var phone = await Phone.Of(this);
        await phone.TakeKey(await marie.ShownLink());
        await phone.Open("Server room");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        await phone.GoHome();

        // What the phone holds promises more than the key has now: the reader knows, and the phone must ask again.
        var (user, key) = await Find(api, name);
        var now = TimeProvider.System.GetUtcNow();
        await api.Post($"/api/v1/mobile-keys/{key}/validity", new { id = Guid.NewGuid(), validFrom = now.AddDays(-1), validTo = now.AddHours(12) });
        await api.Until($"/api/v1/users/{user}", answer => answer.GetProperty("mobileKeys")[0].GetProperty("reach") is var reach
            && reach.GetProperty("told").GetInt32() == reach.GetProperty("of").GetInt32());
        await phone.Open("Server room");
        Assert.Equal("refused: Go online once", (await phone.Said())[^1]);
        await marie.Visit("/events");
        await Expect(marie.EventsOf(name).Filter(new() { HasText = "Refused" })).ToContainTextAsync("Needs to go online");

        // It is online and has asked already: the next tap opens, with what the key has now.
        await phone.GoHome();
        await phone.Open("Server room");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
    }

    static async Task<(Guid User, Guid Key)> Find(Api api, string name)
    {
        var user = (await api.Get($"/api/v1/users?search={Uri.EscapeDataString(name)}")).GetProperty("users").EnumerateArray().Single();
        return (user.GetProperty("userId").GetGuid(), user.GetProperty("mobileKeyId").GetGuid());
    }
}
