using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>A new mobile key: for a new user, or for one more device of a user who is there already.</summary>
/// <param name="Id">Made by the client; becomes the id of the mobile key. The same id acts once.</param>
/// <param name="UserId">The user who gets one more device; absent makes a new user.</param>
/// <param name="Name">Name of the new user, 1 to 80 characters.</param>
/// <param name="Email">Where the invitation goes; needed when <paramref name="Notify"/> is set.</param>
/// <param name="Language">Language of the mail; absent is the customer's.</param>
/// <param name="UserNumber">User ID, 1 to 999999999; absent takes the next free one.</param>
/// <param name="ValidFrom">Absent is now.</param>
/// <param name="ValidTo">Exclusive end; absent is the customer's default validity.</param>
/// <param name="AccessLevelIds">Absent gives <i>Everybody</i> to a new user and changes nothing for one who is there.</param>
/// <param name="DeviceName">What the device is called until the phone says its own name.</param>
/// <param name="Notify">Send the invitation by mail.</param>
public sealed record IssueMobileKeyRequest(
    Guid Id, Guid? UserId = null, string? Name = null, string? Email = null, string? Language = null, int? UserNumber = null,
    DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidTo = null, IReadOnlyList<Guid>? AccessLevelIds = null,
    string? DeviceName = null, bool Notify = true);

public sealed class IssueMobileKey(Acts acts, OpenCodes codes, SendInvitation invitations)
{
    public const int UserNumberMax = 999_999_999;
    public const int UserNumberDigitsMax = 9;

    public Task<Outcome<NewCodeAnswer>> Do(
        Actor actor, Guid customerId, IssueMobileKeyRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<IssueMobileKeyRequest, NewCodeAnswer>(
            nameof(IssueMobileKey), actor, customerId, Role.KeyManager, request.Id, request, act => Do(act, request), cancel);
    }

    async Task<Outcome<NewCodeAnswer>> Do(Act act, IssueMobileKeyRequest request)
    {
        if (await act.Forbids(Feature.MobileAccess) is { } off)
            return off;
        if (await act.Taken<MobileKey>(request.Id) is { } taken)
            return taken;
        var customer = await act.Db.Customers.SingleAsync(c => c.AccountId == act.CustomerId, act.Cancel);
        var from = request.ValidFrom ?? act.Now;
        var to = request.ValidTo ?? customer.DefaultValidTo;
        if (Lint(request, from, to, act.Now) is { } refused)
            return refused;

        var user = await FindOrMakeUser(act, customer, request);
        if (!user.Done)
            return user.Refused;
        if (await GiveLevels(act, user.Value, request) is { } levelRefused)
            return levelRefused;

        var device = new Device
        {
            CustomerId = act.CustomerId,
            Id = Guid.CreateVersion7(act.Now),
            UserId = user.Value.Id,
            Name = request.DeviceName,
            CreatedAt = act.Now,
        };
        customer.LastKeyNumber++;
        var key = MobileKey.Make(act.CustomerId, request.Id, user.Value.Id, device.Id, customer.LastKeyNumber, from, to, act.Now);
        if (await CreditBook.Counts(act.Db, customer.AccountId, act.Cancel) && await act.TakeCredit(key, request.Id, user.Value.Number) is { } creditless)
            return creditless;
        act.Db.Devices.Add(device);
        act.Db.MobileKeys.Add(key);
        var endsAt = act.Now.AddHours(customer.CodeLifeHours);
        var (code, link) = await codes.Make(act, key, endsAt);
        act.Audit(user.Value.Id, new { mobileKeyId = key.Id, user.Value.Name, user.Value.Number, from, to, request.Notify });
        var message = request.Notify ? await invitations.Do(act, user.Value, key, code, link, isNewCode: false) : null;
        return new NewCodeAnswer(key.Id, user.Value.Id, user.Value.Number, code, link, endsAt, message, request.Notify ? user.Value.Email : null);
    }

    static Refused? Lint(IssueMobileKeyRequest request, DateTimeOffset from, DateTimeOffset? to, DateTimeOffset now)
    {
        if (request.UserId is null && string.IsNullOrWhiteSpace(request.Name))
            return new(Refusal.NameMissing, "name");
        if (UserDetails.Lint(request.Name, request.Email, request.Language) is { } wrong)
            return wrong;
        if (request.UserId is null && request.Notify && string.IsNullOrWhiteSpace(request.Email))
            return new(Refusal.EmailMissing, "email");
        if (request.UserNumber is < 1 or > UserNumberMax)
            return new(Refusal.UserNumberOutOfRange, "userNumber");
        if (to <= from)
            return new(Refusal.ValidityBackwards, "validTo");
        if (to <= now)
            return new(Refusal.ValidityOver, "validTo");
        return PlainText.Lint(request.DeviceName, Device.NameCharsMax, "deviceName");
    }

    static async Task<Outcome<User>> FindOrMakeUser(Act act, Customer customer, IssueMobileKeyRequest request)
    {
        if (request.UserId is { } userId)
        {
            var known = await act.Db.Users.SingleOrDefaultAsync(u => u.CustomerId == act.CustomerId && u.Id == userId, act.Cancel);
            if (known is null)
                return Refusal.NotFound;
            if (known.State == UserState.Deleted)
                return new Refused(Refusal.UserEnded, "userId");
            if (request.Notify && known.Email is null)
                return new Refused(Refusal.EmailMissing, "email");
            return known;
        }
        if (request.UserNumber is { } wanted && !customer.AllowsDuplicateUserNumbers
            && await act.Db.Users.AnyAsync(u => u.CustomerId == act.CustomerId && u.Number == wanted, act.Cancel))
            return new Refused(Refusal.UserNumberTaken, "userNumber");
        var number = request.UserNumber ?? await UserNumbers.NextFree(act.Db, customer, act.Cancel);
        if (request.UserNumber is null)
            customer.LastUserNumber = number;
        var name = request.Name!.Trim();
        var email = string.IsNullOrWhiteSpace(request.Email) ? null : request.Email.Trim();
        var user = new User
        {
            CustomerId = act.CustomerId,
            Id = Guid.CreateVersion7(act.Now),
            Number = number,
            Name = name,
            Email = email,
            SortName = Folding.Fold(name),
            SearchText = User.Words(name, email, number),
            Language = request.Language ?? customer.Language,
            CreatedAt = act.Now,
        };
        act.Db.Users.Add(user);
        return user;
    }

    static async Task<Refused?> GiveLevels(Act act, User user, IssueMobileKeyRequest request)
    {
        var wanted = request.AccessLevelIds?.Distinct().ToList();
        if (wanted is null && request.UserId is not null)
            return null;
        var levels = await act.Db.AccessLevels
            .Where(l => l.CustomerId == act.CustomerId && (wanted == null ? l.Number == AccessLevel.Everybody : wanted.Contains(l.Id)))
            .Select(l => l.Id).ToListAsync(act.Cancel);
        if (wanted is not null && levels.Count != wanted.Count)
            return new(Refusal.AccessLevelUnknown, "accessLevelIds");
        var held = await act.Db.UserAccessLevels.Where(l => l.CustomerId == act.CustomerId && l.UserId == user.Id)
            .Select(l => l.LevelId).ToListAsync(act.Cancel);
        if (held.Union(levels).Count() > AccessRules.RulesMax)
            return new(Refusal.StateUnfit, "accessLevelIds", $"A user has at most {AccessRules.RulesMax} access levels.");
        // Levels are only added here; taking one away is an act of its own, which readers must hear of.
        foreach (var level in levels.Except(held))
            act.Db.UserAccessLevels.Add(new() { CustomerId = act.CustomerId, UserId = user.Id, LevelId = level });
        return null;
    }
}

/// <summary>Proposes User IDs: the next free number after the highest given so far.</summary>
static class UserNumbers
{
    public static async Task<int> NextFree(Db db, Customer customer, CancellationToken cancel)
    {
        var taken = await db.Users.Where(u => u.CustomerId == customer.AccountId && u.Number > customer.LastUserNumber)
            .Select(u => u.Number).ToHashSetAsync(cancel);
        var next = customer.LastUserNumber + 1;
        while (taken.Contains(next))
            next++;
        return next;
    }
}
