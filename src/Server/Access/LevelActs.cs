using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Sync;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

/// <summary>A new access level.</summary>
/// <param name="Id">Made by the client; becomes the id of the level. The same id acts once.</param>
/// <param name="Name">1 to 60 characters.</param>
/// <param name="AllReaders">All readers, also those that come later.</param>
/// <param name="ReaderIds">The readers, unless it is all of them.</param>
public sealed record MakeAccessLevelRequest(Guid Id, string? Name, bool AllReaders = false, IReadOnlyList<Guid>? ReaderIds = null);

/// <summary>Another name or other readers for a level; what is absent stays as it is.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
/// <param name="Name">1 to 60 characters.</param>
/// <param name="AllReaders">All readers, also those that come later; false makes it the readers named.</param>
/// <param name="ReaderIds">All the readers of the level, not only new ones.</param>
public sealed record ChangeAccessLevelRequest(
    Guid Id, string? Name = null, bool? AllReaders = null, IReadOnlyList<Guid>? ReaderIds = null);

/// <param name="LevelId">The access level.</param>
/// <param name="Name">Its name.</param>
/// <param name="AllReaders">It opens all readers.</param>
/// <param name="ReaderIds">The readers it opens, unless it is all of them.</param>
/// <param name="Seq">Feed sequence that readers must acknowledge to know of it.</param>
public sealed record AccessLevelAnswer(Guid LevelId, string Name, bool AllReaders, IReadOnlyList<Guid> ReaderIds, long Seq);

public sealed class MakeAccessLevel(Acts acts)
{
    public const int LevelsMax = 1_000;

    public Task<Outcome<AccessLevelAnswer>> Do(
        Actor actor, Guid customerId, MakeAccessLevelRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<MakeAccessLevelRequest, AccessLevelAnswer>(
            nameof(MakeAccessLevel), actor, customerId, Role.KeyManager, request.Id, request,
            async act =>
            {
                if (await act.Taken<AccessLevel>(request.Id) is { } taken)
                    return taken;
                if (LevelReaders.LintName(request.Name ?? "") is { } refused)
                    return refused;
                var used = await act.Db.AccessLevels.Where(l => l.CustomerId == customerId).Select(l => l.Number).ToListAsync(cancel);
                if (used.Count >= LevelsMax)
                    return new Refused(Refusal.StateUnfit, Detail: $"A customer has at most {LevelsMax} access levels.");
                var customer = await act.Db.Customers.SingleAsync(c => c.AccountId == customerId, cancel);
                do
                    customer.LastLevelNumber = AccessLevel.NumberBehind(customer.LastLevelNumber, 1);
                while (used.Contains(customer.LastLevelNumber));
                var level = new AccessLevel
                {
                    CustomerId = customerId,
                    Id = request.Id,
                    Number = customer.LastLevelNumber,
                    Name = request.Name!.Trim(),
                    AllReaders = request.AllReaders,
                    ChangedAt = act.Now,
                };
                act.Db.AccessLevels.Add(level);
                return await LevelReaders.Set(act, level, request.AllReaders ? [] : request.ReaderIds ?? []);
            },
            cancel);
    }
}

/// <summary>
/// Changes which readers a level opens. Readers learn it as their own sets, so a door taken out of a level refuses as soon
/// as it hears, and no phone has to renew for it.
/// </summary>
public sealed class ChangeAccessLevel(Acts acts)
{
    public Task<Outcome<AccessLevelAnswer>> Do(
        Actor actor, Guid customerId, Guid levelId, ChangeAccessLevelRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, AccessLevelAnswer>(
            nameof(ChangeAccessLevel), actor, customerId, Role.KeyManager, request.Id, new { levelId, request },
            async act =>
            {
                var level = await act.Db.AccessLevels.SingleOrDefaultAsync(
                    l => l.CustomerId == customerId && l.Id == levelId, cancel);
                if (level is null)
                    return Refusal.NotFound;
                if (request.Name is not null && LevelReaders.LintName(request.Name) is { } refused)
                    return refused;
                level.Name = request.Name?.Trim() ?? level.Name;
                level.AllReaders = request.AllReaders ?? (request.ReaderIds is null && level.AllReaders);
                level.ChangedAt = act.Now;
                IReadOnlyList<Guid> readers = level.AllReaders ? [] : request.ReaderIds ?? await LevelReaders.Of(act, levelId);
                return await LevelReaders.Set(act, level, readers);
            },
            cancel);
    }
}

/// <summary>Removes a level; whoever had it loses what it opened.</summary>
/// <param name="Id">Made by the client: the same id acts once.</param>
public sealed record DeleteAccessLevelRequest(Guid Id);

public sealed class DeleteAccessLevel(Acts acts)
{
    public Task<Outcome<AccessLevelAnswer>> Do(
        Actor actor, Guid customerId, Guid levelId, DeleteAccessLevelRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        return acts.Do<object, AccessLevelAnswer>(
            nameof(DeleteAccessLevel), actor, customerId, Role.KeyManager, request.Id, new { levelId, request },
            async act =>
            {
                var level = await act.Db.AccessLevels.SingleOrDefaultAsync(
                    l => l.CustomerId == customerId && l.Id == levelId, cancel);
                if (level is null)
                    return Refusal.NotFound;
                if (level.Number == AccessLevel.Everybody)
                    return new Refused(Refusal.StateUnfit, Detail: "Everybody stays. Take readers out of it instead.");
                await act.Db.AccessLevelReaders.Where(h => h.CustomerId == customerId && h.LevelId == levelId).ExecuteDeleteAsync(cancel);
                await act.Db.UserAccessLevels.Where(u => u.CustomerId == customerId && u.LevelId == levelId).ExecuteDeleteAsync(cancel);
                act.Db.AccessLevels.Remove(level);
                // Its number is not given again soon, so a document that still names it names nothing.
                var seq = await act.Tell(ChangeKind.Level, levelId);
                act.Audit(levelId, new { level.Name });
                return new AccessLevelAnswer(levelId, level.Name, false, [], seq);
            },
            cancel);
    }
}

static class LevelReaders
{
    public static Refused? LintName(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            return new(Refusal.NameMissing, "name");
        return name.Trim().Length > AccessLevel.NameCharsMax || name.Any(char.IsControl)
            ? new(Refusal.NameTooLong, "name", $"A level's name has at most {AccessLevel.NameCharsMax} characters.")
            : null;
    }

    public static Task<List<Guid>> Of(Act act, Guid levelId) => act.Db.AccessLevelReaders
        .Where(h => h.CustomerId == act.CustomerId && h.LevelId == levelId).Select(h => h.ReaderId).ToListAsync(act.Cancel);

    /// <summary>Makes these the level's readers, tells the feed and writes the audit.</summary>
    public static async Task<Outcome<AccessLevelAnswer>> Set(Act act, AccessLevel level, IReadOnlyList<Guid> readerIds)
    {
        var wanted = readerIds.Distinct().ToList();
        var known = await act.Db.Readers.CountAsync(
            r => r.CustomerId == act.CustomerId && wanted.Contains(r.Id) && r.State != ReaderState.Deleted, act.Cancel);
        if (known != wanted.Count)
            return new Refused(Refusal.ReaderUnknown, "readerIds");
        var held = await Of(act, level.Id);
        var (gained, lost) = (wanted.Except(held).ToList(), held.Except(wanted).ToList());
        act.Db.AccessLevelReaders.AddRange(
            gained.Select(id => new AccessLevelReader { CustomerId = act.CustomerId, LevelId = level.Id, ReaderId = id }));
        await act.Db.AccessLevelReaders
            .Where(h => h.CustomerId == act.CustomerId && h.LevelId == level.Id && lost.Contains(h.ReaderId))
            .ExecuteDeleteAsync(act.Cancel);
        var seq = await act.Tell(ChangeKind.Level, level.Id);
        act.Audit(level.Id, new { level.Name, level.AllReaders, gained, lost });
        return new AccessLevelAnswer(level.Id, level.Name, level.AllReaders, wanted, seq);
    }
}
