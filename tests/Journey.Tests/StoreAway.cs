using Latchkey.Journey.Tests.Setting;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Latchkey.Journey.Tests;

/// <summary>The store can't be read for a while, as when a database restarts: pages that are open say so and go on by themselves.</summary>
[Collection(nameof(House))]
public sealed class StoreAway(House house) : Setting.Journey(house)
{
    const string Table = "ReaderPairings";

    [Fact]
    public async Task An_open_page_says_that_it_is_old_and_is_made_fresh_afterwards()
    {
        var marie = await Administrator.Of(this, House);
        await marie.Visit("/readers");
        await Expect(marie.Page.GetByRole(AriaRole.Link, new() { Name = "Main entrance" })).ToBeVisibleAsync();
        // The page that is drawn first is not the one that lives; a dialog opens on that one only.
        await marie.Open("New reader");
        await marie.Leave();
        var notLive = marie.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "Not live" });
        // Only this page reads the table by itself.
        Rename(Table, Table + "Away");
        try
        {
            await Expect(notLive).ToBeVisibleAsync();
        }
        finally
        {
            Rename(Table + "Away", Table);
        }
        await Expect(notLive).Not.ToBeVisibleAsync();

        // Live again, without a reload: what a colleague changes shows.
        var colleague = await Administrator.Of(this, House);
        await colleague.Visit("/readers");
        await colleague.Page.GetByRole(AriaRole.Link, new() { Name = "Server room" }).ClickAsync();
        await colleague.Page.GetByRole(AriaRole.Button, new() { Name = "Take out of service" }).ClickAsync();
        var row = marie.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Server room" });
        await Expect(row).ToContainTextAsync("Out of service");
        await colleague.Page.GetByRole(AriaRole.Button, new() { Name = "Put back in service" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Up to date");
    }

    [Fact]
    public async Task A_dialog_that_fails_closes_and_the_page_lives_on()
    {
        var marie = await Administrator.Of(this, House);
        await marie.Visit("/readers");
        await marie.Open("New reader");
        Rename(Table, Table + "Away");
        try
        {
            await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Make the code" }).ClickAsync();
            await Expect(marie.Page.GetByText("That did not work. Look what was done")).ToBeVisibleAsync();
            await Expect(marie.Dialog).Not.ToBeVisibleAsync();
        }
        finally
        {
            Rename(Table + "Away", Table);
        }
        await marie.Open("New reader");
        await marie.Dialog.GetByRole(AriaRole.Button, new() { Name = "Make the code" }).ClickAsync();
        await marie.ShownCode();
        await marie.Leave();
    }

    void Rename(string from, string to)
    {
        using var store = new SqliteConnection($"Data Source={House.Store};Pooling=False;Default Timeout=20");
        store.Open();
        using var rename = store.CreateCommand();
        rename.CommandText = $"ALTER TABLE \"{from}\" RENAME TO \"{to}\"";
        rename.ExecuteNonQuery();
    }
}
