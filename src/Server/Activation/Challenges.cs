using System.Buffers.Binary;
using System.Security.Cryptography;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>The site a wallet wants to present at.</summary>
/// <param name="Site">Site identifier, 16 bytes in base64url.</param>
public sealed record ChallengeRequest(string? Site);

/// <param name="Nonce">16 bytes in base64url, single use.</param>
/// <param name="Expires">Seconds.</param>
public sealed record ChallengeAnswer(string Nonce, long Expires);

/// <summary>
/// Nonces for remote presentation. Nothing is stored when one is asked for, so asking costs an attacker as much as us: the
/// nonce proves itself (time ‖ random ‖ MAC, bound to the site) and only a spent one is remembered, until it would have ended.
/// </summary>
public sealed class Challenges(SecretBox box, Store store, TimeProvider time)
{
    public const int LifeSeconds = 30;
    public const int NonceBytes = 16;
    const int MacStart = 8;

    readonly byte[] key = box.Derive("challenge");

    public async Task<Outcome<ChallengeAnswer>> Make(ChallengeRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Binary.TryRead(request.Site, out var bytes) || !SiteId.TryRead(bytes, out var site))
            return new Refused(Refusal.BodyMalformed, "site");
        await using var db = store.Open();
        if ((await Actor.AccountPath(db, site.Value, cancel)).Count == 0)
            return Refusal.KeyUnknown;
        var expires = time.GetUtcNow().ToUnixTimeSeconds() + LifeSeconds;
        var nonce = new byte[NonceBytes];
        BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)expires);
        RandomNumberGenerator.Fill(nonce.AsSpan(4, 4));
        Mac(site, nonce).CopyTo(nonce.AsSpan(MacStart));
        return new ChallengeAnswer(Binary.Text(nonce), expires);
    }

    /// <summary>Spends a nonce: false when it is not ours, not for this site, over, or spent before.</summary>
    public async Task<bool> Spend(SiteId site, ReadOnlyMemory<byte> nonce, CancellationToken cancel)
    {
        if (nonce.Length != NonceBytes || !CryptographicOperations.FixedTimeEquals(Mac(site, nonce.Span), nonce.Span[MacStart..]))
            return false;
        var now = time.GetUtcNow();
        var ends = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(nonce.Span));
        if (ends <= now)
            return false;
        var spent = new Sync.SpentNonce { CustomerId = site.Value, Nonce = nonce.ToArray(), EndsAt = ends };
        // So that sending one again and again never keeps the writer busy.
        if (await IsSpent(spent, cancel))
            return false;
        try
        {
            await store.Write(
                async db =>
                {
                    await db.SpentNonces.Where(n => n.EndsAt <= now).ExecuteDeleteAsync(cancel);
                    db.SpentNonces.Add(spent);
                },
                cancel);
            return true;
        }
        catch (DbUpdateException)
        {
            // The primary key is the once-only rule; asking first leaves a gap between two replicas.
            if (await IsSpent(spent, cancel))
                return false;
            throw;
        }
    }

    async Task<bool> IsSpent(Sync.SpentNonce nonce, CancellationToken cancel)
    {
        await using var db = store.Open();
        return await db.SpentNonces.AnyAsync(n => n.CustomerId == nonce.CustomerId && n.Nonce == nonce.Nonce, cancel);
    }

    byte[] Mac(SiteId site, ReadOnlySpan<byte> nonce) =>
        HMACSHA256.HashData(key, (byte[])[.. site.ToBytes(), .. nonce[..MacStart]])[..(NonceBytes - MacStart)];
}
