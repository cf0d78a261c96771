using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>Somebody who shall administer an account.</summary>
/// <param name="Email">Signs in with it; it stays.</param>
/// <param name="Name">Absent is the part of the address before the @; the person may change it.</param>
/// <param name="Password">By the rule of <see cref="Passwords"/>: the person signs in with it at once. Absent: a link goes to the address.</param>
/// <param name="Language">Of the mail and of the person's console at first; absent is English.</param>
/// <param name="EndsAt">Exclusive end of the right; absent is without end.</param>
public sealed record NewAdministrator(
    string? Email, string? Name = null, Role Role = Role.Owner, string? Password = null, string? Language = null, DateTimeOffset? EndsAt = null)
{
    // A record prints its members; a password is not for printing.
    public override string ToString() => $"new administrator, {Role}";
}

/// <param name="Id">Made by the client: the same id acts once. It becomes the id of the person's place.</param>
public sealed record InviteAdministratorRequest(Guid Id, NewAdministrator Who)
{
    public override string ToString() => $"new administrator {Id}";
}

public enum InviteWay
{
    /// <summary>A link waits in the person's mailbox; the place gives no right until it is used.</summary>
    Link,

    /// <summary>The person has a way to sign in already, and is told by mail.</summary>
    Told,

    /// <summary>The password was typed here.</summary>
    Password,
}

/// <param name="LinkEndsAt">Until when the link works, where one was sent.</param>
public sealed record InviteAdministratorAnswer(Guid MembershipId, InviteWay Way, DateTimeOffset? LinkEndsAt = null);

/// <summary>
/// Gives a person a place in an account. One address is one person, in however many accounts: who signs in already is given the place and told by mail.
/// A password can be typed only for somebody who has no place that the actor does not own, since it would open those, too. And as whoever typed a password
/// knows it, such a person is asked by mail to choose a new one before any place from elsewhere gives a right.
/// </summary>
public sealed class InviteAdministrator(Acts acts, Outbox outbox, AdministratorMails mails, SecretBox box)
{
    readonly byte[] key = box.Derive("new password");

    public async Task<Outcome<InviteAdministratorAnswer>> Do(
        Actor actor, Guid accountId, InviteAdministratorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(request.Who);
        // What is kept for retries names the password by a MAC, whose key is not in the store.
        var kept = new { request.Id, who = request.Who with { Password = Mac(key, request.Id, request.Who.Password) } };
        return await acts.Do<object, InviteAdministratorAnswer>(
            nameof(InviteAdministrator), actor, accountId, Role.Owner, request.Id, kept,
            async act =>
            {
                if (await act.Db.Memberships.FindAsync([accountId, request.Id], cancel) is not null)
                    return new Refused(Refusal.IdReused, "id");
                var invited = await Within(act, accountId, request.Who, request.Id);
                if (invited.Done)
                    act.Audit(request.Id, new { email = request.Who.Email!.Trim(), request.Who.Role, request.Who.EndsAt, invited.Value.Way });
                return invited;
            },
            cancel);
    }

    /// <summary>
    /// The same inside another act, such as the one that opens the account, which may still be unsaved. The caller audits it, and has seen to it that the actor
    /// may manage that account.
    /// </summary>
    /// <param name="membershipId">Absent is made here.</param>
    public async Task<Outcome<InviteAdministratorAnswer>> Within(Act act, Guid accountId, NewAdministrator who, Guid? membershipId = null)
    {
        ArgumentNullException.ThrowIfNull(act);
        ArgumentNullException.ThrowIfNull(who);
        if (Lint(who, act.Now) is { } refused)
            return refused;
        if (who.Password is null && !outbox.HasChannel)
            return new Refused(Refusal.MailOff, "password");
        var email = who.Email!.Trim();
        var normalized = email.ToUpperInvariant();
        if (await act.Db.Administrators.Where(a => a.NormalizedEmail == normalized).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(act.Cancel) is { } known)
            await act.Db.LockPerson(known, act.Cancel);
        var person = await act.Db.Administrators.SingleOrDefaultAsync(a => a.NormalizedEmail == normalized, act.Cancel);
        var places = person is null
            ? []
            : await act.Db.Memberships.Where(m => m.AdministratorId == person.Id && m.DeletedAt == null).Select(m => m.AccountId).ToListAsync(act.Cancel);
        if (places.Contains(accountId))
            return new Refused(Refusal.AdministratorTaken, "email");
        if (person is not null && who.Password is not null && !await act.OwnsAll(places))
            return new Refused(Refusal.PersonElsewhere, "password");
        // Whoever is nowhere any more begins anew: nothing that once signed in does so again.
        var fresh = person is null || places.Count == 0;
        if (person is null)
            act.Db.Administrators.Add(person = Person(email, who, act.Now));
        else if (fresh)
            await person.Unlearn(act.Db, act.Now, act.Cancel);
        // Known by the proof of the mailbox, or given by somebody who could set the password anyway.
        var signsIn = !fresh && (person.EmailConfirmed || (person.PasswordHash is not null && await act.OwnsAll(places)));
        var way = who.Password is not null ? InviteWay.Password : signsIn ? InviteWay.Told : InviteWay.Link;
        if (way == InviteWay.Password)
        {
            if (!fresh)
                await person.Unlearn(act.Db, act.Now, act.Cancel);
            person.Learn(who.Password!);
        }
        var membership = new Membership
        {
            AccountId = accountId,
            Id = membershipId ?? Guid.CreateVersion7(act.Now),
            AdministratorId = person.Id,
            Role = who.Role,
            CreatedAt = act.Now,
            AcceptedAt = way == InviteWay.Link ? null : act.Now,
            EndsAt = who.EndsAt,
        };
        act.Db.Memberships.Add(membership);
        if (way == InviteWay.Link)
            return new InviteAdministratorAnswer(membership.Id, way, await mails.Link(act, membership, person, LinkPurpose.Invitation));
        await mails.Added(act, accountId, person);
        return new InviteAdministratorAnswer(membership.Id, way);
    }

    static Refused? Lint(NewAdministrator who, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(who.Email))
            return new(Refusal.EmailMissing, "email");
        if (!MailAddress.IsGood(who.Email.Trim()))
            return new(Refusal.EmailWrong, "email");
        if (who.Name is { } name && (name.Trim().Length > Account.NameCharsMax || name.Any(char.IsControl)))
            return new(Refusal.NameTooLong, "name");
        if (!Enum.IsDefined(who.Role))
            return new(Refusal.SettingOutOfRange, "role");
        if (who.Language is { } language && !Languages.Known.Contains(language))
            return new(Refusal.LanguageUnknown, "language");
        if (who.EndsAt <= now)
            return new(Refusal.ValidityOver, "endsAt");
        return who.Password is null ? null : Passwords.Lint(who.Password, "password");
    }

    static Administrator Person(string email, NewAdministrator who, DateTimeOffset now)
    {
        var normalized = email.ToUpperInvariant();
        return new()
        {
            Id = Guid.CreateVersion7(now),
            Name = string.IsNullOrWhiteSpace(who.Name) ? email[..Math.Min(email.IndexOf('@', StringComparison.Ordinal), Account.NameCharsMax)] : who.Name.Trim(),
            Language = who.Language ?? "en",
            CreatedAt = now,
            Email = email,
            NormalizedEmail = normalized,
            UserName = email,
            NormalizedUserName = normalized,
            SecurityStamp = Guid.NewGuid().ToString("N"),
        };
    }

    internal static string? Mac(byte[] key, Guid owner, string? password) =>
        password is null ? null : Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{owner:N} {password}")));
}

/// <summary>What decides whether one administrator may touch how another signs in, and what such a touch does.</summary>
static class SignInOfOthers
{
    /// <summary>Whether the actor owns each of these accounts: then nothing is opened by the act that the actor could not open anyway.</summary>
    public static async Task<bool> OwnsAll(this Act act, IEnumerable<Guid> accountIds)
    {
        foreach (var account in accountIds)
        {
            if ((await act.Actor.Resolve(act.Db, account, act.Now, act.Cancel))?.Role != Role.Owner)
                return false;
        }
        return true;
    }

    /// <summary>
    /// Locks the person's row: behind the account's chain, and before the person is read and anything of theirs is touched. One person has places in several
    /// accounts, whose acts don't wait for one another.
    /// </summary>
    public static Task LockPerson(this Db db, Guid administratorId, CancellationToken cancel) => db.Administrators.Where(a => a.Id == administratorId)
        .ExecuteUpdateAsync(s => s.SetProperty(a => a.LastSignInAt, a => a.LastSignInAt), cancel);

    /// <summary>Forgets every way in, and ends every session.</summary>
    public static async Task Unlearn(this Administrator person, Db db, DateTimeOffset now, CancellationToken cancel)
    {
        person.PasswordHash = null;
        person.EmailConfirmed = false;
        await person.DropFactors(db, cancel);
        await person.EndSessions(db, now, cancel);
    }

    /// <summary>Authenticator app, recovery codes and passkeys.</summary>
    public static async Task DropFactors(this Administrator person, Db db, CancellationToken cancel)
    {
        await db.Authenticators.Where(a => a.AdministratorId == person.Id).ExecuteDeleteAsync(cancel);
        await db.RecoveryCodes.Where(c => c.AdministratorId == person.Id).ExecuteDeleteAsync(cancel);
        await db.Passkeys.Where(p => p.UserId == person.Id).ExecuteDeleteAsync(cancel);
    }

    public static async Task<bool> HasFactors(this Administrator person, Db db, CancellationToken cancel) =>
        await db.Authenticators.AnyAsync(a => a.AdministratorId == person.Id, cancel) || await db.Passkeys.AnyAsync(p => p.UserId == person.Id, cancel);

    /// <summary>A new password, which proves nothing of the mailbox: <see cref="UseLink"/> sees to that.</summary>
    public static void Learn(this Administrator person, string password)
    {
        person.PasswordHash = new Argon2().HashPassword(person, password);
        person.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        person.EmailConfirmed = false;
    }

    public static Task<int> EndSessions(this Administrator person, Db db, DateTimeOffset now, CancellationToken cancel)
    {
        // The stamp, too: a session that is being begun by the old way in ends before it lives.
        person.SecurityStamp = Guid.NewGuid().ToString("N");
        return db.Sessions.Where(s => s.AdministratorId == person.Id && s.EndedAt == null && s.EndsAt > now)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancel);
    }
}
