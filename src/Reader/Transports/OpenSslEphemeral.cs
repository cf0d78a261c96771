using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;

namespace Latchkey.Reader.Transports;

/// <summary>
/// A transaction's ephemeral key on libcrypto itself. The platform's classes check every key twice over (an extra scalar multiplication when one is
/// made and when a peer's is imported), which is half of a transaction's work; the protocol has checked the peer's point already, and libcrypto
/// checks it again when it reads it. See docs/decisions/0006.
/// </summary>
public sealed partial class OpenSslEphemeral : EphemeralKey
{
    const string Library = "libcrypto.so.3";

    /// <summary>False where this libcrypto is not installed: the platform's own class serves then.</summary>
    static readonly bool IsThere = NativeLibrary.TryLoad(Library, out _);

    readonly Key _key;

    OpenSslEphemeral(Key key, ReadOnlySpan<byte> point) : base(point) => _key = key;

    [SuppressMessage("Reliability", "CA2000", Justification = "The ephemeral owns the key.")]
    public static EphemeralKey Make() => IsThere ? MakeHere() : Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    static OpenSslEphemeral MakeHere()
    {
        using var context = Checked(EVP_PKEY_CTX_new_from_name(0, "EC", 0));
        Check(EVP_PKEY_keygen_init(context));
        Check(EVP_PKEY_CTX_set_group_name(context, "P-256"));
        Check(EVP_PKEY_generate(context, out var key));
        var point = new byte[P256.UncompressedBytes];
        Check(EVP_PKEY_get_octet_string_param(key, "pub", point, (nuint)point.Length, out var length));
        if (length != P256.UncompressedBytes)
            throw new CryptographicException("libcrypto gave a point of another form.");
        return new(key, point);
    }

    protected override void Agree(ECParameters peer, Span<byte> sessionKey)
    {
        using var other = Checked(EVP_PKEY_new());
        Check(EVP_PKEY_copy_parameters(other, _key));
        byte[] point = [0x04, .. peer.Q.X!, .. peer.Q.Y!];
        Check(EVP_PKEY_set1_encoded_public_key(other, point, (nuint)point.Length));
        using var context = Checked(EVP_PKEY_CTX_new_from_pkey(0, _key, 0));
        Check(EVP_PKEY_derive_init(context));
        Check(EVP_PKEY_derive_set_peer_ex(context, other, validatePeer: 0));
        Span<byte> secret = stackalloc byte[P256.CoordinateBytes];
        var length = (nuint)secret.Length;
        Check(EVP_PKEY_derive(context, ref MemoryMarshal.GetReference(secret), ref length));
        SHA256.HashData(secret, sessionKey);
        CryptographicOperations.ZeroMemory(secret);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _key.Dispose();
    }

    static void Check(int result)
    {
        if (result != 1)
            throw new CryptographicException("libcrypto refused an operation on an ephemeral key.");
    }

    static T Checked<T>(T handle) where T : SafeHandle =>
        handle.IsInvalid ? throw new CryptographicException("libcrypto is out of memory.") : handle;

    /// <summary>An EVP_PKEY; freeing it wipes the secret.</summary>
    sealed class Key() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    sealed class Context() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_CTX_free(handle);
            return true;
        }
    }

    [LibraryImport(Library)] private static partial Key EVP_PKEY_new();
    [LibraryImport(Library)] private static partial void EVP_PKEY_free(nint key);
    [LibraryImport(Library)] private static partial int EVP_PKEY_copy_parameters(Key to, Key from);
    [LibraryImport(Library)] private static partial int EVP_PKEY_set1_encoded_public_key(Key key, byte[] point, nuint length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int EVP_PKEY_get_octet_string_param(Key key, string name, byte[] buffer, nuint size, out nuint length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial Context EVP_PKEY_CTX_new_from_name(nint library, string name, nint properties);

    [LibraryImport(Library)] private static partial Context EVP_PKEY_CTX_new_from_pkey(nint library, Key key, nint properties);
    [LibraryImport(Library)] private static partial void EVP_PKEY_CTX_free(nint context);
    [LibraryImport(Library)] private static partial int EVP_PKEY_keygen_init(Context context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int EVP_PKEY_CTX_set_group_name(Context context, string name);

    [LibraryImport(Library)] private static partial int EVP_PKEY_generate(Context context, out Key key);
    [LibraryImport(Library)] private static partial int EVP_PKEY_derive_init(Context context);
    [LibraryImport(Library)] private static partial int EVP_PKEY_derive_set_peer_ex(Context context, Key peer, int validatePeer);
    [LibraryImport(Library)] private static partial int EVP_PKEY_derive(Context context, ref byte secret, ref nuint length);
}
