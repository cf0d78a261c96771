using System.Net;
using Latchkey.Journey.Tests.Setting;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>What can't be meant is said at its field, or above them all; nothing is done quietly, and no page dies of it.</summary>
[Collection(nameof(House))]
public sealed class WrongInput(House house) : Setting.Journey(house)
{
    [Fact]
    public async Task A_day_that_is_none_makes_no_key_without_an_end()
    {
        var marie = await Administrator.Of(this, House);
        await marie.Visit("/users");
        await marie.Open("New mobile key");
        await marie.Dialog.GetByLabel("Full name").FillAsync("Dana Denní");
        await marie.Dialog.GetByLabel("E-mail").FillAsync("dana@example.com");
        var end = marie.Dialog.GetByLabel("Valid to");
        var fault = marie.Dialog.GetByText("This is no day between 2000 and 2199.");
        var send = marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create and send" });

        await end.FillAsync("9999-12-31");
        await send.ClickAsync();
        await Expect(fault).ToBeVisibleAsync();
        await Expect(end).ToHaveValueAsync("9999-12-31");
        // Half a day: the browser itself says that there is none.
        await end.FillAsync("");
        await end.PressSequentiallyAsync("31");
        await end.PressAsync("Enter");
        await Expect(fault).ToBeVisibleAsync();
        await send.ClickAsync();
        await Expect(marie.Dialog.GetByText("Unlimited")).Not.ToBeVisibleAsync();
        await Expect(fault).ToBeVisibleAsync();

        await end.FillAsync("2199-12-31");
        await send.ClickAsync();
        await Expect(marie.Dialog.GetByText("Waiting for the phone")).ToBeVisibleAsync();
        await marie.VisitUser("Dana Denní");
        await Expect(marie.Page.GetByText("1 Jan 2200, 00:00")).ToBeVisibleAsync();

        await marie.Open("Change validity");
        await marie.Dialog.GetByLabel("Valid to").FillAsync("0001-01-01");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Change validity" }).ClickAsync();
        await Expect(fault).ToBeVisibleAsync();
    }

    [Fact]
    public async Task One_more_device_says_where_the_mail_goes_or_that_there_is_no_address()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Tereza Dvojí", "tereza@example.com");
        await marie.VisitUser("Tereza Dvojí");
        await marie.Open("Add device");
        await Expect(marie.Dialog).ToContainTextAsync("The mail goes to tereza@example.com.");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create and send" }).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync("tereza@example.com. Or scan it now from this screen.");

        await marie.Visit("/users");
        await marie.Open("New mobile key");
        await marie.Dialog.GetByLabel("Full name").FillAsync("Tomáš Bezpošty");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Change User ID" }).ClickAsync();
        await marie.Dialog.GetByRole(AriaRole.Textbox, new() { Name = "User ID" }).FillAsync("123456789");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Show QR instead" }).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync("User ID 123456789");
        await marie.VisitUser("Tomáš Bezpošty");
        await marie.Open("Add device");
        await Expect(marie.Dialog).ToContainTextAsync("No e-mail address is known");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create and show QR" }).ClickAsync();
        await Expect(marie.Dialog).ToContainTextAsync("Ready for Tomáš Bezpošty");
    }

    [Fact]
    public async Task A_refusal_of_what_no_field_shows_is_said_above_them()
    {
        var marie = await Administrator.Of(this, House);
        await marie.NewMobileKey("Ota Odešlý", "ota@example.com");
        await marie.VisitUser("Ota Odešlý");
        await marie.Open("Add device");
        // Meanwhile a colleague deletes the user: it is the request's userId that is to blame.
        var colleague = await Administrator.Of(this, House);
        await colleague.VisitUser("Ota Odešlý");
        // The page lives: an early click on what ends something is not made up for.
        await colleague.Open("Edit");
        await colleague.Leave();
        await colleague.Open("Delete user");
        await colleague.Dialog.GetByRole(AriaRole.Checkbox).CheckAsync();
        await colleague.Dialog.GetByRole(AriaRole.Button, new() { Name = "Delete user" }).ClickAsync();
        await Expect(colleague.Dialog).Not.ToBeVisibleAsync();

        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Create and send" }).ClickAsync();
        await Expect(marie.Dialog.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_is_said_and_is_a_404()
    {
        Foresee("status of 404");
        var marie = await Administrator.Of(this, House);
        foreach (var (path, said) in new[]
        {
            ("/users/99999", "There is no such user here."), ("/readers/unknown", "There is no such reader here."), ("/not-found", "There is nothing at this address"),
        })
        {
            var answer = await marie.Page.GotoAsync(House.Console + path);
            Assert.Equal((int)HttpStatusCode.NotFound, answer!.Status);
            await Expect(marie.Page.GetByText(said)).ToBeVisibleAsync();
            await Expect(marie.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
        }
    }

    [Theory]
    [InlineData("/events?why=abc")]
    [InlineData("/events?why=99999999999999999999999")]
    [InlineData("/events?why=-1&only=nothing")]
    [InlineData("/messages?state=99")]
    [InlineData("/users?state=nobody&q=%00")]
    [InlineData("/mailbox/00000000-0000-0000-0000-000000000000")]
    public async Task A_mistyped_question_shows_the_whole_list(string path)
    {
        var marie = await Administrator.Of(this, House);
        var answer = await marie.Page.GotoAsync(House.Console + path);
        Assert.Equal((int)HttpStatusCode.OK, answer!.Status);
        // Live, and not the box that says a part could not be shown.
        await marie.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
        await Expect(marie.Page.Locator("html")).ToHaveAttributeAsync("data-colours", "dark");
        await Expect(marie.Page.GetByText("This part could not be shown")).Not.ToBeVisibleAsync();
    }
}
