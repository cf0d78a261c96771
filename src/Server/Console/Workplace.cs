using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>
/// Who sits at this circuit and in which account. It only remembers what to show; each act asks the store again what the
/// actor may do, because a circuit outlives a session that was ended elsewhere.
/// </summary>
public sealed class Workplace(
    Acts acts, Store store, Settings settings, AuthenticationStateProvider session, Moments moments, TimeProvider clock)
{
    public Actor Actor { get; private set; } = Actor.Nobody;
    public Guid CustomerId { get; private set; }
    public string Name { get; private set; } = "";
    public string AdministratorName { get; private set; } = "";
    public bool IsDemo { get; private set; }
    public bool HasMailbox => settings.Mailbox;
    public Uri Origin => settings.Origin;

    /// <summary>Whether to offer acts at all; each act decides for itself.</summary>
    public bool MayChange { get; private set; }

    /// <summary>Whether to offer acts of owners.</summary>
    public bool IsOwner { get; private set; }

    public Standing At { get; private set; } = Standing.Unknown;

    public enum Standing
    {
        Unknown,
        SignedOut,
        NoAccount,
        Here,
    }

    public async Task<Standing> Enter(CancellationToken cancel = default)
    {
        Actor = Actor.From((await session.GetAuthenticationStateAsync()).User);
        await using (var db = store.Open())
        {
            if (await Actor.NameInSession(db, clock.GetUtcNow(), cancel) is not { } self)
                return At = Standing.SignedOut;
            AdministratorName = self;
            // The first customer by name: own membership, or one below an account of the administrator.
            var own = db.Memberships.Where(m => m.AdministratorId == Actor.Id).Select(m => m.AccountId);
            var below = db.Accounts.Where(a => own.Contains(a.ParentId!.Value)).Select(a => a.Id);
            var found = await db.Customers.AsNoTracking()
                .Where(c => c.Account!.DeletedAt == null && (own.Contains(c.AccountId) || own.Contains(c.Account.ParentId!.Value) || below.Contains(c.Account.ParentId!.Value)))
                .OrderBy(c => c.Account!.Name).Select(c => new { c.AccountId, c.Account!.Name, c.TimeZone, c.IsDemo }).FirstOrDefaultAsync(cancel);
            if (found is null)
                return At = Standing.NoAccount;
            (CustomerId, Name, IsDemo) = (found.AccountId, found.Name, found.IsDemo);
            moments.In(found.TimeZone);
        }
        MayChange = (await acts.Ask<bool>(Actor, CustomerId, Role.Manager, _ => Task.FromResult<Outcome<bool>>(true), cancel)).Done;
        IsOwner = (await acts.Ask<bool>(Actor, CustomerId, Role.Owner, _ => Task.FromResult<Outcome<bool>>(true), cancel)).Done;
        return At = Standing.Here;
    }

    /// <summary>Asks a question of this workplace, with the right to see checked afresh.</summary>
    public Task<Outcome<T>> Ask<T>(Func<Question, Task<Outcome<T>>> question, CancellationToken cancel = default) =>
        acts.Ask(Actor, CustomerId, Role.Viewer, question, cancel);
}
