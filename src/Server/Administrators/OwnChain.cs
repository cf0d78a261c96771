using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>Where sign-ins are written down: the audit chain of the account in which the person has had a place for longest, of those that still live.</summary>
sealed class OwnChain
{
    readonly AuditHead head;

    OwnChain(AuditHead head) => this.head = head;

    public Guid AccountId => head.AccountId;

    /// <summary>That account; null for whoever has no place. One that is deleted, or is below a deleted one, is passed over.</summary>
    public static async Task<Guid?> AccountOf(Db db, Guid administratorId, DateTimeOffset now, CancellationToken cancel)
    {
        var accounts = await db.Memberships.Standing(now).Where(m => m.AdministratorId == administratorId)
            .OrderBy(m => m.CreatedAt).ThenBy(m => m.AccountId).Select(m => m.AccountId).ToListAsync(cancel);
        foreach (var account in accounts)
        {
            if ((await Actor.AccountPath(db, account, cancel)).Count > 0)
                return account;
        }
        return null;
    }

    /// <summary>Locks the chain, before anything else in its transaction. Null for whoever has no place.</summary>
    public static async Task<OwnChain?> Lock(Db db, Guid administratorId, DateTimeOffset now, CancellationToken cancel) =>
        await AccountOf(db, administratorId, now, cancel) is { } id ? new(await AuditChain.Lock(db, id, cancel)) : null;

    public void Append(Db db, Administrator administrator, string act, object? details, DateTimeOffset now) =>
        AuditChain.Append(db, head, administrator.Id, administrator.Name, act, administrator.Id, details, now);
}
