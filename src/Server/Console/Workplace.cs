using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
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
    public Guid AccountId { get; private set; }
    public AccountKind Kind { get; private set; }

    /// <summary>The account, where it is a customer's; pages of customers are shown only there.</summary>
    public Guid CustomerId => AccountId;

    public string Name { get; private set; } = "";
    public string AdministratorName { get; private set; } = "";
    public bool IsDemo { get; private set; }

    /// <summary>Whether several users may bear one User ID, so that a link to one has to say which.</summary>
    public bool HasDuplicates { get; private set; }

    public bool HasMailbox => settings.Mailbox;
    public Uri Origin => settings.Origin;

    /// <summary>Whether mobile keys take credits here: where not, nobody is bothered with them.</summary>
    public bool CountsCredits { get; private set; }

    /// <summary>The account above, in whose name the administrator has stepped in; null at home.</summary>
    public Above? Through { get; private set; }

    /// <summary>The account that was wanted is not open to the administrator, who is in another therefore.</summary>
    public bool NotLetIn { get; private set; }

    /// <summary>Whether there are others to change to.</summary>
    public bool HasOthers { get; private set; }

    public Role Role { get; private set; }

    /// <summary>Whether to offer acts at all; each act decides for itself.</summary>
    public bool MayChange => Role >= Role.KeyManager;

    /// <summary>Whether to offer opening doors from here.</summary>
    public bool MayOpen => Role >= Role.DoorOperator;

    /// <summary>Whether to offer acts of owners.</summary>
    public bool IsOwner => Role >= Role.Owner;

    public Standing At { get; private set; } = Standing.Unknown;

    public enum Standing
    {
        Unknown,
        SignedOut,
        NoAccount,
        Here,
    }

    /// <param name="wanted">The account to be in, where the administrator may; else the first own one.</param>
    public async Task<Standing> Enter(Guid? wanted, CancellationToken cancel = default)
    {
        Actor = Actor.From((await session.GetAuthenticationStateAsync()).User);
        var now = clock.GetUtcNow();
        await using var db = store.Open();
        if (await Actor.NameInSession(db, now, cancel) is not { } self)
            return At = Standing.SignedOut;
        AdministratorName = self;
        var own = await Workplaces.Own(db, Actor, now, cancel);
        foreach (var account in wanted is { } first ? own.Select(a => a.Id).Prepend(first) : own.Select(a => a.Id))
        {
            if (await Actor.Resolve(db, account, now, cancel) is not { Role: { } role } standing)
                continue;
            var found = await db.Accounts.AsNoTracking().Where(a => a.Id == account).Select(a => new { a.Name, a.Kind }).SingleAsync(cancel);
            var customer = await db.Customers.AsNoTracking().Where(c => c.AccountId == account).Select(c => new { c.TimeZone, c.IsDemo, c.AllowsDuplicateUserNumbers }).SingleOrDefaultAsync(cancel);
            (AccountId, Kind, Name, Role, Through) = (account, found.Kind, found.Name, role, standing.Through);
            (IsDemo, HasDuplicates) = (customer?.IsDemo == true, customer?.AllowsDuplicateUserNumbers == true);
            CountsCredits = found.Kind switch
            {
                AccountKind.Operator => true,
                AccountKind.Distributor => await db.Distributors.Where(d => d.AccountId == account).Select(d => d.CreditsCounted).SingleAsync(cancel),
                AccountKind.Customer => await CreditBook.Counts(db, account, cancel),
            };
            NotLetIn = wanted is not null && wanted != account;
            HasOthers = own.Count > 1 || own.Exists(a => a.Kind != AccountKind.Customer);
            moments.In(customer?.TimeZone);
            return At = Standing.Here;
        }
        return At = Standing.NoAccount;
    }

    /// <summary>Asks a question of this workplace, with the right to see checked afresh.</summary>
    public Task<Outcome<T>> Ask<T>(Func<Question, Task<Outcome<T>>> question, CancellationToken cancel = default) =>
        acts.Ask(Actor, AccountId, Role.Auditor, question, cancel);
}
