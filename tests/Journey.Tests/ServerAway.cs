using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>The server dies without a farewell. Doors and phones go on; what happened meanwhile arrives once it is back.</summary>
[Collection(nameof(House))]
public sealed class ServerAway(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task The_door_opens_and_its_event_arrives_once()
    {
        const string name = "Karel Dvořák";
        Foresee("ERR_CONNECTION_REFUSED");
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey(name, "karel@example.com");
        var phone = await Phone.Of(this);
        await phone.TakeKey(await marie.ShownLink());
        await phone.IsKept();
        await marie.Page.CloseAsync();

        await House.KillServer();
        var door = await VirtualDoor.At(this, House.MainEntrance);
        await Expect(door.Link).ToContainTextAsync("No network");
        await phone.Page.ReloadAsync();
        await phone.Open("Main entrance");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        await Expect(door.Verdict).ToContainTextAsync("Open");
        await door.Page.CloseAsync();

        await House.StartServerAgain();
        var door2 = await VirtualDoor.At(this, House.MainEntrance);
        await Expect(door2.Link).ToContainTextAsync("Connected");
        marie = await Administrator.Of(this, House);
        await marie.Visit("/events");
        await Expect(marie.EventsOf(name)).ToHaveCountAsync(1);
        await Expect(marie.EventsOf(name)).ToContainTextAsync("Opened");
        await marie.Visit("/readers");
        await Expect(marie.Page.GetByRole(AriaRole.Row, new() { Name = "Main entrance" })).ToContainTextAsync("Up to date");

        // It goes on as if nothing had been: the next event follows the last one of before.
        await phone.GoHome();
        await phone.Open("Main entrance");
        await Expect(phone.Headline).ToHaveTextAsync("Open");
        await marie.Visit("/events");
        await Expect(marie.EventsOf(name)).ToHaveCountAsync(2);
    }
}
