using Latchkey.Server.Accounts;
using Latchkey.Server.Administrators;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

/// <summary>A new customer of a distributor: everything its four-step wizard asks for. Made whole, or not at all.</summary>
/// <param name="Id">Made by the client; becomes the account's id. The same id acts once.</param>
/// <param name="Name">1 to 80 characters.</param>
/// <param name="SystemType">Live or demo.</param>
/// <param name="SystemId"><c>XXXXYYYY</c>: the distributor's code, then four letters or digits; a demo has its own.</param>
/// <param name="SystemKey">8 letters or digits; a demo has its own.</param>
/// <param name="TimeZone">IANA name; schedules are wall time in it.</param>
/// <param name="Language">Of mails to users.</param>
/// <param name="Contact">All of it optional.</param>
/// <param name="KeyName">What the wallet shows above the doors; absent is the name.</param>
/// <param name="Prefix">2 or 3 digits before the User ID in card numbers; absent is none.</param>
/// <param name="DefaultValidTo">How long new keys last unless said otherwise; absent is unlimited.</param>
/// <param name="OneTap">One-tap identification.</param>
/// <param name="AutomaticIdentification">Identification by the wallet itself, without a tap.</param>
/// <param name="Administrator">Its first owner; absent is none yet.</param>
/// <param name="Credits">To pass on at once, beside the trial credits that cost nothing; 0 is none.</param>
public sealed record CreateCustomerRequest(
    Guid Id, string? Name, SystemType SystemType, string? SystemId, string? SystemKey, string? TimeZone, string? Language, Contact? Contact = null,
    string? KeyName = null, string? Prefix = null, DateTimeOffset? DefaultValidTo = null, bool OneTap = true,
    bool AutomaticIdentification = true, NewAdministrator? Administrator = null, int Credits = 0)
{
    // A record prints its members; a key is not for printing.
    public override string ToString() => $"new customer {Name}";
}

public sealed record CreateCustomerAnswer(Guid CustomerId, string Name, string SystemId);

public sealed class CreateCustomer(Acts acts, OpenAccount open, InviteAdministrator invite, SystemKeys systemKeys)
{
    public Task<Outcome<CreateCustomerAnswer>> Do(Actor actor, Guid distributorId, CreateCustomerRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        // What is kept for retries names key and password by MACs.
        var kept = request with
        {
            SystemKey = systemKeys.Mac(request.Id, request.SystemKey),
            Administrator = request.Administrator is { } who ? who with { Password = systemKeys.Mac(request.Id, who.Password) } : null,
        };
        return acts.Do<CreateCustomerRequest, CreateCustomerAnswer>(
            nameof(CreateCustomer), actor, distributorId, Role.KeyManager, request.Id, kept, act => Do(act, request), cancel);
    }

    async Task<Outcome<CreateCustomerAnswer>> Do(Act act, CreateCustomerRequest request)
    {
        if (await act.Db.Distributors.SingleOrDefaultAsync(d => d.AccountId == act.CustomerId, act.Cancel) is not { } distributor)
            return Refusal.NotFound;
        if (await act.Db.Accounts.AnyAsync(a => a.Id == request.Id, act.Cancel))
            return new Refused(Refusal.IdReused, "id");
        var contact = CustomerDetails.Tidy(request.Contact ?? new());
        var keyName = request.KeyName?.Trim() is { Length: > 0 } said ? said : request.Name?.Trim();
        if ((CustomerDetails.Name(request.Name) ?? CustomerDetails.System(distributor.Code, request.SystemType, request.SystemId, request.SystemKey)
            ?? CustomerDetails.Of(contact) ?? CustomerDetails.Key(keyName, request.Prefix, request.DefaultValidTo, act.Now)) is { } wrong)
            return wrong;
        if (request.TimeZone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out var zone) || !zone.HasIanaId)
            return new Refused(Refusal.TimeZoneUnknown, "timeZone");
        if (request.Language is null || !Languages.Known.Contains(request.Language))
            return new Refused(Refusal.LanguageUnknown, "language");
        var isDemo = request.SystemType == SystemType.Demo;
        if (!isDemo && await SystemIds.Taken(act, request.SystemId!, except: null))
            return new Refused(Refusal.SystemIdTaken, "systemId");

        var customer = open.Customer(
            act.Db, distributor.AccountId, request.Name!.Trim(), isDemo ? DemoSystem.SystemId : request.SystemId!,
            isDemo ? DemoSystem.SystemKey : request.SystemKey!, isDemo, act.Now, request.Id);
        (customer.TimeZone, customer.Language, customer.Contact) = (request.TimeZone, request.Language, contact);
        (customer.KeyName, customer.Prefix, customer.DefaultValidTo) = (keyName!, request.Prefix, request.DefaultValidTo);
        (customer.OneTap, customer.AutomaticIdentification) = (request.OneTap, request.AutomaticIdentification);
        if (!isDemo)
            distributor.Took(request.SystemId!);
        customer.FindAlso();
        // Stored now, so that what follows finds it.
        await act.Db.SaveChangesAsync(act.Cancel);
        if (request.Administrator is { } who)
        {
            var invited = await invite.Within(act, customer.AccountId, who with { Role = Role.Owner, Language = who.Language ?? request.Language });
            if (!invited.Done)
                return invited.Refused;
        }
        await act.AuditCustomer(
            customer.AccountId, new { customer.Account!.Name, customer.SystemId, request.SystemType, administrator = request.Administrator?.Email, request.Credits });
        // Behind the audit, which locks the chains: the parent's, then the child's.
        if (await CreditBook.Trial(act, customer) is { } noTrial)
            return noTrial;
        if (request.Credits != 0 && await CreditBook.Transfer(act, request.Id, distributor.AccountId, customer.AccountId, request.Credits) is { } noCredit)
            return noCredit with { Field = "credits" };
        return new CreateCustomerAnswer(customer.AccountId, customer.Account.Name, customer.SystemId);
    }
}

/// <summary>System IDs are unique over all distributors and over deleted customers, which can be restored.</summary>
static class SystemIds
{
    public static Task<bool> Taken(Act act, string systemId, Guid? except) =>
        act.Db.Customers.AnyAsync(c => c.SystemId == systemId && c.AccountId != except, act.Cancel);
}

/// <summary>What the wizard proposes.</summary>
/// <param name="Code">The distributor's half of the System ID.</param>
/// <param name="Installation">The next free other half.</param>
/// <param name="Credits">That the distributor has to pass on; null where its customers' keys take none.</param>
public sealed record NewCustomerAnswer(string Code, string Installation, string SystemKey, string TimeZone, string Language, long? Credits);

public static class NewCustomerQuestion
{
    public static async Task<Outcome<NewCustomerAnswer>> Read(Question q)
    {
        ArgumentNullException.ThrowIfNull(q);
        if (await q.Db.Distributors.AsNoTracking().SingleOrDefaultAsync(d => d.AccountId == q.AccountId, q.Cancel) is not { } distributor)
            return Refusal.NotFound;
        // As the newest customer has them: a distributor's customers are mostly in one country.
        var newest = await q.Db.Customers.AsNoTracking().Where(c => c.Account!.ParentId == q.AccountId).OrderByDescending(c => c.Account!.CreatedAt)
            .Select(c => new { c.TimeZone, c.Language }).FirstOrDefaultAsync(q.Cancel);
        return new NewCustomerAnswer(
            distributor.Code, distributor.NextInstallation, SystemKeys.DrawKey(), newest?.TimeZone ?? TimeZoneInfo.Local.Id, newest?.Language ?? Languages.Default,
            distributor.CreditsCounted ? await q.Db.CreditBalances.Where(b => b.AccountId == q.AccountId).Select(b => b.Paid).SingleOrDefaultAsync(q.Cancel) : null);
    }
}
