using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

/// <summary>One access level as lists show it.</summary>
/// <param name="LevelId">The access level.</param>
/// <param name="Name">Its name.</param>
/// <param name="AllReaders">It opens all readers, also those that come later.</param>
/// <param name="Readers">How many readers it opens now.</param>
/// <param name="ReaderIds">The readers named, unless it is all of them.</param>
/// <param name="Users">How many users have it; counted up to 10,000.</param>
/// <param name="Schedule">Its schedule; 0 is always.</param>
/// <param name="ChangedAt">When it was changed last.</param>
public sealed record AccessLevelRow(
    Guid LevelId, string Name, bool AllReaders, int Readers, IReadOnlyList<Guid> ReaderIds, int Users, int Schedule,
    DateTimeOffset ChangedAt);

/// <param name="Levels">By name.</param>
public sealed record AccessLevelListAnswer(IReadOnlyList<AccessLevelRow> Levels);

public sealed class AccessLevelList(Acts acts)
{
    public Task<Outcome<AccessLevelListAnswer>> Ask(Actor actor, Guid customerId, CancellationToken cancel) =>
        acts.Ask<AccessLevelListAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var readers = await q.Db.Readers.Where(r => r.CustomerId == customerId && r.State != ReaderState.Deleted)
                .Select(r => r.Id).ToHashSetAsync(q.Cancel);
            var held = (await q.Db.AccessLevelReaders.AsNoTracking().Where(h => h.CustomerId == customerId).ToListAsync(q.Cancel))
                .Where(h => readers.Contains(h.ReaderId)).ToLookup(h => h.LevelId, h => h.ReaderId);
            var levels = await q.Db.AccessLevels.AsNoTracking().Where(l => l.CustomerId == customerId)
                .OrderBy(l => l.Name).ThenBy(l => l.Number).ToListAsync(q.Cancel);
            var users = new Dictionary<Guid, int>();
            foreach (var level in levels)
            {
                users[level.Id] = (await Counted.Of(
                    q.Db.UserAccessLevels.AsNoTracking().Where(u => u.CustomerId == customerId && u.LevelId == level.Id),
                    some => some.Where(u => q.Db.Users.Any(p => p.CustomerId == customerId && p.Id == u.UserId && p.State != UserState.Deleted)),
                    q.Cancel)).Number;
            }
            return new AccessLevelListAnswer(levels.ConvertAll(l => new AccessLevelRow(
                l.Id, l.Name, l.AllReaders, l.AllReaders ? readers.Count : held[l.Id].Count(),
                [.. held[l.Id].Where(_ => !l.AllReaders)], users[l.Id], l.Schedule, l.ChangedAt)));
        }, cancel);
}
