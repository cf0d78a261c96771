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
        var waiting = await db.Messages
            .Where(m => m.CustomerId == customerId && m.KeyId == keyId && (m.Delivery == Delivery.Queued || m.Delivery == Delivery.HeldUp))
            .ToListAsync(cancel);
        foreach (var message in waiting)
        {
            message.Delivery = Delivery.Stopped;
            message.BodySealed = null;
            message.DoneAt = now;
        }
    }

    internal Mail Open(Message message) =>
        JsonSerializer.Deserialize<Mail>(box.Open(Purpose, message.Id, message.BodySealed!))!;
}
