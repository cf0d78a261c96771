using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>A new password for oneself.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Current">The one that holds now.</param>
/// <param name="New">By the rule of <see cref="Passwords"/>.</param>
public sealed record ChangePasswordRequest(Guid Id, string? Current, string? New)
{
    // A record prints its members; passwords are not for printing.
    public override string ToString() => $"new password {Id}";
}

/// <param name="SessionsEnded">Sign-ins elsewhere that ended with it.</param>
public sealed record ChangePasswordAnswer(int SessionsEnded);

/// <summary>
/// An administrator changes the own password, which takes the current one: an open console left alone is not enough. Every other session
/// ends with it, so that whoever had learned the old one is out.
/// </summary>
public sealed class ChangePassword(Acts acts, SignIn signIn, Throttle throttle, AdministratorMails mails, SecretBox box)
{
    readonly byte[] key = box.Derive("new password");

    /// <param name="accountId">The workplace the administrator is in: its audit chain tells of it.</param>
    public async Task<Outcome<ChangePasswordAnswer>> Do(
        Actor actor, Guid accountId, ChangePasswordRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        var known = await acts.Ask<string>(actor, accountId, Role.Auditor, async q =>
            actor.Kind == ActorKind.Administrator
            && await q.Db.Administrators.Where(a => a.Id == actor.Id).Select(a => a.PasswordHash).SingleAsync(cancel) is { } hash
                ? hash
                : Refusal.NotFound, cancel);
        if (!known.Done)
            return known.Refused;
        if (Passwords.Lint(request.New, "new") is { } weak)
            return weak;
        // What is kept for retries names the new password by a MAC, whose key is not in the store: a plain hash would be a quick one to guess by.
        var kept = new { fresh = Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{actor.Id:N} {request.New}"))) };
        // Before the current password: after the change the one that this request names is no longer it.
        if (await acts.Earlier<object, ChangePasswordAnswer>(
            nameof(ChangePassword), actor, accountId, Role.Auditor, request.Id, kept, cancel) is { } earlier)
            return earlier;
        var subject = $"password {actor.Id:N}";
        if (request.Current is not { Length: > 0 and <= SignIn.PasswordCharsMax } current)
            return new Refused(Refusal.PasswordWrong, "current");
        if (await throttle.TakeTry(subject, cancel) is { } seconds)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: seconds);
        if (!await signIn.Fits(known.Value, current, cancel))
            return new Refused(Refusal.PasswordWrong, "current");
        await throttle.Forget(subject, cancel);
        return await acts.Do<object, ChangePasswordAnswer>(
            nameof(ChangePassword), actor, accountId, Role.Auditor, request.Id, kept,
            async act =>
            {
                await act.Db.LockPerson(actor.Id, cancel);
                var administrator = await act.Db.Administrators.SingleAsync(a => a.Id == actor.Id, cancel);
                if (administrator.PasswordHash != known.Value)
                    return new Refused(Refusal.PasswordWrong, "current");
                administrator.PasswordHash = new Argon2().HashPassword(administrator, request.New!);
                administrator.ConcurrencyStamp = Guid.NewGuid().ToString("N");
                // First, so that the row is locked: a sign-in by the old password has begun by now, and ends with the others, or begins no more.
                await act.Db.SaveChangesAsync(cancel);
                var ended = await act.Db.Sessions.StandingOf(actor, act.Now).Where(s => s.Id != actor.Session)
                    .ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, act.Now), cancel);
                await mails.ChangedOwn(act, administrator, SignInChange.Password);
                act.Audit(actor.Id, new { sessionsEnded = ended });
                return new ChangePasswordAnswer(ended);
            },
            cancel);
    }
}
