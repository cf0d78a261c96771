using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>One mail of the outbox as the console shows it. The mail itself stays sealed.</summary>
public sealed record MessageRow(
    Guid Id, MessageKind Kind, string To, string? User, int? UserNumber, Guid? KeyId, bool StillWaits, string Language, Delivery Delivery, DateTimeOffset CreatedAt,
    DateTimeOffset? DoneAt, DateTimeOffset NextTryAt, string? Detail);

public sealed record MessagePage(MessageRow[] Rows, int All, int CameBack, int HeldUp, int Queued, bool More);

static class MessagesQuestion
{
    public const int PageRows = 50;

    /// <summary>What came back or is held up first, then newest first.</summary>
    public static async Task<Outcome<MessagePage>> Read(Question q, Delivery? only, int rows)
    {
        var messages = q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId);
        var shown = only is { } delivery ? messages.Where(m => m.Delivery == delivery) : messages;
        var read = await (
            from m in shown
            join u in q.Db.Users.AsNoTracking() on new { m.CustomerId, Id = m.UserId } equals new { u.CustomerId, Id = (Guid?)u.Id } into users
            from user in users.DefaultIfEmpty()
            join k in q.Db.MobileKeys.AsNoTracking() on new { m.CustomerId, Id = m.KeyId } equals new { k.CustomerId, Id = (Guid?)k.Id } into keys
            from key in keys.DefaultIfEmpty()
            orderby m.Delivery == Delivery.CameBack ? 0 : m.Delivery == Delivery.HeldUp ? 1 : 2, m.CreatedAt descending
            select new MessageRow(
                m.Id, m.Kind, m.To, user == null ? null : user.Name, user == null ? null : user.Number, m.KeyId,
                key != null && key.State == KeyState.Invited && (key.ValidTo == null || key.ValidTo > q.Now), m.Language, m.Delivery, m.CreatedAt, m.DoneAt, m.NextTryAt, m.Detail))
            .Take(rows + 1).ToListAsync(q.Cancel);
        return new MessagePage(
            [.. read.Take(rows)], await messages.CountAsync(q.Cancel),
            await messages.CountAsync(m => m.Delivery == Delivery.CameBack, q.Cancel),
            await messages.CountAsync(m => m.Delivery == Delivery.HeldUp, q.Cancel),
            await messages.CountAsync(m => m.Delivery == Delivery.Queued, q.Cancel), read.Count > rows);
    }
}
