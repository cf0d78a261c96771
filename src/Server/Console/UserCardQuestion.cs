using System.Text.Json;
using Latchkey.Protocol.Events;
using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>One user, whole: what works now, what is on its way out, what may be opened, what happened.</summary>
public sealed record UserCardAnswer(
    Guid Id, int Number, string Name, string? Email, string Language, int Version, UserState State, DateTimeOffset CreatedAt, string KeyName,
    KeyPanel[] Keys, LevelLine[] Levels, HistoryLine[] History, Clash[] Clashes);

public sealed record KeyPanel(
    Guid Id, KeyState State, DateTimeOffset StateSince, int KeyNumber, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, DateTimeOffset CreatedAt,
    DateTimeOffset? InvitationEndsAt, DateTimeOffset? DocumentEndsAt, DateTimeOffset? LastRenewedAt, string? Why, bool ReportedLost,
    Guid DeviceId, string? Device, DeviceState DeviceState, string? Platform, DateTimeOffset? BoundAt, DateTimeOffset? LastSeenAt, Reach? Reach,
    Delivery? Mail, DateTimeOffset? MailAt, string? MailDetail, KeyCredit Credit)
{
    public bool IsOver => MobileKey.IsEnded(State) || State == KeyState.Revoking;
}

/// <summary>Another user with the same User ID.</summary>
public sealed record Clash(Guid UserId, string Name);

public sealed record LevelLine(Guid Id, string Name, bool AllReaders, string[] Readers, bool Always);

/// <summary>One line of the history: an act, of an administrator or of the phone, or a decision at a door.</summary>
public sealed record HistoryLine(DateTimeOffset At, string? Act, string? By, int? Reason, string? Reader, int? Way, int? DurationMs);

static class UserCardQuestion
{
    const int HistoryMax = 12;
    const int ClashesMax = 5;

    /// <param name="who">Which of several that bear the number; null is the first.</param>
    public static async Task<Outcome<UserCardAnswer>> Read(Question q, int number, Guid? who = null)
    {
        var bearers = await q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId && u.Number == number)
            .OrderBy(u => u.State == UserState.Deleted).ThenBy(u => u.CreatedAt).Take(ClashesMax + 1).ToListAsync(q.Cancel);
        var user = who is null
            ? bearers.FirstOrDefault()
            : await q.Db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.CustomerId == q.AccountId && u.Number == number && u.Id == who, q.Cancel);
        if (user is null)
            return Refusal.NotFound;
        var keys = await q.Db.MobileKeys.AsNoTracking().Include(k => k.Device)
            .Where(k => k.CustomerId == q.AccountId && k.UserId == user.Id).OrderByDescending(k => k.CreatedAt).ToListAsync(q.Cancel);
        var reach = await ReachQuery.Ask(q.Db, q.AccountId, keys, q.Cancel);
        var mails = (await q.Db.Messages.AsNoTracking().Where(m => m.CustomerId == q.AccountId && m.UserId == user.Id)
            .OrderByDescending(m => m.CreatedAt).ToListAsync(q.Cancel)).ToLookup(m => m.KeyId);
        var keyName = await q.Db.Customers.Where(c => c.AccountId == q.AccountId).Select(c => c.KeyName).SingleAsync(q.Cancel);
        return new UserCardAnswer(
            user.Id, user.Number, user.Name, user.Email, user.Language, user.Version, user.State, user.CreatedAt, keyName,
            [.. keys.Select(k => Panel(k, reach.GetValueOrDefault(k.Id), mails[k.Id].FirstOrDefault(), q.Now)).OrderBy(p => p.IsOver)],
            await Levels(q, user.Id), await History(q, user.Id),
            [.. bearers.Where(u => u.Id != user.Id).Take(ClashesMax).Select(u => new Clash(u.Id, u.Name))]);
    }

    static KeyPanel Panel(MobileKey k, Reach? reach, Message? mail, DateTimeOffset now) => new(
        k.Id, k.StateAt(now), k.StateSince, k.KeyNumber, k.ValidFrom, k.ValidTo, k.CreatedAt, k.InvitationEndsAt, k.NewestDocumentEndsAt,
        k.LastRenewedAt, k.Why, k.ReportedLost, k.DeviceId, k.Device?.Name, k.Device?.State ?? DeviceState.Deleted, k.Device?.Platform, k.ActivatedAt,
        k.Device?.LastSeenAt, reach, mail?.Delivery, mail?.DoneAt ?? mail?.CreatedAt, mail?.Detail, k.Credit);

    static async Task<LevelLine[]> Levels(Question q, Guid userId)
    {
        var levels = await q.Db.UserAccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId && l.UserId == userId)
            .OrderBy(l => l.Level!.Number).Select(l => l.Level!).ToListAsync(q.Cancel);
        var ids = levels.ConvertAll(l => l.Id);
        var named = (await (
            from held in q.Db.AccessLevelReaders.AsNoTracking()
            where held.CustomerId == q.AccountId && ids.Contains(held.LevelId)
            join reader in q.Db.Readers.AsNoTracking() on new { held.CustomerId, held.ReaderId } equals new { reader.CustomerId, ReaderId = reader.Id }
            where reader.State != ReaderState.Deleted
            orderby reader.Name
            select new { held.LevelId, reader.Name }).ToListAsync(q.Cancel)).ToLookup(r => r.LevelId, r => r.Name);
        return [.. levels.Select(l => new LevelLine(l.Id, l.Name, l.AllReaders, [.. named[l.Id]], l.Schedule == AccessLevel.Always))];
    }

    static async Task<HistoryLine[]> History(Question q, Guid userId)
    {
        var acts = await q.Db.AuditEntries.AsNoTracking().Where(a => a.AccountId == q.AccountId && a.SubjectId == userId)
            .OrderByDescending(a => a.Seq).Take(HistoryMax).Select(a => new { a.At, a.Act, a.Payload }).ToListAsync(q.Cancel);
        var doors = await (
            from e in q.Db.Events.AsNoTracking()
            where e.CustomerId == q.AccountId && e.UserId == userId && e.Kind == (int)EventKind.Decision
            orderby e.At descending
            join r in q.Db.Readers.AsNoTracking() on new { e.CustomerId, e.ReaderId } equals new { r.CustomerId, ReaderId = r.Id } into at
            from reader in at.DefaultIfEmpty()
            select new { e.At, e.Reason, e.Way, e.DurationMs, Reader = reader == null ? null : reader.Name }).Take(HistoryMax).ToListAsync(q.Cancel);
        return [.. acts.Select(a => new HistoryLine(a.At, a.Act, ByOf(a.Payload), null, null, null, null))
            .Concat(doors.Select(d => new HistoryLine(d.At, null, null, d.Reason, d.Reader, d.Way, d.DurationMs)))
            .OrderByDescending(h => h.At).Take(HistoryMax)];
    }

    static string? ByOf(string? payload)
    {
        if (payload is null)
            return null;
        using var read = JsonDocument.Parse(payload);
        return read.RootElement.TryGetProperty("by", out var by) ? by.GetString() : null;
    }
}
