using System.Security.Cryptography;
using Latchkey.Server.Accounts;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Demo;

/// <summary>Who can sign in to the demo, and where.</summary>
sealed record DemoSignIn(Guid Customer, string Email, string Password, Actor Actor)
{
    // A record prints its members; a password is not for printing by accident.
    public override string ToString() => Email;
}

/// <summary>
/// One operator, one distributor, one customer with an administrator and a few users: made once, found again later. The password is
/// made up at the first start and kept beside the data, since a password that everybody knows would outlive the demo.
/// </summary>
sealed class DemoSeed(Store store, OpenAccount open, IssueMobileKey issue, MakeApiToken makeToken, TimeProvider time)
{
    public const string SystemId = "demo0001";
    public const string SystemKey = "demo";
    const string Email = "marie@alfa.example";

    static readonly (string Name, string Email, string Language)[] Users =
    [
        ("Tomáš Horák", "tomas.horak@example.com", "cs"),
        ("Anna Lindqvist", "anna.l@example.com", "en"),
        ("Petr Dvořák", "petr.dvorak@example.com", "cs"),
    ];

    public async Task<DemoSignIn> Ensure(string folder, CancellationToken cancel)
    {
        var passwordFile = Path.Combine(folder, "password");
        await using (var db = store.Open())
        {
            if (await db.Administrators.Where(a => a.Email == Email).SingleOrDefaultAsync(cancel) is { } known)
            {
                var customer = await db.Memberships.Where(m => m.AdministratorId == known.Id)
                    .Select(m => m.AccountId).SingleAsync(cancel);
                return new(customer, Email, await File.ReadAllTextAsync(passwordFile, cancel), await ActorOf(known, cancel));
            }
        }
        return await Make(passwordFile, cancel);
    }

    async Task<DemoSignIn> Make(string passwordFile, CancellationToken cancel)
    {
        var password = MadeUp();
        // Written first: a start that is cut off here makes a new one, and never leaves an account nobody can enter.
        await KeepSecret(passwordFile, password, cancel);

        var now = time.GetUtcNow();
        Administrator administrator = null!;
        Customer customer = null!;
        await store.Write(
            db =>
            {
                var house = OpenAccount.Place(db, AccountKind.Operator, null, "Latchkey demo", now);
                var distributor = OpenAccount.Place(db, AccountKind.Distributor, house.Id, "Nordic Secure", now);
                customer = open.Customer(db, distributor.Id, "Alfa Reality", SystemId, SystemKey, isDemo: true, now);
                customer.Prefix = "99";
                customer.ContactName = "Alfa Reality, reception";
                customer.ContactPhone = "+420 602 555 001";
                customer.ContactEmail = "reception@alfa.example";
                administrator = OpenAccount.Administrator(db, customer.AccountId, Role.Owner, "Marie Kovářová", Email, password, now);
                return Task.FromResult(true);
            },
            _ => true,
            cancel);

        var signIn = new DemoSignIn(customer.AccountId, Email, password, await ActorOf(administrator, cancel));
        foreach (var (name, email, language) in Users)
        {
            var issued = await issue.Do(
                signIn.Actor, signIn.Customer, new(Guid.CreateVersion7(now), Name: name, Email: email, Language: language), cancel);
            if (!issued.Done)
                throw new InvalidOperationException($"The demo could not make a key for {name}: {issued.Refused}.");
        }
        var token = await makeToken.Do(signIn.Actor, signIn.Customer, new(Guid.CreateVersion7(now), "Demo"), cancel);
        if (!token.Done)
            throw new InvalidOperationException($"The demo could not make an API token: {token.Refused}.");
        await KeepSecret(Path.Combine(Path.GetDirectoryName(passwordFile)!, "api-token"), token.Value.Token, cancel);
        return signIn;
    }

    static async Task KeepSecret(string file, string secret, CancellationToken cancel)
    {
        await File.WriteAllTextAsync(file, "", cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(file, secret, cancel);
    }

    // The seed acts as the administrator would, so it has a session like one.
    async Task<Actor> ActorOf(Administrator administrator, CancellationToken cancel)
    {
        var session = Session.Begin(administrator.Id, time.GetUtcNow());
        await store.Write(
            db =>
            {
                db.Sessions.Add(session);
                return Task.CompletedTask;
            },
            cancel);
        return new(ActorKind.Administrator, administrator.Id, administrator.SecurityStamp!) { Session = session.Id };
    }

    // 15 characters without look-alikes: 73 bits.
    static string MadeUp() => string.Join('-', Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 5)));
}
