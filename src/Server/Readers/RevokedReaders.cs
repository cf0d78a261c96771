using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>The list of deleted readers that phones carry in the site card, so that a stolen reader is believed by nobody.</summary>
public static class RevokedReaders
{
    /// <summary>Named at most: half of a site card. Past it the newest are: the others have had the longest time to be taken off their doors.</summary>
    public const int ReadersMax = 1600;

    /// <summary>How long a reader is named after the end of its certificate, for phones whose clock is late.</summary>
    public static readonly TimeSpan NamedAfterEnd = TimeSpan.FromDays(30);

    /// <summary>
    /// The signed list, or null when no reader was deleted. A reader whose certificate has ended is believed by nobody and named no longer. The list is
    /// dated by the newest deletion of all, so that each deletion makes a newer list, which is the only one that a phone takes.
    /// </summary>
    public static async Task<byte[]?> List(Db db, Guid customerId, ISigner siteKey, DateTimeOffset now, CancellationToken cancel)
    {
        var deleted = await db.Readers.AsNoTracking()
            .Where(r => r.CustomerId == customerId && r.DeletedAt != null)
            .OrderBy(r => r.DeletedAt).Select(r => new { r.Id, r.DeletedAt, r.CertificateEndsAt }).ToListAsync(cancel);
        if (deleted.Count == 0)
            return null;
        // Two deletions within one second still make two lists, the later one dated later.
        var issued = deleted.Aggregate(0L, (last, r) => Math.Max(last + 1, r.DeletedAt!.Value.ToUnix()));
        var named = deleted.Where(r => r.CertificateEndsAt is not { } end || now - end < NamedAfterEnd).TakeLast(ReadersMax);
        return ReaderRevocationList.Sign(
            SiteId.From(customerId), (uint)issued,
            [.. named.Select(r => new RevokedReader(ReaderId.From(r.Id), (uint)r.DeletedAt!.Value.ToUnix()))], siteKey);
    }
}
