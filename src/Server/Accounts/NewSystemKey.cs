using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

/// <summary>A System Key in the place of one that nobody has any more, or too many have.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record NewSystemKeyRequest(Guid Id);

/// <summary>What installers type at each reader from now on. The key is shown this once.</summary>
public sealed record NewSystemKeyAnswer(string SystemId, string SystemKey)
{
    // A record prints its members; a key is not for printing.
    public override string ToString() => $"new System Key of {SystemId}";
}

/// <summary>
/// The key speaks for an installer while a reader is paired and for nobody afterwards: paired readers go on, and a pairing under way starts again.
/// </summary>
public sealed class NewSystemKey(Acts acts, SystemKeys systemKeys)
{
    public Task<Outcome<NewSystemKeyAnswer>> Do(Actor actor, Guid customerId, NewSystemKeyRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<NewSystemKeyRequest, NewSystemKeyAnswer>(
            nameof(NewSystemKey), actor, customerId, Role.Owner, request.Id, request,
            async act =>
            {
                if (await act.Db.Customers.SingleOrDefaultAsync(c => c.AccountId == customerId, cancel) is not { } customer)
                    return Refusal.NotFound;
                var systemKey = SystemKeys.DrawKey();
                customer.SystemKeySealed = systemKeys.Seal(customerId, systemKey);
                act.Audit(customerId, new { customer.SystemId });
                return new NewSystemKeyAnswer(customer.SystemId, systemKey);
            },
            cancel);
    }
}

/// <summary>The REST route of the System Key: the same act as the console's.</summary>
static class SystemKeyRoutes
{
    public static void MapSystemKey(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api/v1/system-key").WithTags("System Key").RequireAuthorization(AccountsSetup.ApiPolicy)
            .MapPost("/", Renew).WithSummary("A new System Key, shown this once; paired readers go on").Produces<NewSystemKeyAnswer>().Refuses();

    static async Task<IResult> Renew(ApiCaller caller, NewSystemKeyRequest request, NewSystemKey act, CancellationToken cancel) =>
        Problems.Answer(await act.Do(caller.Actor, caller.CustomerId, request, cancel));
}
