using System.Net.Http.Headers;
using Latchkey.Server.Accounts;
using Latchkey.Server.Demo;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Latchkey.Server.Tests.Demo;

/// <summary>A start of the demo may be cut off anywhere, and its folder lose anything: the next start makes what is missing, once.</summary>
public sealed class DemoSeedTests(Houses houses) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("latchkey-seed-").FullName;

    [Theory, BothEngines]
    public async Task A_second_start_finds_what_the_first_made(Engine engine)
    {
        var house = await houses.Own(engine);
        var first = await Ensure(house);
        var token = await File.ReadAllTextAsync(Token, TestContext.Current.CancellationToken);
        var second = await Ensure(house);
        Assert.Equal((first.Customer, first.Password), (second.Customer, second.Password));
        Assert.Equal(token, await File.ReadAllTextAsync(Token, TestContext.Current.CancellationToken));
        await IsWhole(house, second, tokens: 1);
    }

    [Theory, BothEngines]
    public async Task What_a_start_did_not_come_to_the_next_one_makes(Engine engine)
    {
        var house = await houses.Own(engine);
        foreach (var table in new[] { "Administrators", "MobileKeys", "ApiTokens" })
        {
            await Rename(house, table, "Away");
            await Assert.ThrowsAnyAsync<Exception>(() => Ensure(house));
            await Rename(house, "Away", table);
        }
        await IsWhole(house, await Ensure(house), tokens: 1);
    }

    [Theory, BothEngines]
    public async Task Lost_secrets_are_made_anew(Engine engine)
    {
        var house = await houses.Own(engine);
        var first = await Ensure(house);
        File.Delete(Password);
        // Writing it was cut off.
        await File.WriteAllTextAsync(Token, "", TestContext.Current.CancellationToken);
        var second = await Ensure(house);
        Assert.NotEqual(first.Password, second.Password);
        await IsWhole(house, second, tokens: 2);
    }

    [Theory, BothEngines]
    public async Task A_password_that_was_changed_is_not_printed_any_more(Engine engine)
    {
        var house = await houses.Own(engine);
        var first = await Ensure(house);
        await house.Store.Write(
            async db =>
            {
                var marie = await db.Administrators.SingleAsync(a => a.Email == DemoSeed.Email, TestContext.Current.CancellationToken);
                marie.PasswordHash = new Argon2().HashPassword(marie, "another of her own");
            },
            TestContext.Current.CancellationToken);
        var second = await Ensure(house);
        Assert.DoesNotContain(first.Password, second.Password, StringComparison.Ordinal);
        Assert.StartsWith("the password you chose", second.Password, StringComparison.Ordinal);
    }

    [Theory, BothEngines]
    public async Task Secrets_of_another_store_are_not_told(Engine engine)
    {
        await File.WriteAllTextAsync(Password, "of another store", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Token, "of another store", TestContext.Current.CancellationToken);
        var house = await houses.Own(engine);
        await IsWhole(house, await Ensure(house), tokens: 1);
    }

    [Theory, BothEngines]
    public async Task A_user_who_was_deleted_is_not_made_again(Engine engine)
    {
        var house = await houses.Own(engine);
        var signIn = await Ensure(house);
        Guid user;
        await using (var db = house.Store.Open())
            user = await db.Users.Where(u => u.Name == "Anna Lindqvist").Select(u => u.Id).SingleAsync();
        Assert.True((await house.Get<DeleteUser>().Do(signIn.Actor, signIn.Customer, user, new(Guid.NewGuid()), CancellationToken.None)).Done);
        await Ensure(house);
        // Not when the answers of that time are forgotten, either.
        await using (var db = house.Store.Open())
            await db.StoredRequests.ExecuteDeleteAsync();
        await Ensure(house);
        await using var look = house.Store.Open();
        Assert.Equal(3, await look.MobileKeys.CountAsync());
    }

    string Password => Path.Combine(folder, "password");

    string Token => Path.Combine(folder, "api-token");

    Task<DemoSignIn> Ensure(House house) =>
        ActivatorUtilities.CreateInstance<DemoSeed>(house.Services).Ensure(folder, CancellationToken.None);

    async Task IsWhole(House house, DemoSignIn signIn, int tokens)
    {
        await using var db = house.Store.Open();
        var administrators = await db.Administrators.ToListAsync();
        Assert.Equal([DemoSeed.DistributorEmail, DemoSeed.Email, DemoSeed.OperatorEmail], administrators.Select(a => a.Email).Order(StringComparer.Ordinal));
        Assert.All(administrators, a => Assert.True(Argon2.Fits(a.PasswordHash!, signIn.Password)));
        Assert.Equal(signIn.Password, await File.ReadAllTextAsync(Password));
        Assert.Equal(["Anna Lindqvist", "Petr Dvořák", "Tomáš Horák"], (await db.Users.Select(u => u.Name).ToListAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(3, await db.MobileKeys.CountAsync());
        Assert.Equal(tokens, await db.ApiTokens.CountAsync());
        using var api = house.NewClient();
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await File.ReadAllTextAsync(Token));
        using var users = await api.GetAsync("/api/v1/users");
        Assert.Equal(System.Net.HttpStatusCode.OK, users.StatusCode);
        if (OperatingSystem.IsWindows())
            return;
        foreach (var secret in new[] { Password, Token })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
    }

    static async Task Rename(House house, string from, string to)
    {
        await using var db = house.Store.Open();
#pragma warning disable EF1002 // Both names stand in this file.
        await db.Database.ExecuteSqlRawAsync($"ALTER TABLE \"{from}\" RENAME TO \"{to}\"");
#pragma warning restore EF1002
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
