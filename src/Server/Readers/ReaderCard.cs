using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Sync;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Readers;

/// <summary>One reader, whole.</summary>
/// <param name="Row">As in the list.</param>
/// <param name="Fingerprint">Of its key, as the reader itself shows it.</param>
/// <param name="PairedAt">When it was confirmed.</param>
/// <param name="CertificateEndsAt">Its certificate is renewed over the link at half its life.</param>
/// <param name="LinkedSince">Since when it has held its link.</param>
/// <param name="Levels">The access levels that open it.</param>
/// <param name="Users">How many users they are given to, without those on hold or deleted; counted up to 10,000.</param>
public sealed record ReaderCardAnswer(
    ReaderRow Row, string Fingerprint, DateTimeOffset PairedAt, DateTimeOffset? CertificateEndsAt, DateTimeOffset? LinkedSince,
    IReadOnlyList<ReaderLevel> Levels, int Users);

/// <param name="LevelId">The access level.</param>
/// <param name="Name">Its name.</param>
/// <param name="Schedule">Its schedule; 0 is always.</param>
public sealed record ReaderLevel(Guid LevelId, string Name, int Schedule);

public sealed class ReaderCard(Acts acts, Links links)
{
    public Task<Outcome<ReaderCardAnswer>> Ask(Actor actor, Guid customerId, Guid readerId, CancellationToken cancel) =>
        acts.Ask<ReaderCardAnswer>(actor, customerId, Role.Auditor, async q =>
        {
            var rows = await ReaderList.Rows(q.Db, links, customerId, readerId, q.Now, q.Cancel);
            if (rows is not [var row])
                return Refusal.NotFound;
            var reader = await q.Db.Readers.AsNoTracking()
                .SingleAsync(r => r.CustomerId == customerId && r.Id == readerId, q.Cancel);
            var levels = q.Db.AccessLevels.AsNoTracking().Where(l => l.CustomerId == customerId
                && (l.AllReaders || q.Db.AccessLevelReaders.Any(
                    h => h.CustomerId == customerId && h.LevelId == l.Id && h.ReaderId == readerId)));
            var users = await q.Db.UserAccessLevels
                .Where(u => u.CustomerId == customerId && levels.Any(l => l.Id == u.LevelId)).Take(Counted.Max)
                .Where(u => q.Db.Users.Any(user => user.CustomerId == customerId && user.Id == u.UserId && user.State == UserState.Active))
                .Select(u => u.UserId).Distinct().CountAsync(q.Cancel);
            return new ReaderCardAnswer(
                row, Fingerprints.Of(reader.PublicKey) ?? "", reader.CreatedAt, reader.CertificateEndsAt, reader.LinkedSince,
                await levels.OrderBy(l => l.Name).Select(l => new ReaderLevel(l.Id, l.Name, l.Schedule)).ToListAsync(q.Cancel),
                users);
        }, cancel);
}
