using System.Collections.Concurrent;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Keys;

/// <summary>
/// Signs in a customer's name. Private halves are sealed in the store and opened here only; an opened key is kept, since
/// opening one costs more than signing.
/// </summary>
public sealed class SiteSigners(SecretBox box) : IDisposable
{
    const string SealPurpose = "signing-key";

    readonly ConcurrentDictionary<Guid, EcdsaSigner> opened = new();

    /// <summary>A new key pair; add it to the store in the transaction that needs it.</summary>
    public SigningKey Make(Guid customerId, KeyPurpose purpose, DateTimeOffset now) => Make(customerId, purpose, now, Guid.NewGuid());

    internal SigningKey Make(Guid customerId, KeyPurpose purpose, DateTimeOffset now, Guid id)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = PublicKey.Of(key);
        var secret = key.ExportPkcs8PrivateKey();
        try
        {
            return new()
            {
                CustomerId = customerId,
                Id = id,
                Purpose = purpose,
                Kid = publicKey.Kid,
                PublicKey = publicKey.ToBytes(),
                PrivateKeySealed = box.Seal(SealPurpose, id, secret),
                CreatedAt = now,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Whether this server's master key opens what was sealed as the key of this id.</summary>
    internal bool Opens(Guid id, byte[] privateKeySealed)
    {
        try
        {
            CryptographicOperations.ZeroMemory(box.Open(SealPurpose, id, privateKeySealed));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether this server's master key opens the key.</summary>
    internal bool Opens(SigningKey key)
    {
        try
        {
            Of(key);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The customer's newest key for the purpose.</summary>
    public async Task<ISigner> Of(Db db, Guid customerId, KeyPurpose purpose, CancellationToken cancel)
    {
        var newest = await db.SigningKeys.AsNoTracking()
            .Where(k => k.CustomerId == customerId && k.Purpose == purpose && k.RetiredAt == null)
            .OrderByDescending(k => k.CreatedAt).FirstAsync(cancel);
        return Of(newest);
    }

    public ISigner Of(SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return opened.GetOrAdd(key.Id, static (_, use) => Open(use.box, use.key), (box, key));
    }

    static EcdsaSigner Open(SecretBox box, SigningKey key)
    {
        var secret = box.Open(SealPurpose, key.Id, key.PrivateKeySealed);
        try
        {
            var opened = ECDsa.Create();
            opened.ImportPkcs8PrivateKey(secret, out _);
            return new(opened);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    public void Dispose()
    {
        foreach (var signer in opened.Values)
            signer.Dispose();
    }
}
