using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

/// <summary>Who has signed in.</summary>
public sealed record SignedIn(Guid AdministratorId, string Name);

/// <summary>
/// Signs an administrator in by e-mail and password. Unknown address and wrong password look and last alike; after a few
/// wrong tries each further one has to wait longer, for this address from this network only, so nobody can lock another out.
/// </summary>
public sealed class SignIn(Store store, Throttle throttle, TimeProvider time) : IDisposable
{
    public const int PasswordCharsMax = 256;

    /// <summary>Hashes at once. Each takes 19 MiB and 16 ms of a core; more at once would let sign-in starve the doors.</summary>
    public const int HashesAtOnceMax = 2;

    /// <summary>Sign-ins that may wait for a hash; beyond it they are told to come back.</summary>
    public const int WaitingMax = 32;

    readonly SemaphoreSlim hashing = new(HashesAtOnceMax);
    int waiting;

    /// <summary>Checks, and on success sets the session cookie on <paramref name="http"/>.</summary>
    public async Task<Outcome<SignedIn>> Do(HttpContext http, string? email, string? password, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (string.IsNullOrWhiteSpace(email))
            return new Refused(Refusal.EmailMissing, "email");
        if (string.IsNullOrEmpty(password) || password.Length > PasswordCharsMax)
            return new Refused(Refusal.SignInWrong, "password");
        var normalized = email.Trim().ToUpperInvariant();
        var subject = Subject(normalized, http);
        if (await throttle.Wait(subject, cancel) is { } seconds)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: seconds);

        await using var db = store.Open();
        var administrator = await db.Administrators.AsNoTracking().SingleOrDefaultAsync(a => a.NormalizedEmail == normalized, cancel);
        if (await Fits(administrator?.PasswordHash ?? Argon2.NobodysHash, password, cancel) is not { } fits)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: 1);
        if (!fits || administrator is null || !await HasWorkplace(db, administrator.Id, cancel))
        {
            await throttle.CountWrong(subject, cancel);
            return new Refused(Refusal.SignInWrong, "password");
        }
        await throttle.Forget(subject, cancel);
        await Begin(http, administrator, cancel);
        return new SignedIn(administrator.Id, administrator.Name);
    }

    async Task Begin(HttpContext http, Administrator administrator, CancellationToken cancel)
    {
        var session = Session.Begin(administrator.Id, time.GetUtcNow());
        await store.Write(
            db =>
            {
                db.Sessions.Add(session);
                return Task.CompletedTask;
            },
            cancel);
        var identity = new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, administrator.Id.ToString()),
                new(ClaimTypes.Name, administrator.Name),
                new(Actor.SessionClaim, session.Id.ToString()),
                new(Actor.StampClaim, administrator.SecurityStamp ?? ""),
            ],
            CookieAuthenticationDefaults.AuthenticationScheme);
        await http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme, new(identity), new() { ExpiresUtc = session.EndsAt });
    }

    // Null: too many wait already.
    async Task<bool?> Fits(string hash, string password, CancellationToken cancel)
    {
        if (Interlocked.Increment(ref waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref waiting);
            return null;
        }
        try
        {
            await hashing.WaitAsync(cancel);
            try
            {
                return Argon2.Fits(hash, password);
            }
            finally
            {
                hashing.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    // Whoever has no account left, or only deleted ones, doesn't sign in.
    static async Task<bool> HasWorkplace(Db db, Guid administratorId, CancellationToken cancel)
    {
        var accounts = await db.Memberships.Where(m => m.AdministratorId == administratorId).Select(m => m.AccountId).ToListAsync(cancel);
        foreach (var account in accounts)
        {
            if ((await Actor.AccountPath(db, account, cancel)).Count > 0)
                return true;
        }
        return false;
    }

    // The address itself is not kept in the table of wrong tries.
    static string Subject(string normalizedEmail, HttpContext http) =>
        "sign-in " + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(normalizedEmail)).AsSpan(0, 16))
        + " " + Throttle.Network(http.Connection.RemoteIpAddress);

    public void Dispose() => hashing.Dispose();
}

/// <summary>Ends a session everywhere, open console circuits included: the next act of any of them is refused.</summary>
public sealed class SignOut(Store store, TimeProvider time)
{
    public async Task Do(HttpContext http, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        var session = Actor.From(http.User).Session;
        var now = time.GetUtcNow();
        await store.Write(
            db => db.Sessions.Where(s => s.Id == session && s.EndedAt == null)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancel),
            cancel);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }
}
