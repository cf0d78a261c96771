using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Access;

/// <summary>What a user may open, from the access levels given: as rules for a document, and as doors for the wallet.</summary>
public static class AccessRules
{
    /// <summary>As many as a document may hold (access-document, key -7), so also the levels one user may have.</summary>
    public const int RulesMax = 32;

    /// <summary>The rights of each of these users; one without a level may open nothing.</summary>
    public static async Task<IReadOnlyDictionary<Guid, Rights>> Of(
        Db db, Guid customerId, IReadOnlyCollection<Guid> userIds, CancellationToken cancel)
    {
        var held = await db.UserAccessLevels.AsNoTracking()
            .Where(u => u.CustomerId == customerId && userIds.Contains(u.UserId))
            .Select(u => new { u.UserId, u.LevelId, u.Level!.Number, u.Level.Schedule, u.Level.AllReaders })
            .ToListAsync(cancel);
        var ofUser = held.ToLookup(h => h.UserId);
        var doors = new Dictionary<string, IReadOnlyList<Reader>>(); // users of the same levels share them
        var rights = new Dictionary<Guid, Rights>();
        foreach (var userId in userIds.Distinct())
        {
            var levels = ofUser[userId].OrderBy(l => l.Number).ToList();
            var same = string.Join(',', levels.Select(l => l.Number));
            if (!doors.TryGetValue(same, out var opens))
                doors[same] = opens = await Doors(db, customerId, levels.Any(l => l.AllReaders), levels.ConvertAll(l => l.LevelId), cancel);
            rights[userId] = new([.. levels.Take(RulesMax).Select(l => new Rule((ushort)l.Number, (ushort)l.Schedule))], opens);
        }
        return rights;
    }

    static async Task<IReadOnlyList<Reader>> Doors(Db db, Guid customerId, bool all, List<Guid> levelIds, CancellationToken cancel) =>
        levelIds.Count == 0 ? [] : await db.Readers.AsNoTracking()
            .Where(r => r.CustomerId == customerId && r.State != ReaderState.Deleted)
            .Where(r => all || db.AccessLevelReaders.Any(h => h.CustomerId == customerId && h.ReaderId == r.Id && levelIds.Contains(h.LevelId)))
            .OrderBy(r => r.Name).ThenBy(r => r.Id)
            .Take(SiteCard.DoorsMax).ToListAsync(cancel);
}

/// <param name="Rules">For the access document.</param>
/// <param name="Doors">The readers that hold a set named by the rules, as many as a site card holds; those out of service too, since the wallet says so.</param>
public sealed record Rights(IReadOnlyList<Rule> Rules, IReadOnlyList<Reader> Doors);
