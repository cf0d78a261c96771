using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Notices;

/// <summary>One line of the demo's mailbox.</summary>
public sealed record MailboxLine(Guid CustomerId, Guid Id, string To, string Subject, DateTimeOffset SentAt);

/// <summary>One mail of the demo's mailbox, to be shown as it would be read.</summary>
/// <param name="Html">Complete, its picture inside; show it in a sandboxed frame.</param>
/// <param name="Link">The activation link, so that the wallet can be opened from here.</param>
public sealed record MailboxMail(string From, string To, string Subject, DateTimeOffset SentAt, string Text, string Html, string? Link);

/// <summary>The built-in mailbox of demos: every mail of the installation, for whoever opens the page. Elsewhere it does not exist.</summary>
public sealed class Mailbox(Store store, Outbox outbox, Settings settings)
{
    public const int LinesMax = 100;

    public bool IsOpen => settings.Mailbox;

    public async Task<IReadOnlyList<MailboxLine>> List(CancellationToken cancel)
    {
        if (!IsOpen)
            return [];
        await using var db = store.Open();
        return await db.Messages.AsNoTracking().Where(m => m.Delivery == Delivery.Sent && m.BodySealed != null)
            .OrderByDescending(m => m.DoneAt).Take(LinesMax)
            .Select(m => new MailboxLine(m.CustomerId, m.Id, m.To, m.Subject, m.DoneAt!.Value)).ToListAsync(cancel);
    }

    public async Task<MailboxMail?> Read(Guid customerId, Guid id, CancellationToken cancel)
    {
        if (!IsOpen)
            return null;
        await using var db = store.Open();
        var message = await db.Messages.AsNoTracking()
            .SingleOrDefaultAsync(m => m.CustomerId == customerId && m.Id == id && m.Delivery == Delivery.Sent && m.BodySealed != null, cancel);
        if (message is null)
            return null;
        var mail = outbox.Open(message);
        return new(mail.FromName, mail.To, mail.Subject, message.DoneAt!.Value, mail.Text, MimeMail.Framed(mail), mail.QrText);
    }
}
