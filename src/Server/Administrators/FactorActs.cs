using System.Security.Cryptography;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <param name="PasskeyId">Base64url of the credential's id.</param>
/// <param name="LastUsedAt">Absent is never.</param>
public sealed record PasskeyAnswer(string PasskeyId, string Name, DateTimeOffset AddedAt, DateTimeOffset? LastUsedAt);

/// <summary>The administrator who asks.</summary>
/// <param name="EndsAt">Of the place in this account; absent is without end, or the place is in an account above.</param>
/// <param name="AuthenticatorSince">Absent where there is no authenticator app.</param>
/// <param name="RecoveryCodesLeft">That were not used yet.</param>
/// <param name="IsFresh">Signed in so lately that no password is asked for.</param>
public sealed record ProfileAnswer(
    string Email, string Name, string Language, DateTimeOffset? EndsAt, bool HasPassword, DateTimeOffset? AuthenticatorSince, int RecoveryCodesLeft,
    IReadOnlyList<PasskeyAnswer> Passkeys, bool IsFresh);

public sealed class ReadProfile(Acts acts)
{
    public Task<Outcome<ProfileAnswer>> Ask(Actor actor, Guid accountId, CancellationToken cancel) =>
        acts.Ask<ProfileAnswer>(actor, accountId, Role.Auditor, async q =>
        {
            if (await q.Db.Administrators.AsNoTracking().SingleOrDefaultAsync(a => a.Id == actor.Id, q.Cancel) is not { } self)
                return Refusal.NotFound;
            var ends = await q.Db.Memberships.Standing(q.Now).Where(m => m.AccountId == accountId && m.AdministratorId == self.Id).Select(m => m.EndsAt).SingleOrDefaultAsync(q.Cancel);
            var since = await q.Db.Authenticators.Where(a => a.AdministratorId == self.Id).Select(a => (DateTimeOffset?)a.AddedAt).SingleOrDefaultAsync(q.Cancel);
            var codes = await q.Db.RecoveryCodes.CountAsync(c => c.AdministratorId == self.Id && c.UsedAt == null, q.Cancel);
            var passkeys = await q.Db.Passkeys.AsNoTracking().Where(p => p.UserId == self.Id).ToListAsync(q.Cancel);
            return new ProfileAnswer(
                self.Email ?? "", self.Name, self.Language, ends, self.PasswordHash is not null, since, codes,
                [.. passkeys.OrderBy(p => p.Data.CreatedAt).Select(p => new PasskeyAnswer(FactorsOf.Id(p), p.Data.Name ?? "", p.Data.CreatedAt, p.LastUsedAt))],
                await FactorsOf.IsFresh(q.Db, actor, q.Now, q.Cancel));
        }, cancel);
}

/// <summary>The own name, and the language of own mails; the e-mail stays what it is.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record ChangeProfileRequest(Guid Id, string? Name, string? Language);

public sealed class ChangeProfile(Acts acts)
{
    public Task<Outcome<bool>> Do(Actor actor, Guid accountId, ChangeProfileRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, bool>(
            nameof(ChangeProfile), actor, accountId, Role.Auditor, request.Id, request,
            async act =>
            {
                if (await act.Self() is not { } self)
                    return Refusal.NotFound;
                if (UseLink.NameFault(request.Name ?? "") is { } fault)
                    return fault;
                if (request.Language is null || !Languages.Known.Contains(request.Language))
                    return new Refused(Refusal.LanguageUnknown, "language");
                var before = new { self.Name, self.Language };
                (self.Name, self.Language) = (request.Name!.Trim(), request.Language);
                act.Audit(self.Id, new { before, after = new { self.Name, self.Language } });
                return true;
            },
            cancel);
    }
}

/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Secret">The one that the app was given, base64.</param>
/// <param name="Code">What the app shows now: proof that it has the secret.</param>
/// <param name="Password">The own one; needed unless the sign-in is fresh.</param>
public sealed record TurnOnAuthenticatorRequest(Guid Id, string Secret, string? Code, string? Password = null)
{
    // A record prints its members; these are not for printing.
    public override string ToString() => $"authenticator {Id}";
}

/// <param name="RecoveryCodes">Shown this once.</param>
public sealed record RecoveryCodesAnswer(IReadOnlyList<string> RecoveryCodes)
{
    public override string ToString() => "recovery codes";
}

/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Password">The own one; needed unless the sign-in is fresh.</param>
public sealed record FactorRequest(Guid Id, string? Password = null)
{
    public override string ToString() => $"factor {Id}";
}

/// <summary>
/// The own second factors. Each act takes the own password or a sign-in of the last minutes: an open console left alone is not enough to let somebody
/// stay, or to let the guard down. Each is told by mail.
/// </summary>
public sealed class FactorActs(Acts acts, SecondStep second, AdministratorMails mails, SignIn signIn, Throttle throttle, SecretBox box)
{
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(Totp.SecretBytes);

    public async Task<Outcome<RecoveryCodesAnswer>> TurnOn(Actor actor, Guid accountId, TurnOnAuthenticatorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await Prove(actor, accountId, request.Password, cancel) is { } refused)
            return refused;
        return await acts.Do<object, RecoveryCodesAnswer>(
            "TurnOnAuthenticator", actor, accountId, Role.Auditor, request.Id, new { request.Id },
            async act =>
            {
                if (await act.Self() is not { PasswordHash: not null } self)
                    return Refusal.NotFound;
                var secret = new byte[Totp.SecretBytes];
                if (!Convert.TryFromBase64String(request.Secret, secret, out var bytes) || bytes != Totp.SecretBytes)
                    return new Refused(Refusal.SecondStepWrong, "code");
                if (await SecondStep.Has(act.Db, self.Id, cancel))
                    return new Refused(Refusal.StateUnfit);
                if (Totp.StepOf(secret, request.Code ?? "", act.Now, 0) is not { } step)
                    return new Refused(Refusal.SecondStepWrong, "code");
                act.Db.Authenticators.Add(new()
                {
                    AdministratorId = self.Id,
                    SecretSealed = box.Seal(SecondStep.Purpose, self.Id, secret),
                    LastStep = step,
                    AddedAt = act.Now,
                });
                var codes = await second.NewRecoveryCodes(act.Db, self.Id, cancel);
                await mails.ChangedOwn(act, self, SignInChange.AuthenticatorOn);
                act.Audit(self.Id);
                return new RecoveryCodesAnswer(codes);
            },
            cancel);
    }

    public async Task<Outcome<RecoveryCodesAnswer>> NewRecoveryCodes(Actor actor, Guid accountId, FactorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await Prove(actor, accountId, request.Password, cancel) is { } refused)
            return refused;
        return await acts.Do<object, RecoveryCodesAnswer>(
            "NewRecoveryCodes", actor, accountId, Role.Auditor, request.Id, new { request.Id },
            async act =>
            {
                if (await act.Self() is not { } self || !await SecondStep.Has(act.Db, self.Id, cancel))
                    return Refusal.NotFound;
                var codes = await second.NewRecoveryCodes(act.Db, self.Id, cancel);
                act.Audit(self.Id);
                return new RecoveryCodesAnswer(codes);
            },
            cancel);
    }

    public async Task<Outcome<bool>> TurnOff(Actor actor, Guid accountId, FactorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await Prove(actor, accountId, request.Password, cancel) is { } refused)
            return refused;
        return await acts.Do<object, bool>(
            "TurnOffAuthenticator", actor, accountId, Role.Auditor, request.Id, new { request.Id },
            async act =>
            {
                if (await act.Self() is not { } self || !await SecondStep.Has(act.Db, self.Id, cancel))
                    return Refusal.NotFound;
                await act.Db.Authenticators.Where(a => a.AdministratorId == self.Id).ExecuteDeleteAsync(cancel);
                await act.Db.RecoveryCodes.Where(c => c.AdministratorId == self.Id).ExecuteDeleteAsync(cancel);
                await mails.ChangedOwn(act, self, SignInChange.AuthenticatorOff);
                act.Audit(self.Id);
                return true;
            },
            cancel);
    }

    /// <summary>Null once the actor has shown to be the person: by the password, or by a sign-in of the last minutes.</summary>
    internal async Task<Refused?> Prove(Actor actor, Guid accountId, string? password, CancellationToken cancel)
    {
        var known = await acts.Ask<(bool Fresh, string? Hash)>(actor, accountId, Role.Auditor, async q =>
            actor.Kind == ActorKind.Administrator
                ? (await FactorsOf.IsFresh(q.Db, actor, q.Now, cancel), await q.Db.Administrators.Where(a => a.Id == actor.Id).Select(a => a.PasswordHash).SingleAsync(cancel))
                : Refusal.NotFound, cancel);
        if (!known.Done)
            return known.Refused;
        if (known.Value.Fresh)
            return null;
        if (known.Value.Hash is not { } hash)
            return new(Refusal.SignInOld);
        if (password is not { Length: > 0 and <= SignIn.PasswordCharsMax })
            return new(Refusal.SignInOld, "password");
        var subject = $"password {actor.Id:N}";
        if (await throttle.TakeTry(subject, cancel) is { } seconds)
            return new(Refusal.SignInWait, RetryAfterSeconds: seconds);
        if (!await signIn.Fits(hash, password, cancel))
            return new(Refusal.PasswordWrong, "password");
        await throttle.Forget(subject, cancel);
        return null;
    }
}

/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">What the person calls the device.</param>
/// <param name="State">Of the question that the browser has answered.</param>
/// <param name="Credential">The browser's answer, as JSON.</param>
/// <param name="Password">The own one; needed unless the sign-in is fresh.</param>
public sealed record AddPasskeyRequest(Guid Id, string? Name, string State, string Credential, string? Password = null)
{
    public override string ToString() => $"passkey {Id}";
}

/// <summary>The own passkeys.</summary>
public sealed class PasskeyActs(Acts acts, Passkeys passkeys, FactorActs factors, AdministratorMails mails)
{
    /// <summary>What to ask the browser. Nothing is kept of it here.</summary>
    public async Task<Outcome<PasskeyQuestion>> Question(Actor actor, Guid accountId, string? password, CancellationToken cancel)
    {
        if (await factors.Prove(actor, accountId, password, cancel) is { } refused)
            return refused;
        var self = await acts.Ask<(string, string)>(actor, accountId, Role.Auditor, async q =>
            await q.Db.Administrators.Where(a => a.Id == actor.Id).Select(a => new { a.Email, a.Name }).SingleOrDefaultAsync(cancel) is { } found && passkeys.Possible
                ? (found.Email ?? "", found.Name) : Refusal.NotFound, cancel);
        return self.Done ? await passkeys.QuestionFor(actor.Id, self.Value.Item1, self.Value.Item2) : self.Refused;
    }

    public async Task<Outcome<bool>> Add(Actor actor, Guid accountId, AddPasskeyRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await factors.Prove(actor, accountId, request.Password, cancel) is { } refused)
            return refused;
        if (string.IsNullOrWhiteSpace(request.Name))
            return new Refused(Refusal.NameMissing, "name");
        if (request.Name.Trim().Length > Passkey.NameCharsMax || request.Name.Any(char.IsControl))
            return new Refused(Refusal.NameTooLong, "name");
        if (await passkeys.Attest(actor.Id, request.State, request.Credential, request.Name.Trim()) is not { } made)
            return Refusal.PasskeyWrong;
        return await acts.Do<object, bool>(
            "AddPasskey", actor, accountId, Role.Auditor, request.Id, new { request.Id },
            async act =>
            {
                if (await act.Self() is not { } self)
                    return Refusal.NotFound;
                var own = await act.Db.Passkeys.CountAsync(p => p.UserId == self.Id, cancel);
                if (own >= Passkey.EachMax || await act.Db.Passkeys.AnyAsync(p => p.CredentialId == made.CredentialId, cancel))
                    return new Refused(Refusal.StateUnfit);
                act.Db.Passkeys.Add(made);
                await mails.ChangedOwn(act, self, SignInChange.PasskeyAdded);
                act.Audit(self.Id, new { made.Data.Name });
                return true;
            },
            cancel);
    }

    /// <summary>Refused for the last way in: somebody without a password keeps one.</summary>
    public async Task<Outcome<bool>> Remove(Actor actor, Guid accountId, string passkeyId, FactorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await factors.Prove(actor, accountId, request.Password, cancel) is { } refused)
            return refused;
        return await acts.Do<object, bool>(
            "RemovePasskey", actor, accountId, Role.Auditor, request.Id, new { passkeyId },
            async act =>
            {
                var self = await act.Self();
                var own = await act.Db.Passkeys.Where(p => p.UserId == actor.Id).ToListAsync(cancel);
                if (self is null || own.Find(p => FactorsOf.Id(p) == passkeyId) is not { } passkey)
                    return Refusal.NotFound;
                if (self.PasswordHash is null && own.Count == 1)
                    return new Refused(Refusal.LastWayIn);
                act.Db.Passkeys.Remove(passkey);
                await mails.ChangedOwn(act, self, SignInChange.PasskeyRemoved);
                act.Audit(self.Id, new { passkey.Data.Name });
                return true;
            },
            cancel);
    }
}

/// <summary>
/// Takes authenticator app, recovery codes and passkeys away from somebody who has lost them, and ends their sessions. The password stays. Only where the actor
/// owns every account that the person has a place in, since it lowers the guard of all of them.
/// </summary>
public sealed class ResetFactors(Acts acts, AdministratorMails mails)
{
    public Task<Outcome<bool>> Do(Actor actor, Guid accountId, Guid membershipId, FactorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, bool>(
            nameof(ResetFactors), actor, accountId, Role.Owner, request.Id, new { membershipId },
            async act =>
            {
                if (await act.PlaceOf(membershipId) is not { } place)
                    return Refusal.NotFound;
                if (place.AdministratorId == act.ActorId)
                    return Refusal.OneselfUnfit;
                if (!await act.OwnsAll(await act.Db.Memberships.Where(m => m.AdministratorId == place.AdministratorId && m.DeletedAt == null).Select(m => m.AccountId).ToListAsync(cancel)))
                    return Refusal.PersonElsewhere;
                var person = place.Administrator!;
                await person.DropFactors(act.Db, cancel);
                await person.EndSessions(act.Db, act.Now, cancel);
                await mails.Changed(act.Db, accountId, person, SignInChange.FactorsReset, act.ActorName, cancel);
                act.Audit(place.Id, new { email = person.Email });
                return true;
            },
            cancel);
    }
}

static class FactorsOf
{
    /// <summary>How long after a sign-in no password is asked for again.</summary>
    public const int FreshMinutes = 10;

    public static string Id(Passkey passkey) => System.Buffers.Text.Base64Url.EncodeToString(passkey.CredentialId);

    public static Task<bool> IsFresh(Db db, Actor actor, DateTimeOffset now, CancellationToken cancel)
    {
        var since = now.AddMinutes(-FreshMinutes);
        return db.Sessions.AnyAsync(s => s.Id == actor.Session && s.StartedAt > since, cancel);
    }

    /// <summary>The one who acts, locked. Null for an API token, and where another account's act has ended every session meanwhile.</summary>
    public static async Task<Administrator?> Self(this Act act)
    {
        if (act.Actor.Kind != ActorKind.Administrator)
            return null;
        await act.Db.LockPerson(act.ActorId, act.Cancel);
        return await act.Db.Administrators.SingleOrDefaultAsync(a => a.Id == act.ActorId && a.SecurityStamp == act.Actor.Stamp, act.Cancel);
    }
}
