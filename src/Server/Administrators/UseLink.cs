using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>Whom a link is for.</summary>
/// <param name="Account">The account that it was sent for.</param>
/// <param name="EndsAt">Until when it works.</param>
public sealed record LinkAnswer(LinkPurpose Purpose, string Email, string Name, string Account, DateTimeOffset EndsAt);

/// <summary>
/// What the holder of a mailed link may do: look whom it is for, as often as wanted, and use it once. To use it proves the mailbox, so every place that
/// waited for that gives its right from then on; and where somebody else knew the password, an invitation leaves nothing of the old way in. A link to a new
/// password takes no second factor away, since a mailbox alone is one factor; where one stays that somebody else may have set, no waiting place opens by it.
/// </summary>
public sealed class UseLink(Store store, Throttle throttle, Passkeys passkeys, AdministratorMails mails, TimeProvider time)
{
    const int SecretCharsMax = 64;

    /// <param name="network">Who asks, as <see cref="Throttle.Network"/> says it.</param>
    public async Task<Outcome<LinkAnswer>> Look(string? secret, string network, CancellationToken cancel)
    {
        await using var db = store.Open();
        if (await Find(db, secret, cancel) is { } found)
            return Answer(found);
        return await throttle.WaitOrCount($"link {network}", cancel) is { } seconds
            ? new Refused(Refusal.SignInWait, RetryAfterSeconds: seconds)
            : Refusal.LinkOver;
    }

    /// <summary>A password of one's own; the link is used up with it.</summary>
    /// <param name="name">Absent leaves it.</param>
    public async Task<Outcome<LinkAnswer>> ChoosePassword(string? secret, string? name, string? password, string network, CancellationToken cancel)
    {
        var looked = await Look(secret, network, cancel);
        if (!looked.Done)
            return looked;
        if (name is not null && NameFault(name) is { } fault)
            return fault;
        if (Passwords.Lint(password, "password") is { } weak)
            return weak;
        return await Use(secret!, name, (db, found) =>
        {
            found.Person.Learn(password!);
            return Task.FromResult<Refused?>(null);
        }, cancel);
    }

    /// <summary>What to ask the browser, for a passkey instead of a password; null where the link is over.</summary>
    internal async Task<PasskeyQuestion?> PasskeyQuestion(string? secret, string network, CancellationToken cancel)
    {
        if (!(await Look(secret, network, cancel)).Done)
            return null;
        await using var db = store.Open();
        return await Find(db, secret, cancel) is { } found
            ? await passkeys.QuestionFor(found.Person.Id, found.Person.Email!, found.Person.Name)
            : null;
    }

    /// <summary>A passkey instead of a password; the link is used up with it. Only an invitation: who has a password is not left with the old one.</summary>
    /// <param name="name">Of the passkey.</param>
    internal async Task<Outcome<LinkAnswer>> ChoosePasskey(string? secret, string? state, string? credential, string name, string network, CancellationToken cancel)
    {
        var looked = await Look(secret, network, cancel);
        if (!looked.Done)
            return looked;
        Guid person;
        await using (var db = store.Open())
        {
            if (await Find(db, secret, cancel) is not { Link.Purpose: LinkPurpose.Invitation } found)
                return Refusal.LinkOver;
            person = found.Person.Id;
        }
        if (await passkeys.Attest(person, state, credential, name) is not { } made)
            return Refusal.PasskeyWrong;
        return await Use(secret!, null, async (db, found) =>
        {
            if (found.Person.Id != person || await db.Passkeys.AnyAsync(p => p.CredentialId == made.CredentialId, cancel))
                return new Refused(Refusal.PasskeyWrong);
            db.Passkeys.Add(made);
            return null;
        }, cancel);
    }

    internal sealed record Found(AdministratorLink Link, Membership Place, Administrator Person, string Account);

    static LinkAnswer Answer(Found found) =>
        new(found.Link.Purpose, found.Person.Email!, found.Person.Name, found.Account, found.Link.EndsAt);

    internal static Refused? NameFault(string name) =>
        string.IsNullOrWhiteSpace(name) ? new(Refusal.NameMissing, "name")
        : name.Trim().Length > Account.NameCharsMax || name.Any(char.IsControl) ? new(Refusal.NameTooLong, "name")
        : null;

    // Deleted places and accounts have no links: whoever was taken out comes in by none.
    async Task<Found?> Find(Db db, string? secret, CancellationToken cancel)
    {
        if (secret is not { Length: > 0 and <= SecretCharsMax })
            return null;
        var (hash, now) = (AdministratorMails.Hash(secret), time.GetUtcNow());
        if (await db.AdministratorLinks.SingleOrDefaultAsync(l => l.Hash == hash && l.UsedAt == null && l.EndsAt > now, cancel) is not { } link)
            return null;
        var place = await db.Memberships.Include(m => m.Administrator).Include(m => m.Account)
            .SingleOrDefaultAsync(m => m.AccountId == link.AccountId && m.Id == link.MembershipId && m.DeletedAt == null && (m.EndsAt == null || m.EndsAt > now), cancel);
        return place is not null && (await Actor.AccountPath(db, place.AccountId, cancel)).Count > 0
            ? new(link, place, place.Administrator!, place.Account!.Name)
            : null;
    }

    internal Task<Outcome<LinkAnswer>> Use(string secret, string? name, Func<Db, Found, Task<Refused?>> choose, CancellationToken cancel) =>
        store.Write<Outcome<LinkAnswer>>(
            async db =>
            {
                var (hash, now) = (AdministratorMails.Hash(secret), time.GetUtcNow());
                if (await db.AdministratorLinks.Where(l => l.Hash == hash).Select(l => new { l.AccountId, l.AdministratorId }).SingleOrDefaultAsync(cancel) is not { } whose)
                    return Refusal.LinkOver;
                var accountId = whose.AccountId;
                // The lock that acts on this account take, too: a deletion under way is waited for.
                var head = await AuditChain.Lock(db, accountId, cancel);
                await db.LockPerson(whose.AdministratorId, cancel);
                if (await Find(db, secret, cancel) is not { } found)
                    return Refusal.LinkOver;
                var (link, person) = (found.Link, found.Person);
                link.UsedAt = now;
                var confirmed = person.EmailConfirmed;
                if (!confirmed && link.Purpose == LinkPurpose.Invitation)
                    await person.Unlearn(db, now, cancel);
                else
                    await person.EndSessions(db, now, cancel);
                // Whether nobody but the holder of the mailbox knows how to sign in from now on.
                var own = confirmed || !await person.HasFactors(db, cancel);
                if (await choose(db, found) is { } refused)
                    return refused;
                person.EmailConfirmed = own;
                if (name is not null)
                    person.Name = name.Trim();
                await db.SaveChangesAsync(cancel);
                await db.AdministratorLinks.Where(l => l.AdministratorId == person.Id && l.UsedAt == null && (own || l.Purpose == LinkPurpose.NewPassword))
                    .ExecuteDeleteAsync(cancel);
                if (own)
                {
                    await db.Memberships.Where(m => m.AdministratorId == person.Id && m.AcceptedAt == null && m.DeletedAt == null)
                        .ExecuteUpdateAsync(s => s.SetProperty(m => m.AcceptedAt, now), cancel);
                }
                if (link.Purpose == LinkPurpose.NewPassword)
                    await mails.Changed(db, accountId, person, SignInChange.Password, person.Name, cancel);
                AuditChain.Append(
                    db, head, person.Id, person.Name, link.Purpose == LinkPurpose.Invitation ? "AcceptInvitation" : "ChooseNewPassword", found.Place.Id,
                    new { email = person.Email }, now);
                return Answer(found);
            },
            outcome => outcome.Done, cancel);
}
