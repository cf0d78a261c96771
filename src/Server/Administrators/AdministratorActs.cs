using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>What an administrator may do in the account, and until when.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="EndsAt">Exclusive; absent is without end.</param>
public sealed record ChangeAdministratorRequest(Guid Id, Role Role, DateTimeOffset? EndsAt);

public sealed class ChangeAdministrator(Acts acts)
{
    public Task<Outcome<bool>> Do(Actor actor, Guid accountId, Guid membershipId, ChangeAdministratorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, bool>(
            nameof(ChangeAdministrator), actor, accountId, Role.Owner, request.Id, new { membershipId, request },
            async act =>
            {
                if (await act.PlaceOf(membershipId) is not { } place)
                    return Refusal.NotFound;
                if (place.AdministratorId == act.ActorId)
                    return Refusal.OneselfUnfit;
                if (!Enum.IsDefined(request.Role))
                    return new Refused(Refusal.SettingOutOfRange, "role");
                if (request.EndsAt != place.EndsAt && request.EndsAt <= act.Now)
                    return new Refused(Refusal.ValidityOver, "endsAt");
                // An installation whose only operator has run out is nobody's to mend; a customer's owner is its distributor's.
                var staysOwner = request.Role == Role.Owner && (request.EndsAt is null || await act.Db.Accounts.AnyAsync(a => a.Id == accountId && a.ParentId != null, cancel));
                if (!staysOwner && await act.IsLastOwner(place))
                    return Refusal.LastOwner;
                var before = new { place.Role, place.EndsAt };
                (place.Role, place.EndsAt) = (request.Role, request.EndsAt);
                act.Audit(place.Id, new { email = place.Administrator!.Email, before, after = new { request.Role, request.EndsAt } });
                return true;
            },
            cancel);
    }
}

/// <summary>A password that somebody above sets, as the manual knows it.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Password">By the rule of <see cref="Passwords"/>.</param>
public sealed record SetAdministratorPasswordRequest(Guid Id, string? Password)
{
    // A record prints its members; passwords are not for printing.
    public override string ToString() => $"password for another {Id}";
}

/// <summary>
/// Sets somebody's password without the old one, ends their sessions and tells them by mail. Only where the actor owns every account that the person has a
/// place in: elsewhere the link by mail is the way.
/// </summary>
public sealed class SetAdministratorPassword(Acts acts, AdministratorMails mails, SecretBox box)
{
    readonly byte[] key = box.Derive("new password");

    public Task<Outcome<bool>> Do(Actor actor, Guid accountId, Guid membershipId, SetAdministratorPasswordRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, bool>(
            nameof(SetAdministratorPassword), actor, accountId, Role.Owner, request.Id,
            new { membershipId, fresh = InviteAdministrator.Mac(key, request.Id, request.Password) },
            async act =>
            {
                if (await act.PlaceOf(membershipId) is not { } place)
                    return Refusal.NotFound;
                if (place.AdministratorId == act.ActorId)
                    return Refusal.OneselfUnfit;
                if (Passwords.Lint(request.Password, "password") is { } weak)
                    return weak;
                var places = await act.Db.Memberships.Where(m => m.AdministratorId == place.AdministratorId && m.DeletedAt == null).ToListAsync(cancel);
                if (!await act.OwnsAll(places.Select(m => m.AccountId)))
                    return new Refused(Refusal.PersonElsewhere, "password");
                var person = place.Administrator!;
                person.Learn(request.Password!);
                // First, so that the row is locked: a sign-in by the old password has begun by now, and ends with the others, or begins no more.
                await act.Db.SaveChangesAsync(cancel);
                var ended = await person.EndSessions(act.Db, act.Now, cancel);
                await act.Db.AdministratorLinks.Where(l => l.AdministratorId == person.Id).ExecuteDeleteAsync(cancel);
                foreach (var invited in places.Where(m => m.AcceptedAt is null))
                    invited.AcceptedAt = act.Now;
                await mails.Changed(act.Db, accountId, person, SignInChange.Password, act.ActorName, cancel);
                act.Audit(place.Id, new { email = person.Email, sessionsEnded = ended });
                return true;
            },
            cancel);
    }
}

/// <summary>Mails a link: to whoever was invited the invitation again, to others one for a new password.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record SendNewLinkRequest(Guid Id);

/// <param name="EndsAt">Until when the link works; an earlier one has stopped.</param>
public sealed record SendNewLinkAnswer(LinkPurpose Purpose, DateTimeOffset EndsAt);

public sealed class SendNewLink(Acts acts, Outbox outbox, AdministratorMails mails)
{
    public Task<Outcome<SendNewLinkAnswer>> Do(Actor actor, Guid accountId, Guid membershipId, SendNewLinkRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, SendNewLinkAnswer>(
            nameof(SendNewLink), actor, accountId, Role.Owner, request.Id, new { membershipId },
            async act =>
            {
                if (await act.PlaceOf(membershipId) is not { } place)
                    return Refusal.NotFound;
                if (!outbox.HasChannel)
                    return Refusal.MailOff;
                var purpose = place.AcceptedAt is null ? LinkPurpose.Invitation : LinkPurpose.NewPassword;
                var endsAt = await mails.Link(act, place, place.Administrator!, purpose);
                act.Audit(place.Id, new { email = place.Administrator!.Email, purpose });
                return new SendNewLinkAnswer(purpose, endsAt);
            },
            cancel);
    }
}

/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record DeleteAdministratorRequest(Guid Id);

/// <summary>
/// Takes a person's place in the account away, at once and for good: it stays listed as deleted, and the same person needs a new one. Places elsewhere stay;
/// without any left, every session ends.
/// </summary>
public sealed class DeleteAdministrator(Acts acts)
{
    public Task<Outcome<bool>> Do(Actor actor, Guid accountId, Guid membershipId, DeleteAdministratorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, bool>(
            nameof(DeleteAdministrator), actor, accountId, Role.Owner, request.Id, new { membershipId },
            async act =>
            {
                if (await act.PlaceOf(membershipId) is not { } place)
                    return Refusal.NotFound;
                if (place.AdministratorId == act.ActorId)
                    return Refusal.OneselfUnfit;
                if (await act.IsLastOwner(place))
                    return Refusal.LastOwner;
                place.DeletedAt = act.Now;
                await act.Db.AdministratorLinks.Where(l => l.AccountId == accountId && l.MembershipId == membershipId).ExecuteDeleteAsync(cancel);
                if (!await act.Db.Memberships.AnyAsync(m => m.AdministratorId == place.AdministratorId && m.Id != membershipId && m.DeletedAt == null, cancel))
                    await place.Administrator!.EndSessions(act.Db, act.Now, cancel);
                act.Audit(place.Id, new { email = place.Administrator!.Email, place.Role });
                return true;
            },
            cancel);
    }
}

static class PlacesOfAct
{
    /// <summary>A place of this account that is not deleted, with its person, who is locked.</summary>
    public static async Task<Membership?> PlaceOf(this Act act, Guid membershipId)
    {
        var places = act.Db.Memberships.Where(m => m.AccountId == act.CustomerId && m.Id == membershipId && m.DeletedAt == null);
        if (await places.Select(m => (Guid?)m.AdministratorId).SingleOrDefaultAsync(act.Cancel) is not { } person)
            return null;
        await act.Db.LockPerson(person, act.Cancel);
        return await places.Include(m => m.Administrator).SingleOrDefaultAsync(act.Cancel);
    }

    /// <summary>
    /// Whether no other owner of the account could act in its place. For one without an end, in an account that has none above, that is one without an end.
    /// </summary>
    public static async Task<bool> IsLastOwner(this Act act, Membership place)
    {
        if (place.Role != Role.Owner || place.AcceptedAt is null)
            return false;
        var endFits = place.EndsAt is not null || await act.Db.Accounts.AnyAsync(a => a.Id == place.AccountId && a.ParentId != null, act.Cancel);
        return !await act.Db.Memberships.Standing(act.Now)
            .AnyAsync(m => m.AccountId == place.AccountId && m.Id != place.Id && m.Role == Role.Owner && (endFits || m.EndsAt == null), act.Cancel);
    }
}
