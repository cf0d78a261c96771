using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>A revocation that has not reached every reader.</summary>
public sealed record TravellingKey(int UserNumber, string User, Reach Reach);

static class TravellingKeys
{
    const int KeysMax = 50;

    public static async Task<Outcome<TravellingKey[]>> Read(Question q)
    {
        var keys = await q.Db.MobileKeys.AsNoTracking().Include(k => k.User)
            .Where(k => k.CustomerId == q.AccountId && k.State == KeyState.Revoking).OrderBy(k => k.StateSince).Take(KeysMax).ToListAsync(q.Cancel);
        if (keys.Count == 0)
            return Array.Empty<TravellingKey>();
        var reach = await ReachQuery.Ask(q.Db, q.AccountId, keys, q.Cancel);
        return keys.Where(k => reach.TryGetValue(k.Id, out var r) && r.Told < r.Of)
            .Select(k => new TravellingKey(k.User!.Number, k.User.Name, reach[k.Id])).ToArray();
    }
}
