using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>The way of one key, from the administrator's form to the open door and back into the console.</summary>
[Collection(nameof(House))]
public sealed class OneKeyAllTheWay(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task Over_the_virtual_radio_until_it_is_revoked()
    {
        var phone = await Phone.Of(this);
        await FromTheFormToTheEnd(phone, "Jana Nováková", "Main entrance", House.MainEntrance, () => phone.Open("Main entrance"));
    }

    [Fact]
    public async Task Over_Bluetooth_until_it_is_revoked_with_the_browsers_list_the_first_time_only()
    {
        await using var bluetooth = await EmulatedBluetooth.Start(this, House, House.ServerRoom);
        var phone = await Phone.On(bluetooth.Page);
        await FromTheFormToTheEnd(phone, "Nils Berg", "Server room", House.ServerRoom, () => phone.OpenOver("Server room", "Bluetooth"));
        Assert.Equal(1, bluetooth.ListsShown);
    }

    async Task FromTheFormToTheEnd(Phone phone, string name, string doorName, Uri doorPage, Func<Task> openFirst)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey(name, email);
        var colleague = await Administrator.Of(this, House);
        var link = await colleague.MailedLink(email);
        var door = await VirtualDoor.Of(this, doorPage);

        await phone.Follow(link);
        await Expect(phone.Page.GetByRole(AriaRole.Region, new() { Name = "Alfa Reality" })).ToContainTextAsync(name);
        Assert.DoesNotContain("#", phone.Page.Url);
        await phone.Activate();
        await Expect(marie.Dialog).ToContainTextAsync("The phone is bound. It opens doors now.");

        await colleague.Visit("/events");
        await Expect(colleague.Page.GetByText("Live", new() { Exact = true })).ToBeVisibleAsync();
        await openFirst();
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        Assert.Equal(["plain: Connecting", "open: Open"], (await phone.Said())[^2..]);
        Assert.Equal("40", await phone.Felt());
        await Expect(door.Verdict).ToContainTextAsync("Open");
        // Amber, before, may be too short for a busy page: it is told the newest state, not each one.
        Assert.Contains("green, drawn", await door.Seen());
        await Expect(colleague.EventsOf(name).First).ToContainTextAsync(doorName);
        await Expect(colleague.EventsOf(name).First).ToContainTextAsync("Opened");

        await marie.VisitUser(name);
        await marie.Suspend();
        await phone.GoHome();
        // While the bolt is still drawn the door's page goes on saying so.
        await Expect(door.Verdict).ToContainTextAsync("Ready");
        await door.Forget();
        await phone.Open(doorName);
        Assert.Equal("refused: Key on hold", (await phone.Said())[^1]);
        Assert.Equal("40 60 40", await phone.Felt());
        await Expect(door.Verdict).ToContainTextAsync("Key on hold");
        Assert.DoesNotContain(await door.Seen(), seen => seen.Contains("drawn", StringComparison.Ordinal));
        await Expect(colleague.EventsOf(name).First).ToContainTextAsync("Key on hold");

        await marie.Resume();
        await phone.GoHome();
        await phone.Open(doorName);
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        await Expect(colleague.EventsOf(name).First).ToContainTextAsync("Opened");

        await marie.Revoke("Left the company");
        await phone.GoHome();
        await Expect(door.Verdict).ToContainTextAsync("Ready");
        await phone.Open(doorName);
        Assert.Equal("refused: This key has ended", (await phone.Said())[^1]);
        await Expect(door.Verdict).ToContainTextAsync("Key has ended");
        await Expect(colleague.EventsOf(name).First).ToContainTextAsync("Refused");
        await colleague.EventsOf(name).First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(colleague.Dialog).ToContainTextAsync("Left the company");
        await Expect(colleague.Dialog).ToContainTextAsync("This key has ended. Call Alfa Reality if that surprises you.");
    }

    [Fact]
    public async Task Over_the_internet()
    {
        var phone = await (await Phone.Of(this)).WithKey(this, House, "Ingrid Holm");
        var door = await VirtualDoor.Of(this, House.ServerRoom);
        await phone.OpenOver("Server room", "the internet");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        await Expect(door.Verdict).ToContainTextAsync("Open");
        await Expect(door.Page.GetByText("Internet", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Every_door_leads_to_what_is_known_of_it_the_large_one_too()
    {
        var phone = await (await Phone.Of(this)).WithKey(this, House, "Vera Lind");
        foreach (var door in new[] { "Main entrance", "Server room" })
        {
            await phone.LookAt(door);
            await Expect(phone.Page.GetByRole(AriaRole.Term)).ToContainTextAsync(["Reader ID", "Opens by", "Hours"]);
            await phone.GoHome();
        }
    }
}
