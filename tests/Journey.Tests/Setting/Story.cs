using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>A house in which something has happened: somebody opened a door, somebody else's key is on hold and was refused, a third was invited.</summary>
sealed class Story
{
    const int TapsMax = 5;

    public required string Opener { get; init; }
    public required string Refused { get; init; }
    public required string Invited { get; init; }
    public required string OpenersPage { get; init; }
    public required string InvitedsPage { get; init; }
    public required string ReaderPage { get; init; }

    /// <summary>The address of Events with the drawer open on the refusal.</summary>
    public required string WhyPage { get; init; }

    /// <summary>The phone of whoever opened.</summary>
    public required Phone Phone { get; init; }

    public IEnumerable<string> ConsolePages =>
        ["/", "/users", OpenersPage, InvitedsPage, "/readers", ReaderPage, "/events", WhyPage, "/messages", "/audit", "/mailbox"];

    public static async Task<Story> Of(Journey journey, House house, Administrator marie, string opener = "Simona Dvořáková", string refused = "Karel Beneš", string invited = "Ondřej Veselý")
    {
        var phone = await Activated(journey, house, marie, opener);
        await Tap(phone, "Main entrance", "Open");
        await phone.GoHome();

        var other = await Activated(journey, house, marie, refused);
        await marie.VisitUser(refused);
        await marie.Suspend();
        await Tap(other, "Server room", "Key on hold");
        await other.Page.CloseAsync();

        await marie.NewMobileKey(invited, Address(invited));
        var page = marie.Page;
        await marie.Visit("/events");
        await marie.EventsOf(refused).First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(marie.Dialog).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex("why="));
        var why = new Uri(page.Url).PathAndQuery;
        await marie.Visit("/readers");
        var reader = await page.GetByRole(AriaRole.Link, new() { Name = "Main entrance" }).GetAttributeAsync("href");
        await marie.Visit("/users");
        return new()
        {
            Opener = opener,
            Refused = refused,
            Invited = invited,
            OpenersPage = await marie.AddressOf(opener),
            InvitedsPage = await marie.AddressOf(invited),
            ReaderPage = reader!,
            WhyPage = why,
            Phone = phone,
        };
    }

    static async Task<Phone> Activated(Journey journey, House house, Administrator marie, string name)
    {
        await marie.NewMobileKey(name, Address(name));
        var phone = await Phone.Of(journey);
        await phone.TakeKey(await marie.ShownLink());
        return phone;
    }

    /// <summary>On a very busy machine an answer may come too late; the wallet says so, and a person taps again.</summary>
    static async Task Tap(Phone phone, string door, string headline)
    {
        for (var tap = 1; tap < TapsMax; tap++)
        {
            await phone.Open(door);
            if (!(await phone.Said())[^1].EndsWith("No answer from the door", StringComparison.Ordinal))
                break;
            await phone.GoHome();
        }
        await Expect(phone.Headline).ToHaveTextAsync(headline);
    }

    static string Address(string name) => string.Concat(name.Normalize(System.Text.NormalizationForm.FormD).Where(char.IsAsciiLetter)).ToLowerInvariant() + "@example.com";
}
