using System.Security.Cryptography;
using Latchkey.Server.Accounts;
using Latchkey.Server.Customers;
using Latchkey.Server.Hosting;
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
/// One operator, one distributor, one customer with an administrator and a few users. Each start makes what is missing, be it that an
/// earlier one was cut off, and nothing twice. The password is made up and kept beside the data, since a password that everybody knows would
/// outlive the demo; where it is lost, another is made.
/// </summary>
sealed class DemoSeed(Store store, OpenAccount open, IssueMobileKey issue, MakeApiToken makeToken, TimeProvider time)
{
    internal const string Email = "marie@alfa.example";
    internal const string DistributorEmail = "dan@nordic.example";
    internal const string OperatorEmail = "olga@latchkey.example";

    // The id is of the request: the same one acts once, so who was made, and perhaps deleted since, is not made again.
    static readonly (Guid Id, string Name, string Email, string Language)[] Users =
    [
        (new("d3300000-0000-4000-8000-000000000001"), "Tomáš Horák", "tomas.horak@example.com", "cs"),
        (new("d3300000-0000-4000-8000-000000000002"), "Anna Lindqvist", "anna.l@example.com", "en"),
        (new("d3300000-0000-4000-8000-000000000003"), "Petr Dvořák", "petr.dvorak@example.com", "cs"),
    ];

    public async Task<DemoSignIn> Ensure(string folder, CancellationToken cancel)
    {
        var (passwordFile, tokenFile) = (Path.Combine(folder, "password"), Path.Combine(folder, "api-token"));
        if (await Find(cancel) is not { } administrator)
        {
            // Secrets of another store's accounts open nothing here.
            File.Delete(passwordFile);
            File.Delete(tokenFile);
            administrator = await Open(cancel);
        }

        var kept = await Kept(passwordFile, cancel);
        // Changed in the console: the new one is nobody's to print.
        var password = kept is null
            ? await NewPassword(passwordFile, cancel)
            : Argon2.Fits(administrator.PasswordHash!, kept) ? kept : $"the password you chose (forgotten? delete {passwordFile} and start again)";
        await using var db = store.Open();
        var customer = await db.Memberships.Where(m => m.AdministratorId == administrator.Id).Select(m => m.AccountId).SingleAsync(cancel);
        var signIn = new DemoSignIn(customer, Email, password, await ActorOf(administrator, cancel));
        foreach (var user in Users)
            await MakeUser(signIn, user, cancel);
        if (await Kept(tokenFile, cancel) is null)
            await NewToken(signIn, tokenFile, cancel);
        return signIn;
    }

    async Task<Administrator?> Find(CancellationToken cancel)
    {
        await using var db = store.Open();
        return await db.Administrators.AsNoTracking().SingleOrDefaultAsync(a => a.Email == Email, cancel);
    }

    async Task<Administrator> Open(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        Administrator administrator = null!;
        await store.Write(
            db =>
            {
                var house = OpenAccount.Place(db, AccountKind.Operator, null, "Latchkey demo", now);
                var distributor = OpenAccount.Distributor(db, house.Id, "Nordic Secure", now);
                var customer = open.Customer(db, distributor.AccountId, "Alfa Reality", DemoSystem.SystemId, DemoSystem.SystemKey, isDemo: true, now);
                customer.Prefix = "99";
                customer.Contact = new() { Name = "Alfa Reality, reception", Phone = "+420 602 555 001", Email = "reception@alfa.example" };
                // A password that nobody gets to know: the one to sign in with has its file.
                administrator = OpenAccount.Administrator(db, customer.AccountId, Role.Owner, "Marie Kovářová", Email, MadeUp(), now);
                OpenAccount.Administrator(db, distributor.AccountId, Role.Owner, "Dan Lindström", DistributorEmail, MadeUp(), now);
                OpenAccount.Administrator(db, house.Id, Role.Owner, "Olga Novotná", OperatorEmail, MadeUp(), now);
                return Task.CompletedTask;
            },
            cancel);
        return administrator;
    }

    // Stored before it is written down: a start that is cut off in between finds no file, and makes another.
    async Task<string> NewPassword(string file, CancellationToken cancel)
    {
        var password = MadeUp();
        await store.Write(
            async db =>
            {
                string[] three = [Email, DistributorEmail, OperatorEmail];
                foreach (var administrator in await db.Administrators.Where(a => three.Contains(a.Email)).ToListAsync(cancel))
                {
                    administrator.PasswordHash = new Argon2().HashPassword(administrator, password);
                    administrator.ConcurrencyStamp = Guid.NewGuid().ToString("N");
                }
            },
            cancel);
        await Keep(file, password, cancel);
        return password;
    }

    async Task MakeUser(DemoSignIn signIn, (Guid Id, string Name, string Email, string Language) user, CancellationToken cancel)
    {
        var issued = await issue.Do(
            signIn.Actor, signIn.Customer, new(user.Id, Name: user.Name, Email: user.Email, Language: user.Language), cancel);
        // Made so long ago that the answer is forgotten.
        if (!issued.Done && issued.Refused.Refusal != Refusal.IdReused)
            throw new InvalidOperationException($"The demo could not make a key for {user.Name}: {issued.Refused}.");
    }

    async Task NewToken(DemoSignIn signIn, string file, CancellationToken cancel)
    {
        var token = await makeToken.Do(signIn.Actor, signIn.Customer, new(Guid.CreateVersion7(time.GetUtcNow()), "Demo"), cancel);
        if (!token.Done)
            throw new InvalidOperationException($"The demo could not make an API token: {token.Refused}.");
        await Keep(file, token.Value.Token, cancel);
    }

    /// <summary>Null where there is none, or one whose writing was cut off.</summary>
    static async Task<string?> Kept(string file, CancellationToken cancel) =>
        File.Exists(file) && (await File.ReadAllTextAsync(file, cancel)).Trim() is { Length: > 0 } secret ? secret : null;

    static async Task Keep(string file, string secret, CancellationToken cancel)
    {
        // Whole or not at all, and never open to others.
        var fresh = file + ".new";
        await File.WriteAllTextAsync(fresh, "", cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(fresh, secret, cancel);
        File.Move(fresh, file, overwrite: true);
    }

    // The seed acts as the administrator would, so it has a session like one.
    async Task<Actor> ActorOf(Administrator administrator, CancellationToken cancel)
    {
        var session = Session.Begin(administrator.Id, time.GetUtcNow(), "Latchkey demo");
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
