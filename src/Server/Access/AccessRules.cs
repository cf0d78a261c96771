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

    public static async Task<IReadOnlyList<Rule>> For(Db db, Guid customerId, Guid userId, CancellationToken cancel)
    {
        var levels = await db.UserAccessLevels.AsNoTracking()
            .Where(u => u.CustomerId == customerId && u.UserId == userId)
            .OrderBy(u => u.Level!.Number)
            .Select(u => new { u.Level!.Number, u.Level.Schedule })
            .Take(RulesMax).ToListAsync(cancel);
        return [.. levels.Select(l => new Rule((ushort)l.Number, (ushort)l.Schedule))];
    }

    /// <summary>The readers that hold a set named by the user's rules; those out of service too, since the wallet says so.</summary>
    public static async Task<List<Reader>> Doors(Db db, Guid customerId, Guid userId, CancellationToken cancel)
    {
        var levels = db.UserAccessLevels.Where(u => u.CustomerId == customerId && u.UserId == userId);
        return await db.Readers.AsNoTracking()
            .Where(r => r.CustomerId == customerId && r.State != ReaderState.Deleted)
            .Where(r => levels.Any(u => u.Level!.AllReaders)
                || db.AccessLevelReaders.Any(h => h.CustomerId == customerId && h.ReaderId == r.Id
                    && levels.Any(u => u.LevelId == h.LevelId)))
            .OrderBy(r => r.Name).ThenBy(r => r.Id)
            .ToListAsync(cancel);
    }
}
