using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>Credits between an account and one directly below it.</summary>
/// <param name="Id">Made by the client: the same id acts once, for ever.</param>
/// <param name="AccountId">The account below: a distributor of the operator, a customer of the distributor.</param>
/// <param name="Amount">Whole credits, 1 to 1,000,000.</param>
public sealed record MoveCreditsRequest(Guid Id, Guid AccountId, int Amount);

/// <summary>What both accounts hold afterwards, in whole credits without trial credits.</summary>
/// <param name="Upper">The account above; of an operator, what it has sold in all.</param>
/// <param name="Lower">The account below.</param>
public sealed record MoveCreditsAnswer(long Upper, long Lower);

/// <summary>The operator sells credits to a distributor.</summary>
public sealed class SellCredits(Acts acts)
{
    public Task<Outcome<MoveCreditsAnswer>> Do(Actor actor, Guid operatorId, MoveCreditsRequest request, CancellationToken cancel) =>
        acts.Move(nameof(SellCredits), actor, operatorId, Role.Owner, AccountKind.Operator, request, CreditBook.Purchase, cancel);
}

/// <summary>The operator takes credits back that a distributor has not passed on.</summary>
public sealed class TakeBackCredits(Acts acts)
{
    public Task<Outcome<MoveCreditsAnswer>> Do(Actor actor, Guid operatorId, MoveCreditsRequest request, CancellationToken cancel) =>
        acts.Move(nameof(TakeBackCredits), actor, operatorId, Role.Owner, AccountKind.Operator, request, CreditBook.TakeBack, cancel);
}

/// <summary>A distributor passes credits on to a customer.</summary>
public sealed class TransferCredits(Acts acts)
{
    public Task<Outcome<MoveCreditsAnswer>> Do(Actor actor, Guid distributorId, MoveCreditsRequest request, CancellationToken cancel) =>
        acts.Move(nameof(TransferCredits), actor, distributorId, Role.KeyManager, AccountKind.Distributor, request, CreditBook.Transfer, cancel);
}

/// <summary>A distributor takes credits back that a customer has not used. Trial credits stay.</summary>
public sealed class RefundCredits(Acts acts)
{
    public Task<Outcome<MoveCreditsAnswer>> Do(Actor actor, Guid distributorId, MoveCreditsRequest request, CancellationToken cancel) =>
        acts.Move(nameof(RefundCredits), actor, distributorId, Role.KeyManager, AccountKind.Distributor, request, CreditBook.Refund, cancel);
}

/// <summary>Whether the keys of a distributor's customers take credits.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record CountCreditsRequest(Guid Id, Guid DistributorId, bool Counted);

/// <param name="Counted">As it is now.</param>
public sealed record CountCreditsAnswer(Guid DistributorId, bool Counted);

/// <summary>
/// Switches the counting of credits at a distributor's customers on or off. It is the operator's to say, since keys that take no credit are keys that nobody pays
/// for. What is held stays held; keys that were made uncounted stay so.
/// </summary>
public sealed class CountCredits(Acts acts)
{
    public Task<Outcome<CountCreditsAnswer>> Do(Actor actor, Guid operatorId, CountCreditsRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<CountCreditsRequest, CountCreditsAnswer>(
            nameof(CountCredits), actor, operatorId, Role.Owner, request.Id, request,
            async act =>
            {
                if (!await act.AuditBelow(request.DistributorId, request.DistributorId, new { request.Counted }))
                    return Refusal.NotFound;
                var distributor = await act.Db.Distributors.SingleOrDefaultAsync(
                    d => d.AccountId == request.DistributorId && d.Account!.DeletedAt == null, act.Cancel);
                if (distributor is null)
                    return Refusal.NotFound;
                distributor.CreditsCounted = request.Counted;
                act.Audit(request.DistributorId, new { request.Counted });
                return new CountCreditsAnswer(request.DistributorId, request.Counted);
            },
            cancel);
    }
}

static class CreditActs
{
    /// <summary>What the four acts between two accounts share.</summary>
    public static Task<Outcome<MoveCreditsAnswer>> Move(
        this Acts acts, string name, Actor actor, Guid upperId, Role least, AccountKind upperKind, MoveCreditsRequest request,
        Func<Act, Guid, Guid, Guid, int, Task<Refused?>> post, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<MoveCreditsRequest, MoveCreditsAnswer>(
            name, actor, upperId, least, request.Id, request,
            async act =>
            {
                var lowerKind = upperKind + 1;
                var lower = await act.Db.Accounts
                    .Where(a => a.Id == request.AccountId && a.Kind == lowerKind && a.DeletedAt == null).SingleOrDefaultAsync(act.Cancel);
                if (lower is null || !await act.AuditBelow(lower.Id, lower.Id, new { request.Amount }))
                    return Refusal.NotFound;
                if (await post(act, request.Id, upperId, lower.Id, request.Amount) is { } refused)
                    return refused;
                act.Audit(lower.Id, new { lower.Name, request.Amount });
                var balances = await act.Db.CreditBalances.AsNoTracking().Where(b => b.AccountId == upperId || b.AccountId == lower.Id)
                    .ToDictionaryAsync(b => b.AccountId, act.Cancel);
                var upper = balances.GetValueOrDefault(upperId);
                return new MoveCreditsAnswer(
                    upperKind == AccountKind.Operator ? -(upper?.Sold ?? 0) : upper?.Paid ?? 0, balances.GetValueOrDefault(lower.Id)?.Paid ?? 0);
            },
            cancel);
    }
}
