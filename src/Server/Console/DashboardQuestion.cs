using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>The numbers of the dashboard, each counted as far as one question looks, and who waits for activation.</summary>
public sealed record DashboardAnswer(
    Counted Users, Counted Active, Counted Suspended, Counted Revoking, Counted Waiting, DateTimeOffset? OldestWaiting, Counted OpenedToday,
    Counted RefusedToday,
    WaitingUser[] Waiters, CameBack[] CameBack);

/// <summary>An invitation that no phone has answered yet, with what is known of its mail.</summary>
public sealed record WaitingUser(Guid KeyId, int Number, string Name, string? Email, KeyState State, DateTimeOffset InvitedAt, Delivery? Mail, DateTimeOffset? MailAt);

public sealed record CameBack(int UserNumber, string Name, string Address);

static class DashboardQuestion
{
    const int WaitersMax = 5;

    /// <summary>Invitations looked at for these; those of deleted users stay behind.</summary>
    const int WaitersLookedMax = 200;

    /// <summary>Mails that came back, of which those are shown that still matter.</summary>
    const int CameBackMax = 100;

    public static async Task<Outcome<DashboardAnswer>> Read(Question q, DateTimeOffset today)
    {
        var keys = q.Db.MobileKeys.AsNoTracking().Where(k => k.CustomerId == q.AccountId);
        var invited = keys.Where(k => k.State == KeyState.Invited);
        IQueryable<MobileKey> Waiting(IQueryable<MobileKey> some) =>
            some.Where(k => (k.ValidTo == null || k.ValidTo > q.Now) && k.User!.State != UserState.Deleted);
        // The one whose code ends first has waited longest; by its end the index has them in order.
        var waiting = await Waiting(invited.OrderBy(k => k.InvitationEndsAt).Take(WaitersLookedMax)).OrderBy(k => k.InvitationEndsAt).Take(WaitersMax).Include(k => k.User).ToListAsync(q.Cancel);
        var ids = waiting.ConvertAll(k => (Guid?)k.Id);
        var mails = (await q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId && ids.Contains(m.KeyId))
            .OrderByDescending(m => m.CreatedAt).ToListAsync(q.Cancel)).ToLookup(m => m.KeyId);
        var back = await (
            from m in q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId && m.Delivery == Delivery.CameBack)
                .OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).Take(CameBackMax)
            join k in Waiting(invited) on new { m.CustomerId, Id = m.KeyId } equals new { k.CustomerId, Id = (Guid?)k.Id }
            // A newer mail for the same key has taken its place.
            where !q.Db.Messages.Any(newer => newer.CustomerId == m.CustomerId && newer.KeyId == m.KeyId && newer.CreatedAt > m.CreatedAt)
            orderby m.CreatedAt
            select new CameBack(k.User!.Number, k.User.Name, m.To)).ToArrayAsync(q.Cancel);
        var users = q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId);
        var events = q.Db.Events.AsNoTracking().Where(e => e.CustomerId == q.AccountId && e.At >= today);
        return new DashboardAnswer(
            await Counted.Of(users.Where(u => u.State == UserState.Active), q.Cancel) + await Counted.Of(users.Where(u => u.State == UserState.Suspended), q.Cancel),
            await Counted.Of(
                keys.Where(k => k.State == KeyState.Active),
                some => some.Where(k => k.User!.State == UserState.Active && (k.ValidTo == null || k.ValidTo > q.Now)), q.Cancel),
            await Counted.Of(keys.Where(k => k.State == KeyState.Suspended), q.Cancel)
                + await Counted.Of(users.Where(u => u.State == UserState.Suspended).SelectMany(u => u.Keys), some => some.Where(k => k.State == KeyState.Active), q.Cancel),
            await Counted.Of(keys.Where(k => k.State == KeyState.Revoking), q.Cancel),
            await Counted.Of(invited, Waiting, q.Cancel),
            waiting.Count > 0 ? waiting[0].StateSince : null,
            await Counted.Of(events, some => some.Where(Events.EventRow.Is(Events.EventOutcome.Opened)), q.Cancel),
            await Counted.Of(events, some => some.Where(Events.EventRow.Is(Events.EventOutcome.Refused)), q.Cancel),
            [.. waiting.Select(k => Waiter(k, mails[k.Id].FirstOrDefault(), q.Now)).OrderByDescending(w => w.Mail == Delivery.CameBack)],
            back);
    }

    static WaitingUser Waiter(MobileKey k, Message? mail, DateTimeOffset now) =>
        new(k.Id, k.User!.Number, k.User.Name, k.User.Email, k.StateAt(now), k.StateSince, mail?.Delivery, mail?.DoneAt ?? mail?.CreatedAt);
}
