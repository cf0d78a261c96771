using System.Text.RegularExpressions;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Customers;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Distributors;

public sealed record DistributorChanged(Guid DistributorId);

/// <summary>A new distributor of the operator.</summary>
/// <param name="Id">Made by the client; becomes the account's id. The same id acts once.</param>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="Code">The XXXX of its customers' System IDs: 4 letters or digits, borne by no other; absent draws one.</param>
/// <param name="Contact">All of it optional.</param>
public sealed record CreateDistributorRequest(Guid Id, string? Name, string? Code = null, Contact? Contact = null);

public sealed partial class CreateDistributor(Acts acts)
{
    public Task<Outcome<DistributorChanged>> Do(Actor actor, Guid operatorId, CreateDistributorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<CreateDistributorRequest, DistributorChanged>(
            nameof(CreateDistributor), actor, operatorId, Role.KeyManager, request.Id, request, act => Do(act, request), cancel);
    }

    static async Task<Outcome<DistributorChanged>> Do(Act act, CreateDistributorRequest request)
    {
        if (!await act.Db.Accounts.AnyAsync(a => a.Id == act.CustomerId && a.Kind == AccountKind.Operator, act.Cancel))
            return Refusal.NotFound;
        if (await act.Db.Accounts.AnyAsync(a => a.Id == request.Id, act.Cancel))
            return new Refused(Refusal.IdReused, "id");
        var contact = CustomerDetails.Tidy(request.Contact ?? new());
        if ((CustomerDetails.Name(request.Name) ?? CustomerDetails.Of(contact)) is { } wrong)
            return wrong;
        var code = request.Code?.Trim() is { Length: > 0 } typed ? typed : null;
        if (code is not null && (!CodeShape.IsMatch(code) || await act.Db.Distributors.AnyAsync(d => d.Code == code, act.Cancel)))
            return new Refused(Refusal.DistributorCodeWrong, "code");
        var distributor = OpenAccount.Distributor(act.Db, act.CustomerId, request.Name!.Trim(), act.Now, code, id: request.Id);
        distributor.Contact = contact;
        distributor.FindAlso();
        await act.Db.SaveChangesAsync(act.Cancel);
        await act.AuditDistributor(distributor.AccountId, new { distributor.Account!.Name, distributor.Code });
        return new DistributorChanged(distributor.AccountId);
    }

    // "demo" stands for systems that everybody knows.
    [GeneratedRegex("^(?!(?i:demo)$)[0-9A-Za-z]{4}$")]
    private static partial Regex CodeShape { get; }
}

/// <summary>Name and contact of a distributor. Its code stays: it stands in the System IDs of its customers.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record EditDistributorRequest(Guid Id, string? Name, Contact? Contact);

public sealed class EditDistributor(Acts acts)
{
    public Task<Outcome<DistributorChanged>> Do(Actor actor, Guid operatorId, Guid distributorId, EditDistributorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnDistributor(nameof(EditDistributor), actor, operatorId, distributorId, request.Id, request, async (act, distributor) =>
        {
            var contact = CustomerDetails.Tidy(request.Contact ?? new());
            if ((CustomerDetails.Name(request.Name) ?? CustomerDetails.Of(contact)) is { } wrong)
                return wrong;
            distributor.Account!.Rename(request.Name!.Trim());
            distributor.Contact = contact;
            distributor.FindAlso();
            await act.AuditDistributor(distributorId, new { distributor.Account.Name, contact });
            return null;
        }, cancel);
    }
}

/// <summary>Ends a distributor, and with it all its customers: no key of them opens. Everything is kept and can be restored.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">Its name, typed.</param>
public sealed record DeleteDistributorRequest(Guid Id, string? Name);

public sealed class DeleteDistributor(Acts acts)
{
    public Task<Outcome<DistributorChanged>> Do(Actor actor, Guid operatorId, Guid distributorId, DeleteDistributorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnDistributor(nameof(DeleteDistributor), actor, operatorId, distributorId, request.Id, request, async (act, distributor) =>
        {
            if (request.Name?.Trim() != distributor.Account!.Name)
                return new(Refusal.NameNotTyped, "name");
            if (distributor.Account.DeletedAt is not null)
                return new(Refusal.StateUnfit, State: "Deleted");
            distributor.Account.DeletedAt = act.Now;
            await act.TellCustomers(distributorId);
            await act.AuditDistributor(distributorId, new { distributor.Account.Name });
            return null;
        }, cancel);
    }
}

/// <summary>Gives a deleted distributor back, with its customers.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record RestoreDistributorRequest(Guid Id);

public sealed class RestoreDistributor(Acts acts)
{
    public Task<Outcome<DistributorChanged>> Do(Actor actor, Guid operatorId, Guid distributorId, RestoreDistributorRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnDistributor(nameof(RestoreDistributor), actor, operatorId, distributorId, request.Id, request, async (act, distributor) =>
        {
            if (distributor.Account!.DeletedAt is null)
                return new(Refusal.StateUnfit, State: "Active");
            distributor.Account.DeletedAt = null;
            await act.TellCustomers(distributorId);
            await act.AuditDistributor(distributorId, new { distributor.Account.Name });
            return null;
        }, cancel);
    }
}

static class OnDistributorAct
{
    public static Task<Outcome<DistributorChanged>> OnDistributor<TRequest>(
        this Acts acts, string name, Actor actor, Guid operatorId, Guid distributorId, Guid requestId, TRequest request,
        Func<Act, Distributor, Task<Refused?>> change, CancellationToken cancel) =>
        acts.Do<object, DistributorChanged>(
            name, actor, operatorId, Role.KeyManager, requestId, new { distributorId, request },
            async act =>
            {
                if (!await act.Db.Distributors.AnyAsync(d => d.AccountId == distributorId && d.Account!.ParentId == act.CustomerId, cancel))
                    return Refusal.NotFound;
                // Before anything below it: a distributor's own acts go the same way down.
                await AuditChain.Lock(act.Db, distributorId, cancel);
                var distributor = await act.Db.Distributors.Include(d => d.Account).SingleAsync(d => d.AccountId == distributorId, cancel);
                return await change(act, distributor) is { } refused ? refused : new DistributorChanged(distributorId);
            },
            cancel);

    public static async Task AuditDistributor(this Act act, Guid distributorId, object details)
    {
        await act.AuditBelow(distributorId, distributorId, details);
        act.Audit(distributorId, details);
    }

    // All readers of all its customers hear of it: each site's feed says that it lives, or no more.
    public static async Task TellCustomers(this Act act, Guid distributorId)
    {
        await Feed.AppendAll(act.Db, act.Db.Accounts.Where(a => a.ParentId == distributorId).Select(a => a.Id), act.Now, act.Cancel);
    }
}
