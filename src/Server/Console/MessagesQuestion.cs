using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>One mail of the outbox as the console shows it. The mail itself stays sealed.</summary>
public sealed record MessageRow(
    Guid Id, MessageKind Kind, string To, string? User, int? UserNumber, Guid? KeyId, bool StillWaits, string Language, Delivery Delivery, DateTimeOffset CreatedAt,
    DateTimeOffset? DoneAt, DateTimeOffset NextTryAt, string? Detail);

/// <summary>Where the next page begins: behind this mail of this group.</summary>
public sealed record MessageCursor(int Group, DateTimeOffset CreatedAt, Guid Id);

public sealed record MessagePage(MessageRow[] Rows, Counted All, Counted CameBack, Counted HeldUp, Counted Queued, MessageCursor? Next);

static class MessagesQuestion
{
    public const int PageRows = 50;

    /// <summary>What came back or is held up first, then newest first.</summary>
    public static async Task<Outcome<MessagePage>> Read(Question q, Delivery? only, MessageCursor? after)
    {
        var messages = q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId);
        IQueryable<Message>[] groups = only is { } delivery
            ? [messages.Where(m => m.Delivery == delivery)]
            :
            [
                messages.Where(m => m.Delivery == Delivery.CameBack),
                messages.Where(m => m.Delivery == Delivery.HeldUp),
                messages.Where(m => m.Delivery != Delivery.CameBack && m.Delivery != Delivery.HeldUp),
            ];
        var rows = new List<(int Group, MessageRow Row)>();
        for (var group = after?.Group ?? 0; group < groups.Length && rows.Count <= PageRows; group++)
        {
            var some = groups[group];
            if (after is not null && group == after.Group)
                some = some.Where(m => m.CreatedAt <= after.CreatedAt && (m.CreatedAt < after.CreatedAt || m.Id.CompareTo(after.Id) < 0));
            some = some.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).Take(PageRows + 1 - rows.Count);
            var read = await (
                from m in some
                join u in q.Db.Users.AsNoTracking() on new { m.CustomerId, Id = m.UserId } equals new { u.CustomerId, Id = (Guid?)u.Id } into users
                from user in users.DefaultIfEmpty()
                join k in q.Db.MobileKeys.AsNoTracking() on new { m.CustomerId, Id = m.KeyId } equals new { k.CustomerId, Id = (Guid?)k.Id } into keys
                from key in keys.DefaultIfEmpty()
                orderby m.CreatedAt descending, m.Id descending
                select new MessageRow(
                    m.Id, m.Kind, m.To, user == null ? null : user.Name, user == null ? null : user.Number, m.KeyId,
                    key != null && key.State == KeyState.Invited && (key.ValidTo == null || key.ValidTo > q.Now), m.Language, m.Delivery, m.CreatedAt, m.DoneAt,
                    m.NextTryAt, m.Detail)).ToListAsync(q.Cancel);
            rows.AddRange(read.Select(row => (group, row)));
        }
        var more = rows.Count > PageRows;
        if (more)
            rows.RemoveAt(PageRows);
        return new MessagePage(
            [.. rows.Select(r => r.Row)], await Counted.Of(messages, q.Cancel),
            await Counted.Of(messages.Where(m => m.Delivery == Delivery.CameBack), q.Cancel),
            await Counted.Of(messages.Where(m => m.Delivery == Delivery.HeldUp), q.Cancel),
            await Counted.Of(messages.Where(m => m.Delivery == Delivery.Queued), q.Cancel),
            more ? new(rows[^1].Group, rows[^1].Row.CreatedAt, rows[^1].Row.Id) : null);
    }
}
