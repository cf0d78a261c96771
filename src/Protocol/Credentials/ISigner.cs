using System.Security.Cryptography;

namespace Latchkey.Protocol.Credentials;

/// <summary>The capability to sign with one key, wherever its private half is kept.</summary>
public interface ISigner
{
    PublicKey Public { get; }

    /// <summary>ECDSA with SHA-256 over P-256; 64 bytes, <c>r ‖ s</c>.</summary>
    byte[] Sign(ReadOnlySpan<byte> data);
}

/// <summary>Signs with a key of the platform. Owns it.</summary>
public sealed class EcdsaSigner(ECDsa key) : ISigner, IDisposable
{
    public PublicKey Public { get; } = PublicKey.Of(key);

    public byte[] Sign(ReadOnlySpan<byte> data) =>
        key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public void Dispose() => key.Dispose();

    public override string ToString() => $"signer {Public}";
}
