using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>The numbers of the dashboard, and who waits for activation.</summary>
public sealed record DashboardAnswer(
    int Users, int Active, int Suspended, int Revoking, int Waiting, DateTimeOffset? OldestWaiting, int OpenedToday, int RefusedToday,
    WaitingUser[] Waiters, CameBack[] CameBack);

/// <summary>An invitation that no phone has answered yet, with what is known of its mail.</summary>
public sealed record WaitingUser(Guid KeyId, int Number, string Name, string? Email, KeyState State, DateTimeOffset InvitedAt, Delivery? Mail, DateTimeOffset? MailAt);

public sealed record CameBack(int UserNumber, string Name, string Address);

static class DashboardQuestion
{
    const int WaitersMax = 5;

    public static async Task<Outcome<DashboardAnswer>> Read(Question q, DateTimeOffset today)
    {
        var keys = q.Db.MobileKeys.AsNoTracking().Where(k => k.CustomerId == q.AccountId);
        var invited = keys.Where(k => k.State == KeyState.Invited && (k.ValidTo == null || k.ValidTo > q.Now) && k.User!.State != UserState.Deleted);
        var waiting = await invited.OrderBy(k => k.StateSince).Take(WaitersMax).Include(k => k.User).ToListAsync(q.Cancel);
        var ids = waiting.ConvertAll(k => (Guid?)k.Id);
        var mails = (await q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId && ids.Contains(m.KeyId))
            .OrderByDescending(m => m.CreatedAt).ToListAsync(q.Cancel)).ToLookup(m => m.KeyId);
        var back = await (
            from m in q.Db.Messages.AsNoTracking()
            where m.CustomerId == q.AccountId && m.Delivery == Delivery.CameBack
            join k in invited on new { m.CustomerId, Id = m.KeyId } equals new { k.CustomerId, Id = (Guid?)k.Id }
            // A newer mail for the same key has taken its place.
            where !q.Db.Messages.Any(newer => newer.CustomerId == m.CustomerId && newer.KeyId == m.KeyId && newer.CreatedAt > m.CreatedAt)
            orderby m.CreatedAt
            select new CameBack(k.User!.Number, k.User.Name, m.To)).ToArrayAsync(q.Cancel);
        var events = q.Db.Events.Where(e => e.CustomerId == q.AccountId && e.At >= today);
        return new DashboardAnswer(
            await q.Db.Users.CountAsync(u => u.CustomerId == q.AccountId && u.State != UserState.Deleted, q.Cancel),
            await keys.CountAsync(k => k.State == KeyState.Active && k.User!.State == UserState.Active && (k.ValidTo == null || k.ValidTo > q.Now), q.Cancel),
            await keys.CountAsync(k => k.State == KeyState.Suspended || (k.State == KeyState.Active && k.User!.State == UserState.Suspended), q.Cancel),
            await keys.CountAsync(k => k.State == KeyState.Revoking, q.Cancel),
            await invited.CountAsync(q.Cancel),
            waiting.Count > 0 ? waiting[0].StateSince : null,
            await events.CountAsync(Events.EventRow.Is(Events.EventOutcome.Opened), q.Cancel),
            await events.CountAsync(Events.EventRow.Is(Events.EventOutcome.Refused), q.Cancel),
            [.. waiting.Select(k => Waiter(k, mails[k.Id].FirstOrDefault(), q.Now)).OrderByDescending(w => w.Mail == Delivery.CameBack)],
            back);
    }

    static WaitingUser Waiter(MobileKey k, Message? mail, DateTimeOffset now) =>
        new(k.Id, k.User!.Number, k.User.Name, k.User.Email, k.StateAt(now), k.StateSince, mail?.Delivery, mail?.DoneAt ?? mail?.CreatedAt);
}
