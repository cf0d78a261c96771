using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Customers;

/// <summary>
/// Comes in where the customer has shut the door to its distributor: in an emergency, with a reason, for hours, and its owners get a mail. Whoever acts is
/// let in with the role it has above, nobody else is.
/// </summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Why">10 to 300 characters; the owners read it.</param>
public sealed record BreakGlassRequest(Guid Id, string? Why);

/// <param name="EndsAt">By then the door is shut again.</param>
/// <param name="Told">Owners who get a mail.</param>
public sealed record BreakGlassAnswer(Guid CustomerId, DateTimeOffset EndsAt, int Told);

public sealed class BreakGlass(Acts acts, Outbox outbox, Settings settings)
{
    /// <param name="distributorId">The account above, in whose name the glass is broken.</param>
    public Task<Outcome<BreakGlassAnswer>> Do(Actor actor, Guid distributorId, Guid customerId, BreakGlassRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        var why = request.Why?.Trim() ?? "";
        return acts.Do<object, BreakGlassAnswer>(
            nameof(BreakGlass), actor, distributorId, Role.Owner, request.Id, new { customerId, request },
            async act =>
            {
                if (actor.Kind != ActorKind.Administrator || act.CustomerId == customerId || await act.FindCustomer(customerId) is not { } customer
                    || customer.Account!.DeletedAt is not null)
                    return Refusal.NotFound;
                if (customer.DistributorAccess == DistributorAccess.Full)
                    return new Refused(Refusal.StateUnfit, State: nameof(DistributorAccess.Full));
                if (why.Length < BrokenGlass.WhyCharsMin)
                    return new Refused(Refusal.TextMissing, "why", $"Say why, in {BrokenGlass.WhyCharsMin} characters or more.");
                if (PlainText.Lint(why, BrokenGlass.WhyCharsMax, "why") is { } wrong)
                    return wrong;
                var glass = new BrokenGlass
                {
                    CustomerId = customerId,
                    Id = Guid.CreateVersion7(act.Now),
                    AdministratorId = actor.Id,
                    Why = why,
                    StartedAt = act.Now,
                    EndsAt = act.Now.AddHours(BrokenGlass.LifeHours),
                };
                act.Db.BrokenGlasses.Add(glass);
                var owners = await act.Db.Memberships.Standing(act.Now).Where(m => m.AccountId == customerId && m.Role == Role.Owner && m.Administrator!.Email != null)
                    .Select(m => new { m.Administrator!.Name, m.Administrator.Email, m.Administrator.Language }).ToListAsync(cancel);
                var distributor = await act.Db.Accounts.Where(a => a.Id == distributorId).Select(a => a.Name).SingleAsync(cancel);
                foreach (var owner in owners)
                {
                    var mail = GlassMail.Write(
                        customer.Account.Name, distributor, act.ActorName, why, glass.EndsAt, customer.TimeZone, new Uri(settings.Origin, "settings?tab=account").ToString(),
                        owner.Name, owner.Email!, owner.Language);
                    outbox.Queue(act.Db, customerId, MessageKind.GlassBroken, mail, null, null, null, act.Now);
                }
                await act.AuditCustomer(customerId, new { customer.Account.Name, why, glass.EndsAt, told = owners.Count });
                return new BreakGlassAnswer(customerId, glass.EndsAt, owners.Count);
            },
            cancel);
    }
}
