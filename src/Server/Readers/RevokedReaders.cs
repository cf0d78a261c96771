using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>The list of deleted readers that phones carry in the site card, so that a stolen reader is believed by nobody.</summary>
public static class RevokedReaders
{
    /// <summary>
    /// The signed list, or null when no reader was deleted. It is dated by the newest deletion: made again it is the same
    /// list, and a phone takes the newer one only.
    /// </summary>
    public static async Task<byte[]?> List(Db db, Guid customerId, ISigner siteKey, CancellationToken cancel)
    {
        var deleted = await db.Readers.AsNoTracking()
            .Where(r => r.CustomerId == customerId && r.DeletedAt != null)
            .OrderBy(r => r.DeletedAt).Select(r => new { r.Id, r.DeletedAt }).ToListAsync(cancel);
        if (deleted.Count == 0)
            return null;
        // Two deletions within one second still make two lists, the later one dated later.
        var issued = deleted.Aggregate(0L, (last, r) => Math.Max(last + 1, r.DeletedAt!.Value.ToUnix()));
        return ReaderRevocationList.Sign(
            SiteId.From(customerId), (uint)issued,
            [.. deleted.Select(r => new RevokedReader(ReaderId.From(r.Id), (uint)r.DeletedAt!.Value.ToUnix()))], siteKey);
    }
}
