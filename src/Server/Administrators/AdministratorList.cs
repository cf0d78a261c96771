using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

public enum MembershipState
{
    Invited,

    /// <summary>Invited, and the link was not used in time.</summary>
    InvitationEnded,
    Active,

    /// <summary>Its own end has come.</summary>
    Ended,
    Deleted,
}

/// <summary>An administrator of an account.</summary>
/// <param name="No">In the order in which they were made, from 1; deleted ones keep theirs.</param>
/// <param name="CreatedAt">When the person got this place.</param>
/// <param name="LastSignInAt">To any workplace; absent is never.</param>
/// <param name="EndsAt">Exclusive; absent is without end.</param>
/// <param name="InvitationEndsAt">While invited: until when the link works.</param>
/// <param name="IsSelf">The one who asks.</param>
/// <param name="HasFactors">An authenticator app or passkeys, which an owner can take away when they are lost.</param>
public sealed record AdministratorAnswer(
    Guid MembershipId, int No, string Email, string Name, Role Role, MembershipState State, DateTimeOffset CreatedAt,
    DateTimeOffset? LastSignInAt, DateTimeOffset? EndsAt, DateTimeOffset? DeletedAt, DateTimeOffset? InvitationEndsAt, bool IsSelf, bool HasFactors);

/// <param name="Administrators">Those that are not deleted first, each part in the order of their numbers.</param>
/// <param name="MayManage">Whether the one who asks owns the account.</param>
public sealed record AdministratorListAnswer(IReadOnlyList<AdministratorAnswer> Administrators, bool MayManage);

/// <summary>The administrators of one account; those of accounts above it are listed there.</summary>
public sealed class ListAdministrators(Acts acts)
{
    /// <summary>More than an account has; deleted ones beyond it are not shown.</summary>
    public const int ListedMax = 500;

    public Task<Outcome<AdministratorListAnswer>> Ask(Actor actor, Guid accountId, CancellationToken cancel) =>
        acts.Ask<AdministratorListAnswer>(actor, accountId, Role.Auditor, async q =>
        {
            var rows = await q.Db.Memberships.AsNoTracking().Include(m => m.Administrator)
                .Where(m => m.AccountId == accountId).OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).ToListAsync(q.Cancel);
            var links = await q.Db.AdministratorLinks.AsNoTracking()
                .Where(l => l.AccountId == accountId && l.Purpose == LinkPurpose.Invitation && l.UsedAt == null)
                .ToDictionaryAsync(l => l.MembershipId, l => l.EndsAt, q.Cancel);
            var people = rows.ConvertAll(m => m.AdministratorId);
            var guarded = await q.Db.Authenticators.Where(a => people.Contains(a.AdministratorId)).Select(a => a.AdministratorId)
                .Union(q.Db.Passkeys.Where(p => people.Contains(p.UserId)).Select(p => p.UserId)).ToHashSetAsync(q.Cancel);
            var answers = rows.Select((m, index) => Answer(m, index + 1, links.TryGetValue(m.Id, out var ends) ? ends : null, guarded.Contains(m.AdministratorId), actor, q.Now));
            return new AdministratorListAnswer(
                [.. answers.OrderBy(a => a.State == MembershipState.Deleted).Take(ListedMax)],
                (await actor.Resolve(q.Db, accountId, q.Now, q.Cancel))?.Role == Role.Owner);
        }, cancel);

    static AdministratorAnswer Answer(Membership membership, int no, DateTimeOffset? invitationEndsAt, bool hasFactors, Actor actor, DateTimeOffset now)
    {
        var person = membership.Administrator!;
        var state = membership switch
        {
            { DeletedAt: not null } => MembershipState.Deleted,
            { AcceptedAt: null } => invitationEndsAt > now ? MembershipState.Invited : MembershipState.InvitationEnded,
            { EndsAt: { } ends } when ends <= now => MembershipState.Ended,
            _ => MembershipState.Active,
        };
        return new(
            membership.Id, no, person.Email ?? "", person.Name, membership.Role, state, membership.CreatedAt,
            membership.AcceptedAt is null ? null : person.LastSignInAt, membership.EndsAt, membership.DeletedAt,
            state == MembershipState.Invited ? invitationEndsAt : null, actor.Kind == ActorKind.Administrator && person.Id == actor.Id,
            hasFactors && membership.AcceptedAt is not null);
    }
}
