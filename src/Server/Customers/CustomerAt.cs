using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

/// <summary>The customer that an act is about: its own, or one of the distributor that acts. A foreign one is not there.</summary>
static class CustomerAt
{
    /// <summary>Locks the customer's chain, after the distributor's that the act holds already.</summary>
    public static async Task<Customer?> FindCustomer(this Act act, Guid customerId)
    {
        if (!await act.Db.Customers.Of(act.CustomerId, customerId).AnyAsync(act.Cancel))
            return null;
        if (customerId != act.CustomerId)
            await AuditChain.Lock(act.Db, customerId, act.Cancel);
        return await act.Db.Customers.Of(act.CustomerId, customerId).Include(c => c.Account).SingleAsync(act.Cancel);
    }

    /// <summary>Where a distributor acts, both chains tell of it.</summary>
    public static async Task AuditCustomer(this Act act, Guid customerId, object details)
    {
        if (customerId != act.CustomerId)
            await act.AuditBelow(customerId, customerId, details);
        act.Audit(customerId, details);
    }

    public static IQueryable<Customer> Of(this IQueryable<Customer> customers, Guid accountId, Guid customerId) =>
        customers.Where(c => c.AccountId == customerId && (c.AccountId == accountId || c.Account!.ParentId == accountId));
}
