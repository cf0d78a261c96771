using System.Text.Json;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Notices;

/// <summary>Mails stand in the transaction of their act: no act without its mail, no mail without its act.</summary>
public sealed class Outbox(SecretBox box, Settings settings)
{
    const string Purpose = "mail";
    const string NoChannel = "No mail server is set up.";

    /// <summary>Whether mails go anywhere. Without a mail server they are written down as not sent, and carry nothing.</summary>
    public bool HasChannel => settings.Smtp is not null || settings.Mailbox;

    public Message Queue(
        Db db, Guid customerId, MessageKind kind, Mail mail, Guid? userId, Guid? keyId, DateTimeOffset? uselessFrom, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(mail);
        var id = Guid.CreateVersion7(now);
        var message = new Message
        {
            CustomerId = customerId,
            Id = id,
            Kind = kind,
            To = mail.To,
            Language = mail.Language,
            Subject = mail.Subject,
            BodySealed = HasChannel ? box.Seal(Purpose, id, JsonSerializer.SerializeToUtf8Bytes(mail)) : null,
            UserId = userId,
            KeyId = keyId,
            CreatedAt = now,
            NextTryAt = now,
            UselessFrom = uselessFrom,
            Delivery = HasChannel ? Delivery.Queued : Delivery.Stopped,
            Detail = HasChannel ? null : NoChannel,
        };
        db.Messages.Add(message);
        return message;
    }

    /// <summary>Stops what waits for a key: its code is no longer true.</summary>
    public static async Task Stop(Db db, Guid customerId, Guid keyId, DateTimeOffset now, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        foreach (var message in await Waiting(db, customerId).Where(m => m.KeyId == keyId).ToListAsync(cancel))
            Stop(message, now);
    }

    /// <summary>
    /// What waits for a user and carries a code goes to the user's new address instead; without one it is stopped. A mail that went out already stays where it is.
    /// </summary>
    internal async Task Redirect(Db db, Guid customerId, Guid userId, string? to, DateTimeOffset now, CancellationToken cancel)
    {
        var waiting = await Waiting(db, customerId).Where(m => m.UserId == userId && m.KeyId != null && m.To != to).ToListAsync(cancel);
        // Without those that this act has stopped already.
        foreach (var message in waiting.Where(m => m.Delivery != Delivery.Stopped))
        {
            if (to is not null)
                Queue(db, customerId, message.Kind, Open(message) with { To = to }, userId, message.KeyId, message.UselessFrom, now);
            Stop(message, now);
        }
    }

    static IQueryable<Message> Waiting(Db db, Guid customerId) =>
        db.Messages.Where(m => m.CustomerId == customerId && (m.Delivery == Delivery.Queued || m.Delivery == Delivery.HeldUp));

    static void Stop(Message message, DateTimeOffset now) =>
        (message.Delivery, message.BodySealed, message.DoneAt) = (Delivery.Stopped, null, now);

    internal Mail Open(Message message) =>
        JsonSerializer.Deserialize<Mail>(box.Open(Purpose, message.Id, message.BodySealed!))!;
}
