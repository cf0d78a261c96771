using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

public sealed record CustomerChanged(Guid CustomerId);

/// <summary>Gives a customer another name.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record RenameCustomerRequest(Guid Id, string? Name);

public sealed class RenameCustomer(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid distributorId, Guid customerId, RenameCustomerRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(RenameCustomer), actor, distributorId, customerId, request.Id, request, async (act, customer) =>
        {
            if (CustomerDetails.Name(request.Name) is { } wrong)
                return wrong;
            var was = customer.Account!.Name;
            customer.Account.Rename(request.Name!.Trim());
            await act.AuditCustomer(customerId, new { was, customer.Account.Name });
            return null;
        }, cancel);
    }
}

/// <summary>Another System ID and System Key: both are typed anew. Paired readers go on; a pairing under way starts again.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record EditSystemRequest(Guid Id, SystemType SystemType, string? SystemId, string? SystemKey)
{
    // A record prints its members; a key is not for printing.
    public override string ToString() => $"system settings {SystemId}";
}

public sealed class EditSystem(Acts acts, SystemKeys systemKeys)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid distributorId, Guid customerId, EditSystemRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var kept = request with { SystemKey = systemKeys.Mac(request.Id, request.SystemKey) };
        return acts.OnCustomer(nameof(EditSystem), actor, distributorId, customerId, request.Id, kept, async (act, customer) =>
        {
            if (await act.Db.Distributors.SingleOrDefaultAsync(d => d.AccountId == act.CustomerId, act.Cancel) is not { } distributor)
                return Refusal.NotFound.Alone();
            if (await act.ShutOut(customer) is { } shut)
                return shut;
            if (CustomerDetails.System(distributor.Code, request.SystemType, request.SystemId, request.SystemKey) is { } wrong)
                return wrong;
            var isDemo = request.SystemType == SystemType.Demo;
            if (!isDemo && await SystemIds.Taken(act, request.SystemId!, except: customerId))
                return new(Refusal.SystemIdTaken, "systemId");
            if (await Unfit(act, customer, distributor, isDemo) is { } unfit)
                return unfit;
            var (was, wasDemo) = (customer.SystemId, customer.IsDemo);
            customer.IsDemo = isDemo;
            customer.SystemId = isDemo ? DemoSystem.SystemId : request.SystemId!;
            customer.SystemKeySealed = systemKeys.Seal(customerId, isDemo ? DemoSystem.SystemKey : request.SystemKey!);
            if (!isDemo)
                distributor.Took(request.SystemId!);
            customer.FindAlso();
            await act.AuditCustomer(customerId, new { was, customer.SystemId, request.SystemType });
            // Behind the audit, which locks the chains. The ledger gives them once: who had them before gets none.
            return wasDemo ? await CreditBook.Trial(act, customer) : null;
        }, cancel);
    }

    /// <summary>A demo's keys are never counted, so no key comes from a demo into a counted system, and no system with keys becomes a demo.</summary>
    static async Task<Refused?> Unfit(Act act, Customer customer, Distributor distributor, bool isDemo)
    {
        if (customer.IsDemo == isDemo)
            return null;
        var keys = act.Db.MobileKeys.Where(k => k.CustomerId == customer.AccountId);
        if (isDemo)
        {
            return await keys.AnyAsync(act.Cancel)
                ? new(Refusal.StateUnfit, "systemType", "A system with keys stays what it is.", State: nameof(SystemType.Live))
                : null;
        }
        // By what is stored, not by the clock: one whose validity or invitation is over can be given a later end or a new code.
        return distributor.CreditsCounted && await keys.AnyAsync(
            k => k.Credit == KeyCredit.Uncounted
                && (k.State == KeyState.Draft || k.State == KeyState.Invited || k.State == KeyState.Active || k.State == KeyState.Suspended), act.Cancel)
            ? new(
                Refusal.StateUnfit, "systemType", "Mobile keys made in the demo took no credit. Withdraw or revoke them first, then make new ones.",
                State: nameof(SystemType.Demo))
            : null;
    }
}

/// <summary>The lowest wallet version that may activate and renew keys; an older one is told to reload.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Android">0 allows every version.</param>
/// <param name="Ios">0 allows every version.</param>
public sealed record SetLowestWalletRequest(Guid Id, int Android, int Ios);

public sealed class SetLowestWallet(Acts acts)
{
    public const int WalletVersionMax = 9999;

    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid distributorId, Guid customerId, SetLowestWalletRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(SetLowestWallet), actor, distributorId, customerId, request.Id, request, async (act, customer) =>
        {
            if (await act.ShutOut(customer) is { } shut)
                return shut;
            foreach (var (version, field) in new[] { (request.Android, "android"), (request.Ios, "ios") })
            {
                if (version is < 0 or > WalletVersionMax)
                    return new(Refusal.SettingOutOfRange, field, $"A wallet version is 0 to {WalletVersionMax}.");
            }
            (customer.LowestWalletAndroid, customer.LowestWalletIos) = (request.Android, request.Ios);
            await act.AuditCustomer(customerId, new { request.Android, request.Ios });
            return null;
        }, cancel);
    }
}

/// <summary>How to reach the customer. The login e-mails of its administrators stay what they are.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record EditContactRequest(Guid Id, Contact? Contact);

public sealed class EditContact(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid accountId, Guid customerId, EditContactRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(EditContact), actor, accountId, customerId, request.Id, request, async (act, customer) =>
        {
            var contact = CustomerDetails.Tidy(request.Contact ?? new());
            if (CustomerDetails.Of(contact) is { } wrong)
                return wrong;
            var was = customer.Contact;
            customer.Contact = contact;
            customer.FindAlso();
            await act.AuditCustomer(customerId, new { was, contact });
            return null;
        }, cancel);
    }
}

/// <summary>What new mobile keys are made with.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="KeyName">1 to 40 characters: what the wallet shows above the doors.</param>
/// <param name="Prefix">2 or 3 digits before the User ID in card numbers; absent is none.</param>
/// <param name="DefaultValidTo">Exclusive; absent is unlimited.</param>
public sealed record EditKeySettingsRequest(Guid Id, string? KeyName, string? Prefix = null, DateTimeOffset? DefaultValidTo = null);

public sealed class EditKeySettings(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid accountId, Guid customerId, EditKeySettingsRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(EditKeySettings), actor, accountId, customerId, request.Id, request, async (act, customer) =>
        {
            if (await act.ShutOut(customer) is { } shut)
                return shut;
            if (CustomerDetails.Key(request.KeyName, request.Prefix, request.DefaultValidTo, act.Now) is { } wrong)
                return wrong;
            var was = new { customer.KeyName, customer.Prefix, customer.DefaultValidTo };
            (customer.KeyName, customer.Prefix, customer.DefaultValidTo) = (request.KeyName!.Trim(), request.Prefix, request.DefaultValidTo);
            await act.AuditCustomer(customerId, new { was, customer.KeyName, customer.Prefix, customer.DefaultValidTo });
            return null;
        }, cancel);
    }
}

/// <summary>The ways in which the wallet may present a key by itself.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="OneTap">One tap, in the notification bar or on the home screen, opens the nearest door.</param>
/// <param name="AutomaticIdentification">Lighting up the display does, without a tap.</param>
public sealed record EditGlobalAccessRequest(Guid Id, bool OneTap, bool AutomaticIdentification);

public sealed class EditGlobalAccess(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid accountId, Guid customerId, EditGlobalAccessRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(EditGlobalAccess), actor, accountId, customerId, request.Id, request, async (act, customer) =>
        {
            if (await act.ShutOut(customer) is { } shut)
                return shut;
            (customer.OneTap, customer.AutomaticIdentification) = (request.OneTap, request.AutomaticIdentification);
            await act.AuditCustomer(customerId, new { request.OneTap, request.AutomaticIdentification });
            return null;
        }, cancel);
    }
}

/// <summary>Lets several users of a customer bear one User ID. Only the distributor may, since panels then can't tell them apart.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record AllowDuplicatesRequest(Guid Id, bool Allow);

public sealed class AllowDuplicates(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid distributorId, Guid customerId, AllowDuplicatesRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(AllowDuplicates), actor, distributorId, customerId, request.Id, request, async (act, customer) =>
        {
            if (act.CustomerId == customerId)
                return Refusal.NotFound.Alone();
            if (await act.ShutOut(customer) is { } shut)
                return shut;
            customer.AllowsDuplicateUserNumbers = request.Allow;
            await act.AuditCustomer(customerId, new { request.Allow });
            return null;
        }, cancel);
    }
}

/// <summary>What the accounts above may do in a customer. Only its own owners say so: whoever has stepped in can't open the door wider.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record SetDistributorAccessRequest(Guid Id, DistributorAccess Access);

public sealed class SetDistributorAccess(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid customerId, SetDistributorAccessRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<SetDistributorAccessRequest, CustomerChanged>(
            nameof(SetDistributorAccess), actor, customerId, Role.Owner, request.Id, request,
            async act =>
            {
                if (act.Through is not null)
                    return Refusal.OwnPeopleOnly;
                if (await act.Db.Customers.SingleOrDefaultAsync(c => c.AccountId == customerId, cancel) is not { } customer)
                    return Refusal.NotFound;
                var was = customer.DistributorAccess;
                customer.DistributorAccess = request.Access;
                // Whoever broke the glass before is out again, too.
                await act.Db.BrokenGlasses.Where(g => g.CustomerId == customerId && g.EndsAt > act.Now)
                    .ExecuteUpdateAsync(s => s.SetProperty(g => g.EndsAt, act.Now), cancel);
                act.Audit(customerId, new { was, request.Access });
                return new CustomerChanged(customerId);
            },
            cancel);
    }
}

/// <summary>Ends a customer: no key of it opens, none of its administrators signs in. Everything is kept and can be restored.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">The customer's name, typed: what is to be deleted is what was meant.</param>
public sealed record DeleteCustomerRequest(Guid Id, string? Name);

public sealed class DeleteCustomer(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid distributorId, Guid customerId, DeleteCustomerRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(DeleteCustomer), actor, distributorId, customerId, request.Id, request, async (act, customer) =>
        {
            if (act.CustomerId == customerId)
                return Refusal.NotFound.Alone();
            if (request.Name?.Trim() != customer.Account!.Name)
                return new(Refusal.NameNotTyped, "name");
            if (customer.Account.DeletedAt is not null)
                return new(Refusal.StateUnfit, State: "Deleted");
            customer.Account.DeletedAt = act.Now;
            await act.TellOfSite(customerId);
            await act.AuditCustomer(customerId, new { customer.Account.Name });
            return null;
        }, cancel);
    }
}

/// <summary>Gives a deleted customer back with everything it had.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record RestoreCustomerRequest(Guid Id);

public sealed class RestoreCustomer(Acts acts)
{
    public Task<Outcome<CustomerChanged>> Do(Actor actor, Guid distributorId, Guid customerId, RestoreCustomerRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.OnCustomer(nameof(RestoreCustomer), actor, distributorId, customerId, request.Id, request, async (act, customer) =>
        {
            if (customer.Account!.DeletedAt is null)
                return new(Refusal.StateUnfit, State: "Active");
            var was = customer.Account.DeletedAt;
            customer.Account.DeletedAt = null;
            await act.TellOfSite(customerId);
            await act.AuditCustomer(customerId, new { customer.Account.Name, deletedAt = was });
            return null;
        }, cancel);
    }
}

static class OnCustomerAct
{
    /// <summary>An act on a customer by its own administrators or by its distributor's.</summary>
    public static Task<Outcome<CustomerChanged>> OnCustomer<TRequest>(
        this Acts acts, string name, Actor actor, Guid accountId, Guid customerId, Guid requestId, TRequest request,
        Func<Act, Customer, Task<Refused?>> change, CancellationToken cancel) =>
        acts.Do<object, CustomerChanged>(
            name, actor, accountId, Role.KeyManager, requestId, new { customerId, request },
            async act =>
            {
                if (await act.FindCustomer(customerId) is not { } customer)
                    return Refusal.NotFound;
                return await change(act, customer) is { } refused ? refused : new CustomerChanged(customerId);
            },
            cancel);

    public static Refused Alone(this Refusal refusal) => new(refusal);

    /// <summary>A distributor changes how a customer works only where the customer lets it in.</summary>
    public static async Task<Refused?> ShutOut(this Act act, Customer customer) =>
        act.CustomerId == customer.AccountId || customer.DistributorAccess == DistributorAccess.Full
        || await act.Db.BrokenGlasses.Standing(customer.AccountId, act.ActorId, act.Now).AnyAsync(act.Cancel)
            ? null
            : new(Refusal.ShutOut);

    /// <summary>Readers hear that the site lives, or lives no more.</summary>
    public static Task<long> TellOfSite(this Act act, Guid customerId) =>
        Feed.Append(act.Db, customerId, ChangeKind.Site, customerId, act.Now, act.Cancel);
}
