using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>
/// A fresh code for a key that waits for its phone: <i>Resend</i> and <i>New QR</i>. Only hashes are kept, so the earlier
/// code can't be shown again; it stops.
/// </summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Notify">Send it by mail.</param>
/// <param name="Email">A corrected address; absent keeps the user's.</param>
public sealed record NewCodeRequest(Guid Id, bool Notify = true, string? Email = null);

public sealed class NewCode(Acts acts, OpenCodes codes, SendInvitation invitations, Outbox outbox)
{
    public Task<Outcome<NewCodeAnswer>> Do(
        Actor actor, Guid customerId, Guid mobileKeyId, NewCodeRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, NewCodeAnswer>(
            nameof(NewCode), actor, customerId, Role.KeyManager, request.Id, new { mobileKeyId, request },
            act => Do(act, mobileKeyId, request), cancel);
    }

    async Task<Outcome<NewCodeAnswer>> Do(Act act, Guid mobileKeyId, NewCodeRequest request)
    {
        var key = await act.Db.MobileKeys.Include(k => k.User)
            .SingleOrDefaultAsync(k => k.CustomerId == act.CustomerId && k.Id == mobileKeyId, act.Cancel);
        if (key?.User is not { } user)
            return Refusal.NotFound;
        if (request.Email is { } email && !MailAddress.IsGood(email))
            return new Refused(Refusal.EmailWrong, "email");
        if (request.Notify && request.Email is null && user.Email is null)
            return new Refused(Refusal.EmailMissing, "email");
        if (key.CanInvite && key.StateAt(act.Now) == KeyState.Expired)
            return new Refused(Refusal.ValidityOver, Detail: "The validity of this key is over. Give it a later end first.");
        if (user.State == UserState.Deleted)
            return Refusal.UserEnded;
        if (!key.CanInvite)
            return key.Unfit(act.Now);
        var customer = await act.Db.Customers.SingleAsync(c => c.AccountId == act.CustomerId, act.Cancel);
        // What the ended invitation had taken went back, so this one takes its own.
        if (key.Credit == KeyCredit.GivenBack && await CreditBook.Counts(act.Db, act.CustomerId, act.Cancel)
            && await act.TakeCredit(key, request.Id, user.Number) is { } creditless)
            return creditless;
        if (request.Email is { } corrected)
            user.Change(user.Name, corrected.Trim(), user.Language);
        var endsAt = act.Now.AddHours(customer.CodeLifeHours);
        var (code, link) = await codes.Make(act, key, endsAt);
        // Those of the user's other keys.
        await outbox.Redirect(act.Db, act.CustomerId, user.Id, user.Email, act.Now, act.Cancel);
        act.Audit(user.Id, new { mobileKeyId, request.Notify, newAddress = request.Email is not null });
        var message = request.Notify ? await invitations.Do(act, user, key, code, link, isNewCode: true) : null;
        return new NewCodeAnswer(key.Id, user.Id, user.Number, code, link, endsAt, message, request.Notify ? user.Email : null);
    }
}
