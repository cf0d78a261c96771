using System.Globalization;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>
/// <i>Ask for a new one</i>: whoever holds an expired or replaced code lets those know who may make a new one, once a day
/// per code: the customer's own managers and owners, and where it has none, those of the nearest account above it. Nothing is made and no code is sent;
/// an administrator decides.
/// </summary>
sealed class AskForNewCode(CodeLookup codes, Outbox outbox, Store store, Settings settings, TimeProvider time)
{
    public const int AgainAfterHours = 24;

    public async Task<Outcome<bool>> Do(CodeRequest request, string network, CancellationToken cancel)
    {
        var code = CodeLookup.Read(request.Code);
        if (!code.Done)
            return code.Refused;
        var hash = codes.Hash(code.Value);
        // A guess never waits for the writer.
        return await codes.IsKnown(hash, cancel)
            ? await store.Write<Outcome<bool>>(db => Queue(db, hash, cancel), outcome => outcome.Done, cancel)
            : await codes.Unknown(code.Value, network, cancel);
    }

    async Task<Outcome<bool>> Queue(Db db, byte[] hash, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var found = await CodeLookup.WithKey(db, [hash]).FirstOrDefaultAsync(cancel);
        if (found?.Key?.User is not { } user || await Actor.AccountPath(db, found.CustomerId, cancel) is not { Count: > 0 } path)
            return Refusal.CodeUnknown;
        // A code that works, was used, or belongs to a key that has ended or is over has nothing to ask for; asking twice a day is asking once.
        if (!found.Key.CanInvite || found.Key.StateAt(now) == KeyState.Expired || found.ExpiresAt > now || found.AskedAt > now.AddHours(-AgainAfterHours))
            return true;
        var customer = await db.Accounts.Where(a => a.Id == found.CustomerId).Select(a => a.Name).SingleAsync(cancel);
        var administrators = await db.Memberships.Standing(now)
            .Where(m => path.Contains(m.AccountId) && (m.Role == Role.KeyManager || m.Role == Role.Owner) && m.Administrator!.Email != null)
            .Select(m => new { m.AccountId, m.Administrator!.Name, m.Administrator.Email, m.Administrator.Language }).ToListAsync(cancel);
        var nearest = path.Find(account => administrators.Exists(a => a.AccountId == account));
        foreach (var administrator in administrators.Where(a => a.AccountId == nearest))
        {
            var link = string.Create(CultureInfo.InvariantCulture, $"{settings.Origin}users/{user.Number}");
            var mail = AskedMail.Write(customer, user.Name, link, administrator.Name, administrator.Email!, administrator.Language);
            outbox.Queue(db, found.CustomerId, MessageKind.AskedForNewCode, mail, user.Id, null, null, now);
            found.AskedAt = now;
        }
        return true;
    }
}
