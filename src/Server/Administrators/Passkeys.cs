using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>What a browser is asked about a passkey.</summary>
/// <param name="Options">For the browser, as JSON.</param>
/// <param name="State">Comes back with the answer; sealed, and good for <see cref="Passkeys.LifeMinutes"/>.</param>
public sealed record PasskeyQuestion(string Options, string State)
{
    public override string ToString() => "passkey question";
}

/// <summary>
/// Passkeys by ASP.NET Core Identity. Each is asked to verify its holder, so that it is two factors by itself; each is for this server's own address alone;
/// and what it answers signs in once.
/// </summary>
public sealed class Passkeys(IServiceScopeFactory scopes, Settings settings, IDataProtectionProvider protection, TimeProvider time)
{
    public const int LifeMinutes = 5;
    const int CredentialCharsMax = 16 * 1024;

    readonly IDataProtector protector = protection.CreateProtector("latchkey passkey");

    sealed record State(string Handler, Guid? For, long AskedAt);

    /// <summary>An address without a name can have none.</summary>
    public bool Possible => !IPAddress.TryParse(settings.Origin.Host.Trim('[', ']'), out _);

    internal static void Options(IdentityPasskeyOptions options, Settings settings)
    {
        options.ServerDomain = settings.Origin.Host;
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required";
        options.AuthenticatorTimeout = TimeSpan.FromMinutes(LifeMinutes);
        var origin = settings.Origin.GetLeftPart(UriPartial.Authority);
        options.ValidateOrigin = asked => ValueTask.FromResult(!asked.CrossOrigin && string.Equals(asked.Origin, origin, StringComparison.Ordinal));
    }

    /// <summary>For the sign-in: whose passkey it is, the passkey says.</summary>
    public Task<PasskeyQuestion> Question() => With(async (handler, http) =>
    {
        var asked = await handler.MakeRequestOptionsAsync(null, http);
        return new PasskeyQuestion(asked.RequestOptionsJson, Seal(asked.AssertionState, null));
    });

    /// <summary>For a new one; the browser leaves out devices that have one already.</summary>
    internal Task<PasskeyQuestion> QuestionFor(Guid administratorId, string email, string name) => With(async (handler, http) =>
    {
        var asked = await handler.MakeCreationOptionsAsync(new() { Id = administratorId.ToString(), Name = email, DisplayName = name }, http);
        return new PasskeyQuestion(asked.CreationOptionsJson, Seal(asked.AttestationState, administratorId));
    });

    /// <summary>A passkey that has proved itself.</summary>
    /// <param name="Answer">Names this answer; it counts once.</param>
    internal sealed record Shown(Guid AdministratorId, UserPasskeyInfo Passkey, byte[] Answer);

    /// <returns>Null for whatever is not the answer of a known passkey to a question asked lately.</returns>
    internal async Task<Shown?> Assert(string? state, string? credential, CancellationToken cancel)
    {
        if (Open(state) is not { For: null } asked || credential is not { Length: > 0 and <= CredentialCharsMax })
            return null;
        cancel.ThrowIfCancellationRequested();
        return await With<Shown?>(async (handler, http) =>
        {
            var shown = await handler.PerformAssertionAsync(new() { HttpContext = http, CredentialJson = credential, AssertionState = asked.Handler });
            return shown.Succeeded && shown.User is { } user
                ? new(user.Id, shown.Passkey, SHA256.HashData(Encoding.UTF8.GetBytes(asked.Handler)))
                : null;
        });
    }

    /// <summary>Uses the answer up and notes the use; false when it was used, or the passkey is gone.</summary>
    internal static async Task<bool> Spend(Db db, Shown shown, DateTimeOffset now, CancellationToken cancel)
    {
        var (id, person) = (shown.Passkey.CredentialId, shown.AdministratorId);
        // The person's row is locked by now, so that of two at once the second finds the first one's.
        if (await db.SpentChallenges.AnyAsync(c => c.Hash == shown.Answer, cancel)
            || await db.Passkeys.SingleOrDefaultAsync(p => p.CredentialId == id && p.UserId == person, cancel) is not { } passkey)
            return false;
        db.SpentChallenges.Add(new() { Hash = shown.Answer, EndsAt = now.AddMinutes(2 * LifeMinutes) });
        (passkey.LastUsedAt, passkey.Data.SignCount, passkey.Data.IsBackedUp) = (now, shown.Passkey.SignCount, shown.Passkey.IsBackedUp);
        return true;
    }

    /// <summary>A new passkey for that person, or null.</summary>
    internal async Task<Passkey?> Attest(Guid administratorId, string? state, string? credential, string name)
    {
        if (Open(state) is not { } asked || asked.For != administratorId || credential is not { Length: > 0 and <= CredentialCharsMax })
            return null;
        return await With<Passkey?>(async (handler, http) =>
        {
            var made = await handler.PerformAttestationAsync(new() { HttpContext = http, CredentialJson = credential, AttestationState = asked.Handler });
            if (!made.Succeeded || made.UserEntity.Id != administratorId.ToString())
                return null;
            var passkey = made.Passkey;
            return new()
            {
                CredentialId = passkey.CredentialId,
                UserId = administratorId,
                Data = new()
                {
                    Name = name,
                    PublicKey = passkey.PublicKey,
                    CreatedAt = time.GetUtcNow(),
                    SignCount = passkey.SignCount,
                    Transports = passkey.Transports,
                    IsUserVerified = passkey.IsUserVerified,
                    IsBackupEligible = passkey.IsBackupEligible,
                    IsBackedUp = passkey.IsBackedUp,
                    AttestationObject = passkey.AttestationObject,
                    ClientDataJson = passkey.ClientDataJson,
                },
            };
        });
    }

    // The handler asks nothing of the request, since domain and origin are settings of ours; it works inside a circuit, too.
    async Task<T> With<T>(Func<IPasskeyHandler<Administrator>, HttpContext, Task<T>> ask)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ask(
            scope.ServiceProvider.GetRequiredService<IPasskeyHandler<Administrator>>(), new DefaultHttpContext { RequestServices = scope.ServiceProvider });
    }

    string Seal(string? handler, Guid? administratorId) => Convert.ToBase64String(protector.Protect(
        JsonSerializer.SerializeToUtf8Bytes(new State(handler ?? "", administratorId, time.GetUtcNow().ToUnixTimeSeconds()))));

    State? Open(string? state)
    {
        if (state is not { Length: > 0 and <= CredentialCharsMax })
            return null;
        try
        {
            var asked = JsonSerializer.Deserialize<State>(protector.Unprotect(Convert.FromBase64String(state)));
            return asked is not null && time.GetUtcNow().ToUnixTimeSeconds() - asked.AskedAt < LifeMinutes * 60 ? asked : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }
}
