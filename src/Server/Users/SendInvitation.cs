using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>Queues the mail that carries a code, in the transaction of the act that made the code.</summary>
public sealed class SendInvitation(Outbox outbox, Settings settings)
{
    internal async Task<Guid?> Do(Act act, User user, MobileKey key, string code, string link, bool isNewCode)
    {
        var customer = await act.Db.Customers.Include(c => c.Account).SingleAsync(c => c.AccountId == act.CustomerId, act.Cancel);
        var mail = InvitationMail.Write(new(
            customer.Account!.Name, customer.Contact.Name, customer.Contact.Email, customer.Contact.Phone, customer.Contact.Hours,
            user.Name, user.Email!, user.Language, code, link, settings.Origin, key.InvitationEndsAt!.Value, customer.TimeZone, isNewCode));
        return outbox.Queue(
            act.Db, act.CustomerId, isNewCode ? MessageKind.NewCode : MessageKind.Invitation, mail, user.Id, key.Id,
            key.InvitationEndsAt, act.Now).Id;
    }
}
