using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>
/// The second step of a sign-in, after the right password of somebody with an authenticator app. Between the two there is no session: a cookie that this
/// server alone can write says whose password was right, for <see cref="LifeMinutes"/>. Each code works once.
/// </summary>
public sealed class SecondStep(Store store, Throttle throttle, SecretBox box, Settings settings, IDataProtectionProvider protection, TimeProvider time)
{
    public const int LifeMinutes = 5;
    public const int CodeCharsMax = 40;
    public const int RecoveryCodes = 10;

    internal const string Purpose = "authenticator";

    // 31 letters without look-alikes, 16 of them: 79 bits.
    const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    const int RecoveryGroups = 4;
    const int RecoveryGroupChars = 4;

    readonly byte[] key = box.Derive("recovery code");
    readonly IDataProtector protector = protection.CreateProtector("latchkey second step");

    sealed record Asked(Guid AdministratorId, string Stamp, long AskedAt);

    string Cookie => settings.Origin.Scheme == Uri.UriSchemeHttps ? "__Host-latchkey-second" : "latchkey-second";

    internal static Task<bool> Has(Db db, Guid administratorId, CancellationToken cancel) => db.Authenticators.AnyAsync(a => a.AdministratorId == administratorId, cancel);

    /// <summary>Remembers in this browser whose password was right.</summary>
    internal void Ask(HttpContext http, Administrator administrator)
    {
        var asked = JsonSerializer.SerializeToUtf8Bytes(new Asked(administrator.Id, Stamp(administrator), time.GetUtcNow().ToUnixTimeSeconds()));
        http.Response.Cookies.Append(Cookie, Base64Url.EncodeToString(protector.Protect(asked)), Options(http));
    }

    /// <summary>Whether this browser has a first step behind it.</summary>
    public bool IsAsked(HttpContext http) => Read(http) is not null;

    /// <summary>The administrator whose second step this is, once the code is right; the code is used up with it.</summary>
    /// <param name="code">Of the app, or a recovery code.</param>
    internal async Task<Outcome<Administrator>> Check(HttpContext http, string? code, CancellationToken cancel)
    {
        if (Read(http) is not { } asked)
            return Refusal.SecondStepOver;
        if (code is not { Length: > 0 and <= CodeCharsMax })
            return new Refused(Refusal.SecondStepWrong, "code");
        // For the person and not for a network: only who knows the password gets here, and a million codes are soon tried from everywhere.
        var subject = $"second step {asked.AdministratorId:N}";
        if (await throttle.TakeTry(subject, cancel) is { } seconds)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: seconds);
        var now = time.GetUtcNow();
        var checkedNow = await store.Write<Outcome<Administrator>>(
            async db =>
            {
                var chain = await OwnChain.Lock(db, asked.AdministratorId, now, cancel);
                var administrator = await db.Administrators.SingleOrDefaultAsync(a => a.Id == asked.AdministratorId, cancel);
                // The password was changed since.
                if (administrator is null || Stamp(administrator) != asked.Stamp)
                    return Refusal.SecondStepOver;
                if (await Spend(db, administrator.Id, code, now, cancel))
                    return administrator;
                chain?.Append(db, administrator, "RefuseSecondStep", null, now);
                return new Refused(Refusal.SecondStepWrong, "code");
            },
            cancel);
        if (!checkedNow.Done)
            return checkedNow;
        await throttle.Forget(subject, cancel);
        http.Response.Cookies.Delete(Cookie, Options(http));
        return checkedNow;
    }

    // Looking and using up are one statement, so that of two at once one goes on.
    async Task<bool> Spend(Db db, Guid administratorId, string code, DateTimeOffset now, CancellationToken cancel)
    {
        if (await db.Authenticators.AsNoTracking().SingleOrDefaultAsync(a => a.AdministratorId == administratorId, cancel) is not { } authenticator)
            return false;
        var secret = box.Open(Purpose, administratorId, authenticator.SecretSealed);
        if (Totp.StepOf(secret, code, now, authenticator.LastStep) is { } step)
            return await db.Authenticators.Where(a => a.AdministratorId == administratorId && a.LastStep < step)
                .ExecuteUpdateAsync(s => s.SetProperty(a => a.LastStep, step), cancel) == 1;
        var hash = Hash(administratorId, code);
        return await db.RecoveryCodes.Where(c => c.AdministratorId == administratorId && c.Hash == hash && c.UsedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.UsedAt, now), cancel) == 1;
    }

    /// <summary>Codes in the place of all earlier ones, shown this once.</summary>
    internal async Task<IReadOnlyList<string>> NewRecoveryCodes(Db db, Guid administratorId, CancellationToken cancel)
    {
        await db.RecoveryCodes.Where(c => c.AdministratorId == administratorId).ExecuteDeleteAsync(cancel);
        string[] codes = [.. Enumerable.Range(0, RecoveryCodes).Select(_ =>
            string.Join('-', Enumerable.Range(0, RecoveryGroups).Select(_ => RandomNumberGenerator.GetString(Alphabet, RecoveryGroupChars))))];
        db.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCode { AdministratorId = administratorId, Hash = Hash(administratorId, code) }));
        return codes;
    }

    // Under a key that is not in the store, so that a copy of it can't be guessed at.
    byte[] Hash(Guid administratorId, string code) => HMACSHA256.HashData(
        key, Encoding.UTF8.GetBytes($"{administratorId:N} {string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()}"));

    // Ends what was begun once the password, or the factor, is another.
    static string Stamp(Administrator administrator) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{administrator.PasswordHash} {administrator.SecurityStamp}")));

    Asked? Read(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { Length: < 4000 } cookie)
            return null;
        try
        {
            var asked = JsonSerializer.Deserialize<Asked>(protector.Unprotect(Base64Url.DecodeFromChars(cookie)));
            return asked is not null && time.GetUtcNow().ToUnixTimeSeconds() - asked.AskedAt < LifeMinutes * 60 ? asked : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = settings.Origin.Scheme == Uri.UriSchemeHttps || http.Request.IsHttps,
        IsEssential = true,
    };
}
