using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>Who has signed in.</summary>
/// <param name="NeedsSecondStep">Not yet: the password was right, and a code is asked for next. There is no session before that.</param>
public sealed record SignedIn(Guid AdministratorId, string Name, bool NeedsSecondStep = false);

/// <summary>
/// Signs an administrator in by e-mail and password. Unknown address and wrong password look and last alike. After a few wrong tries each further one
/// has to wait longer: for one address from one network, so that nobody elsewhere can lock its owner out, and for all addresses from one network, so that
/// nobody tries one password on everybody. Each try is counted before its password is hashed, and a right one taken back. Whoever has an authenticator app
/// then needs a code, too; a passkey needs neither, since the device has asked its holder for finger, face or PIN.
/// </summary>
public sealed class SignIn(Store store, Throttle throttle, SecondStep second, Passkeys passkeys, TimeProvider time) : IDisposable
{
    public const int PasswordCharsMax = 256;

    /// <summary>Hashes at once. Each takes 19 MiB and 16 ms of a core; more at once would let sign-in starve the doors.</summary>
    public const int HashesAtOnceMax = 2;

    /// <summary>Sign-ins that may wait for a hash; beyond it they are told to come back.</summary>
    public const int WaitingMax = 32;

    /// <summary>Of these from one network.</summary>
    public const int WaitingPerNetworkMax = 4;

    /// <summary>Wrong tries of one network, whichever addresses it names, before the delay begins.</summary>
    public const int WrongPerNetwork = 30;

    readonly SemaphoreSlim hashing = new(HashesAtOnceMax);
    readonly Places places = new(WaitingMax, WaitingPerNetworkMax);

    /// <summary>Checks, and on success sets the session cookie on <paramref name="http"/>.</summary>
    public async Task<Outcome<SignedIn>> Do(HttpContext http, string? email, string? password, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (string.IsNullOrWhiteSpace(email))
            return new Refused(Refusal.EmailMissing, "email");
        if (string.IsNullOrEmpty(password) || password.Length > PasswordCharsMax)
            return new Refused(Refusal.SignInWrong, "password");
        var normalized = email.Trim().ToUpperInvariant();
        var network = Throttle.Network(http.Connection.RemoteIpAddress);
        using var place = places.TryTake(network);
        if (place is null)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: 1);
        var (byNetwork, byAddress) = ($"sign-in {network}", $"sign-in {Digest(normalized)} {network}");
        if (await throttle.TakeTry(byAddress, cancel) is { } seconds)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: seconds);
        if (await throttle.TakeTry(byNetwork, cancel, WrongPerNetwork) is { } wait)
        {
            await throttle.TakeBack(byAddress, cancel);
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: wait);
        }

        await using var db = store.Open();
        var administrator = await db.Administrators.AsNoTracking().SingleOrDefaultAsync(a => a.NormalizedEmail == normalized, cancel);
        if (!await Fits(administrator?.PasswordHash ?? Argon2.NobodysHash, password, cancel)
            || administrator is null || await EndsOfPlaces(db, administrator.Id, cancel) is not { Count: > 0 } ends)
            return new Refused(Refusal.SignInWrong, "password");
        // Only who knows the password hears of the end.
        var over = ends.TrueForAll(end => end <= time.GetUtcNow());
        var hasSecond = await SecondStep.Has(db, administrator.Id, cancel);
        var session = over || hasSecond ? null : await Begin(administrator, cancel, http);
        if (!over && !hasSecond && session is null)
            return new Refused(Refusal.SignInWrong, "password");
        await throttle.TakeBack(byNetwork, cancel);
        await throttle.Forget(byAddress, cancel);
        if (over)
            return new Refused(Refusal.SignInEnded, At: ends.Max());
        if (session is null)
        {
            second.Ask(http, administrator);
            return new SignedIn(administrator.Id, administrator.Name, NeedsSecondStep: true);
        }
        await Keep(http, administrator, session);
        return new SignedIn(administrator.Id, administrator.Name);
    }

    /// <summary>The second step: the session begins here and not before.</summary>
    public async Task<Outcome<SignedIn>> Second(HttpContext http, string? code, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        var found = await second.Check(http, code, cancel);
        if (!found.Done)
            return found.Refused;
        if (await Begin(found.Value, cancel, http, "secondStep") is not { } session)
            return Refusal.SecondStepOver;
        await Keep(http, found.Value, session);
        return new SignedIn(found.Value.Id, found.Value.Name);
    }

    /// <summary>Signs in by a passkey, whose own word says whose it is.</summary>
    /// <param name="state">As <see cref="Passkeys.Question"/> gave it out.</param>
    /// <param name="credential">The browser's answer, as JSON.</param>
    public async Task<Outcome<SignedIn>> ByPasskey(HttpContext http, string? state, string? credential, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        var byNetwork = $"passkey {Throttle.Network(http.Connection.RemoteIpAddress)}";
        if (await throttle.TakeTry(byNetwork, cancel, WrongPerNetwork) is { } wait)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: wait);
        if (await passkeys.Assert(state, credential, cancel) is not { } shown)
            return Refusal.PasskeyWrong;
        await using var db = store.Open();
        var administrator = await db.Administrators.AsNoTracking().SingleOrDefaultAsync(a => a.Id == shown.AdministratorId, cancel);
        if (administrator is null || await EndsOfPlaces(db, administrator.Id, cancel) is not { Count: > 0 } ends)
            return Refusal.PasskeyWrong;
        var over = ends.TrueForAll(end => end <= time.GetUtcNow());
        var session = over ? null : await Begin(administrator, cancel, http, "passkey", shown);
        if (!over && session is null)
            return Refusal.PasskeyWrong;
        await throttle.TakeBack(byNetwork, cancel);
        if (session is null)
            return new Refused(Refusal.SignInEnded, At: ends.Max());
        await Keep(http, administrator, session);
        return new SignedIn(administrator.Id, administrator.Name);
    }

    /// <summary>
    /// A session for the administrator as it was read when its password or passkey was checked; null when that has been changed since, because a change ends
    /// every session of the old one and this would be one more.
    /// </summary>
    /// <param name="way">How, for the audit chain.</param>
    /// <param name="passkey">Looked at once more, and its answer used up.</param>
    internal async Task<Session?> Begin(
        Administrator verified, CancellationToken cancel, HttpContext? http = null, string way = "password", Passkeys.Shown? passkey = null)
    {
        var session = Session.Begin(
            verified.Id, time.GetUtcNow(), Browsers.NameOf(http?.Request.Headers.UserAgent), http?.Connection.RemoteIpAddress?.ToString());
        return await store.Write(
            async db =>
            {
                var chain = await OwnChain.Lock(db, verified.Id, session.StartedAt, cancel);
                // Looks and locks the row in one statement: a change under way is waited for, and one that comes after finds this session.
                var stands = await db.Administrators.Where(a => a.Id == verified.Id && a.PasswordHash == verified.PasswordHash && a.SecurityStamp == verified.SecurityStamp)
                    .ExecuteUpdateAsync(s => s.SetProperty(a => a.LastSignInAt, session.StartedAt), cancel);
                if (stands == 0 || (passkey is not null && !await Passkeys.Spend(db, passkey, session.StartedAt, cancel)))
                    return null;
                db.Sessions.Add(session);
                chain?.Append(db, verified, "SignIn", new { way, session.Browser }, session.StartedAt);
                return session;
            },
            begun => begun is not null, cancel);
    }

    static async Task Keep(HttpContext http, Administrator administrator, Session session)
    {
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

    internal async Task<bool> Fits(string hash, string password, CancellationToken cancel)
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

    // When each place in an account that is there ends, null for never. Whoever has none doesn't sign in.
    static async Task<List<DateTimeOffset?>> EndsOfPlaces(Db db, Guid administratorId, CancellationToken cancel)
    {
        var places = await db.Memberships.Where(m => m.AdministratorId == administratorId && m.AcceptedAt != null && m.DeletedAt == null)
            .Select(m => new { m.AccountId, m.EndsAt }).ToListAsync(cancel);
        var ends = new List<DateTimeOffset?>();
        foreach (var place in places)
        {
            if ((await Actor.AccountPath(db, place.AccountId, cancel)).Count > 0)
                ends.Add(place.EndsAt);
        }
        return ends;
    }

    // The address itself is not kept in the table of wrong tries.
    static string Digest(string normalizedEmail) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(normalizedEmail)).AsSpan(0, 16));

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
