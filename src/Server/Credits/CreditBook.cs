using System.Globalization;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>
/// Posts credits within the transaction of an act. It checks no actor: the act that calls it has done so, holds the chains of all accounts it names (a
/// parent's before its child's) and audits.
/// </summary>
public static class CreditBook
{
    /// <summary>Whether a mobile key of the customer takes a credit.</summary>
    public static async Task<bool> Counts(Db db, Guid customerId, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        var found = await db.Customers.Where(c => c.AccountId == customerId)
            .Select(c => new { c.IsDemo, Distributor = db.Distributors.Where(d => d.AccountId == c.Account!.ParentId).Select(d => (bool?)d.CreditsCounted).SingleOrDefault() })
            .SingleAsync(cancel);
        return CreditRules.Counts(found.Distributor == true, found.IsDemo);
    }

    /// <summary>
    /// The first credits of a customer that is being opened by an act of its distributor: for nothing, and they cost the distributor nothing. None for a demo,
    /// whose keys are never counted.
    /// </summary>
    public static async Task<Refused?> Trial(Act act, Customer customer)
    {
        ArgumentNullException.ThrowIfNull(act);
        ArgumentNullException.ThrowIfNull(customer);
        if (customer.IsDemo)
            return null;
        var account = await Account(act, customer.AccountId);
        // The posting bears the customer's id: a customer gets its trial credits once.
        if (await IsPosted(act, account.ParentId!.Value, CreditAct.Trial, account.Id))
            return null;
        return await Between(act, account.Id, CreditAct.Trial, account.ParentId.Value, account.Id, CreditRules.TrialCredits);
    }

    /// <summary>The operator sells <paramref name="amount"/> credits to a distributor.</summary>
    public static Task<Refused?> Purchase(Act act, Guid postingId, Guid operatorId, Guid distributorId, int amount) =>
        Between(act, postingId, CreditAct.Purchase, operatorId, distributorId, amount);

    /// <summary>The operator takes credits back; refused where the distributor has not as many.</summary>
    public static Task<Refused?> TakeBack(Act act, Guid postingId, Guid operatorId, Guid distributorId, int amount) =>
        Between(act, postingId, CreditAct.TakeBack, distributorId, operatorId, amount);

    /// <summary>A distributor passes credits on; refused where it has not as many.</summary>
    /// <param name="postingId">Names this transfer for ever; the id of the request.</param>
    public static Task<Refused?> Transfer(Act act, Guid postingId, Guid distributorId, Guid customerId, int amount) =>
        Between(act, postingId, CreditAct.Transfer, distributorId, customerId, amount);

    /// <summary>A distributor takes paid credits back from a customer; trial credits stay where they are.</summary>
    public static Task<Refused?> Refund(Act act, Guid postingId, Guid distributorId, Guid customerId, int amount) =>
        Between(act, postingId, CreditAct.Refund, customerId, distributorId, amount);

    /// <summary>A mobile key of the act's customer takes its credit: one for nothing while there is one.</summary>
    /// <param name="postingId">
    /// Names this use for ever; <see cref="GiveBack"/> asks for it. A client makes it and may send it again when the answer it got is long forgotten: one id
    /// takes one credit, of whichever kind, also when that went back since.
    /// </param>
    /// <param name="userNumber">User ID, for the statement.</param>
    public static async Task<Refused?> Use(Act act, Guid postingId, Guid mobileKeyId, int userNumber)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (await IsPosted(act, act.CustomerId, CreditAct.Use, postingId))
            return new(Refusal.IdReused, "id");
        var about = userNumber.ToString(CultureInfo.InvariantCulture);
        foreach (var way in CreditRules.Ways(CreditAct.Use))
        {
            if (await Post(act, new(
                postingId, CreditAct.Use, way, act.CustomerId, act.CustomerId, CreditRules.KeyCredits, about, about, act.ActorId, mobileKeyId)))
                return null;
        }
        var parent = (await Account(act, act.CustomerId)).ParentId;
        var distributor = parent is { } id ? (await Account(act, id)).Name : null;
        return new(
            Refusal.CreditMissing, Customer: distributor,
            Detail: distributor is null ? null : $"No credit left. {distributor} can add some. Existing keys keep working.");
    }

    /// <summary>The invitation ended unused: what its use took goes back to where it came from, once.</summary>
    /// <param name="postingId">That of the use.</param>
    public static async Task GiveBack(Act act, Guid postingId)
    {
        ArgumentNullException.ThrowIfNull(act);
        var use = await act.Db.CreditEntries.AsNoTracking().SingleAsync(
            e => e.AccountId == act.CustomerId && (e.Kind == CreditKind.Paid || e.Kind == CreditKind.Trial) && e.Act == CreditAct.Use && e.PostingId == postingId,
            act.Cancel);
        if (await IsPosted(act, act.CustomerId, CreditAct.GiveBack, postingId))
            return;
        var way = CreditRules.Ways(CreditAct.GiveBack).Single(w => w.To.Kind == use.Kind);
        if (!await Post(act, new(
            postingId, CreditAct.GiveBack, way, act.CustomerId, act.CustomerId, -use.Amount, use.About, use.About, act.ActorId, use.MobileKeyId)))
            throw new InvalidOperationException("A credit that was used is not among the used ones.");
    }

    static async Task<Refused?> Between(Act act, Guid postingId, CreditAct what, Guid fromId, Guid toId, int amount)
    {
        ArgumentNullException.ThrowIfNull(act);
        if (amount is < 1 or > CreditRules.AmountMax)
            return new(Refusal.AmountOutOfRange, "amount");
        if (await IsPosted(act, fromId, what, postingId))
            return new(Refusal.IdReused, "id");
        var (from, to) = (await Account(act, fromId), await Account(act, toId));
        var way = CreditRules.Ways(what).Single();
        if ((from.Kind, to.Kind) != (way.From.Level, way.To.Level))
            throw new InvalidOperationException($"{what} does not go from {from.Kind} to {to.Kind}.");
        return await Post(act, new(postingId, what, way, fromId, toId, amount, to.Name, from.Name, act.ActorId))
            ? null
            : new(Refusal.CreditMissing, "amount", "There are not as many credits.");
    }

    static Task<bool> Post(Act act, Posting posting) => Ledger.Post(act.Db, posting, act.Now, act.Cancel);

    static Task<bool> IsPosted(Act act, Guid accountId, CreditAct what, Guid postingId)
    {
        var kinds = CreditRules.Ways(what).Select(w => w.From.Kind).ToList();
        return act.Db.CreditEntries.AnyAsync(
            e => e.AccountId == accountId && kinds.Contains(e.Kind) && e.Act == what && e.PostingId == postingId, act.Cancel);
    }

    // Found also while it is being opened by this very act.
    static async Task<Account> Account(Act act, Guid id) =>
        await act.Db.Accounts.FindAsync([id], act.Cancel) ?? throw new InvalidOperationException("The account is not there.");
}
