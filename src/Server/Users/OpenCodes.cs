using System.Security.Cryptography;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Users;

/// <summary>Makes activation codes. A key has at most one that works: a new one stops those before it.</summary>
public sealed class OpenCodes(CodeKey codeKey, Settings settings)
{
    public async Task<(string Code, string Link)> Make(Act act, MobileKey key, DateTimeOffset endsAt)
    {
        ArgumentNullException.ThrowIfNull(act);
        ArgumentNullException.ThrowIfNull(key);
        await Stop(act, key.Id);
        var code = Latchkey.Protocol.Credentials.ActivationCode.NewBase32(RandomNumberGenerator.Fill);
        act.Db.ActivationCodes.Add(new()
        {
            CustomerId = key.CustomerId,
            Id = Guid.CreateVersion7(act.Now),
            KeyId = key.Id,
            Hash = codeKey.Hash(code.Canonical),
            CreatedAt = act.Now,
            ExpiresAt = endsAt,
        });
        key.Invite(endsAt, act.Now);
        return (code.Grouped, $"{settings.Origin}w/#{code.Grouped}");
    }

    internal static async Task Stop(Act act, Guid mobileKeyId)
    {
        var open = await act.Db.ActivationCodes
            .Where(c => c.CustomerId == act.CustomerId && c.KeyId == mobileKeyId && c.UsedAt == null && c.StoppedAt == null)
            .ToListAsync(act.Cancel);
        foreach (var code in open)
            code.StoppedAt = act.Now;
        await Outbox.Stop(act.Db, act.CustomerId, mobileKeyId, act.Now, act.Cancel);
    }
}
