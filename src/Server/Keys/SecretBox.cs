using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Latchkey.Server.Keys;

/// <summary>
/// Seals what the store must not show: private keys, system keys, queued mails. AES-256-GCM under keys derived from one
/// master key, which is a file beside the data and never in the store, so that a copy of the database alone opens nothing.
/// </summary>
public sealed class SecretBox
{
    public const int MasterKeyBytes = 32;
    const byte Version = 1;
    const int NonceBytes = 12;
    const int TagBytes = 16;

    readonly byte[] master;

    public SecretBox(ReadOnlySpan<byte> master)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(master.Length, MasterKeyBytes);
        this.master = master.ToArray();
    }

    /// <summary>Seals for one purpose and one owner: a sealed value moved to another row or column does not open.</summary>
    public byte[] Seal(string purpose, Guid owner, ReadOnlySpan<byte> plain)
    {
        var sealedBytes = new byte[1 + NonceBytes + TagBytes + plain.Length];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(Derive(purpose), TagBytes);
        gcm.Encrypt(
            nonce, plain, sealedBytes.AsSpan(1 + NonceBytes + TagBytes), sealedBytes.AsSpan(1 + NonceBytes, TagBytes),
            Context(purpose, owner));
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">Sealed by another master key, or changed.</exception>
    public byte[] Open(string purpose, Guid owner, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < 1 + NonceBytes + TagBytes || sealedBytes[0] != Version)
            throw new CryptographicException("A sealed value is cut or of another version.");
        var plain = new byte[sealedBytes.Length - 1 - NonceBytes - TagBytes];
        using var gcm = new AesGcm(Derive(purpose), TagBytes);
        gcm.Decrypt(
            sealedBytes.Slice(1, NonceBytes), sealedBytes[(1 + NonceBytes + TagBytes)..],
            sealedBytes.Slice(1 + NonceBytes, TagBytes), plain, Context(purpose, owner));
        return plain;
    }

    /// <summary>A key of its own for one purpose, such as hashing activation codes.</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 32, info: Encoding.UTF8.GetBytes("latchkey/1 " + purpose));

    static byte[] Context(string purpose, Guid owner)
    {
        var text = Encoding.UTF8.GetBytes(purpose);
        var context = new byte[4 + text.Length + 16];
        BinaryPrimitives.WriteInt32BigEndian(context, text.Length);
        text.CopyTo(context, 4);
        owner.TryWriteBytes(context.AsSpan(4 + text.Length), bigEndian: true, out _);
        return context;
    }
}
