using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Notices;

/// <summary>One line of the demo's mailbox.</summary>
public sealed record MailboxLine(Guid Id, string To, string Subject, DateTimeOffset SentAt);

/// <summary>One mail of the demo's mailbox, to be shown as it would be read.</summary>
/// <param name="Html">Complete, its picture inside; show it in a sandboxed frame.</param>
/// <param name="Link">The activation link, so that the wallet can be opened from here.</param>
public sealed record MailboxMail(string From, string To, string Subject, DateTimeOffset SentAt, string Text, string Html, string? Link);

/// <summary>
/// The built-in mailbox of demos: the mails of one customer, for those who could make the codes in them anyway. It exists on this machine only
/// (<see cref="Settings.Read"/>), since whoever reads these mails has the keys.
/// </summary>
public sealed class Mailbox(Acts acts, Outbox outbox, Settings settings)
{
    public const int LinesMax = 100;

    public bool IsOpen => settings.Mailbox;

    public Task<Outcome<IReadOnlyList<MailboxLine>>> List(Actor actor, Guid customerId, CancellationToken cancel) =>
        acts.Ask<IReadOnlyList<MailboxLine>>(actor, customerId, Role.KeyManager, async q =>
        {
            if (!IsOpen)
                return Refusal.NotFound;
            return await Kept(q).OrderByDescending(m => m.DoneAt).Take(LinesMax)
                .Select(m => new MailboxLine(m.Id, m.To, m.Subject, m.DoneAt!.Value)).ToListAsync(q.Cancel);
        }, cancel);

    public Task<Outcome<MailboxMail>> Read(Actor actor, Guid customerId, Guid id, CancellationToken cancel) =>
        acts.Ask<MailboxMail>(actor, customerId, Role.KeyManager, async q =>
            IsOpen && await Kept(q).SingleOrDefaultAsync(m => m.Id == id, q.Cancel) is { } message ? Shown(message) : Refusal.NotFound, cancel);

    static IQueryable<Message> Kept(Question q) =>
        q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId && m.Delivery == Delivery.Sent && m.BodySealed != null);

    MailboxMail Shown(Message message)
    {
        var mail = outbox.Open(message);
        return new(mail.FromName, mail.To, mail.Subject, message.DoneAt!.Value, mail.Text, MimeMail.Framed(mail), mail.QrText);
    }
}
