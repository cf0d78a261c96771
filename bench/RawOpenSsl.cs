using System.Runtime.InteropServices;

namespace Latchkey.Bench;

/// <summary>
/// The platform's libcrypto called directly, with keys kept and nothing of ours around it: the floor under a door transaction.
/// </summary>
sealed partial class RawOpenSsl : IDisposable
{
    const string Library = "libcrypto.so.3";
    readonly nint _key = Generate();
    readonly byte[] _peerPoint;
    readonly byte[] _digest = new byte[32];
    readonly byte[] _signature = new byte[80];
    readonly byte[] _secret = new byte[32];
    readonly byte[] _buffer = new byte[512];
    readonly byte[] _mac = new byte[32];
    readonly nint _ccm = NotNull(EVP_CIPHER_fetch(0, "AES-256-CCM", 0));
    readonly nint _gcm = NotNull(EVP_CIPHER_fetch(0, "AES-256-GCM", 0));
    nuint _signatureLength;

    public RawOpenSsl()
    {
        var peer = Generate();
        _peerPoint = Point(peer);
        EVP_PKEY_free(peer);
        Sign();
    }

    /// <summary>A fresh P-256 key pair: the reader's ephemeral.</summary>
    public static void MakeKey() => EVP_PKEY_free(Generate());

    /// <summary>Import of the phone's ephemeral point (with its curve check) and one agreement.</summary>
    public void ImportAndAgree()
    {
        var peer = Import();
        var context = NotNull(EVP_PKEY_CTX_new_from_pkey(0, _key, 0));
        Good(EVP_PKEY_derive_init(context));
        // The point was checked against the curve at its import; of a curve of prime order nothing more can be asked.
        Good(EVP_PKEY_derive_set_peer_ex(context, peer, 0));
        nuint length = 32;
        Good(EVP_PKEY_derive(context, _secret, ref length));
        EVP_PKEY_CTX_free(context);
        EVP_PKEY_free(peer);
    }

    /// <summary>Import of a signer's point alone: what a phone met for the first time costs beyond a verification.</summary>
    public void ImportOnly() => EVP_PKEY_free(Import());

    public void Sign()
    {
        var context = NotNull(EVP_PKEY_CTX_new_from_pkey(0, _key, 0));
        Good(EVP_PKEY_sign_init(context));
        _signatureLength = (nuint)_signature.Length;
        Good(EVP_PKEY_sign(context, _signature, ref _signatureLength, _digest, (nuint)_digest.Length));
        EVP_PKEY_CTX_free(context);
    }

    public void Verify()
    {
        var context = NotNull(EVP_PKEY_CTX_new_from_pkey(0, _key, 0));
        Good(EVP_PKEY_verify_init(context));
        Good(EVP_PKEY_verify(context, _signature, _signatureLength, _digest, (nuint)_digest.Length));
        EVP_PKEY_CTX_free(context);
    }

    /// <summary>M4 opened, one sealed frame opened and one sealed, and the hashes that derive their keys.</summary>
    public void CipherAndDerive()
    {
        Cipher(_ccm, isCcm: true, _buffer.AsSpan(0, 146));
        Cipher(_gcm, isCcm: false, _buffer.AsSpan(0, 270));
        Cipher(_gcm, isCcm: false, _buffer.AsSpan(0, 20));
        for (var i = 0; i < 3; i++)
        {
            nuint length = 32;
            if (EVP_Q_mac(0, "HMAC", 0, "SHA256", 0, _secret, 32, _digest, 32, _mac, 32, ref length) == 0)
                throw new InvalidOperationException("libcrypto refused an HMAC of the benchmark.");
        }
    }

    // Encryption: the same block operations as decryption, without a tag that would have to be good.
    void Cipher(nint cipher, bool isCcm, Span<byte> data)
    {
        const int setIvLength = 0x9, getTag = 0x10, setTag = 0x11;
        var context = NotNull(EVP_CIPHER_CTX_new());
        Good(EVP_EncryptInit_ex(context, cipher, 0, 0, 0));
        Good(EVP_CIPHER_CTX_ctrl(context, setIvLength, 12, 0));
        if (isCcm)
            Good(EVP_CIPHER_CTX_ctrl(context, setTag, 16, 0));
        Good(EVP_EncryptInit_ex(context, 0, 0, ref _secret[0], ref _digest[0]));
        if (isCcm)
            Good(EVP_EncryptUpdate(context, 0, out _, 0, data.Length));
        Good(EVP_EncryptUpdate(context, ref data[0], out _, ref data[0], data.Length));
        if (!isCcm)
            Good(EVP_EncryptFinal_ex(context, ref _mac[0], out _));
        Good(EVP_CIPHER_CTX_ctrl(context, getTag, 16, ref _mac[0]));
        EVP_CIPHER_CTX_free(context);
    }

    public void Dispose()
    {
        EVP_PKEY_free(_key);
        EVP_CIPHER_free(_ccm);
        EVP_CIPHER_free(_gcm);
    }

    nint Import()
    {
        var peer = NotNull(EVP_PKEY_new());
        Good(EVP_PKEY_copy_parameters(peer, _key));
        Good(EVP_PKEY_set1_encoded_public_key(peer, _peerPoint, (nuint)_peerPoint.Length));
        return peer;
    }

    static nint Generate()
    {
        var context = NotNull(EVP_PKEY_CTX_new_from_name(0, "EC", 0));
        Good(EVP_PKEY_keygen_init(context));
        Good(EVP_PKEY_CTX_set_group_name(context, "P-256"));
        Good(EVP_PKEY_generate(context, out var key));
        EVP_PKEY_CTX_free(context);
        return key;
    }

    static byte[] Point(nint key)
    {
        var point = new byte[65];
        Good(EVP_PKEY_get_octet_string_param(key, "pub", point, (nuint)point.Length, out _));
        return point;
    }

    static void Good(int result)
    {
        if (result != 1)
            throw new InvalidOperationException("libcrypto refused an operation of the benchmark.");
    }

    static nint NotNull(nint pointer) => pointer != 0 ? pointer : throw new InvalidOperationException("libcrypto gave nothing.");

    [LibraryImport(Library)] private static partial nint EVP_PKEY_new();
    [LibraryImport(Library)] private static partial void EVP_PKEY_free(nint key);
    [LibraryImport(Library)] private static partial int EVP_PKEY_copy_parameters(nint to, nint from);
    [LibraryImport(Library)] private static partial int EVP_PKEY_set1_encoded_public_key(nint key, byte[] point, nuint length);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int EVP_PKEY_get_octet_string_param(nint key, string name, byte[] buffer, nuint size, out nuint length);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_PKEY_CTX_new_from_name(nint library, string name, nint properties);
    [LibraryImport(Library)] private static partial nint EVP_PKEY_CTX_new_from_pkey(nint library, nint key, nint properties);
    [LibraryImport(Library)] private static partial void EVP_PKEY_CTX_free(nint context);
    [LibraryImport(Library)] private static partial int EVP_PKEY_keygen_init(nint context);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int EVP_PKEY_CTX_set_group_name(nint context, string name);
    [LibraryImport(Library)] private static partial int EVP_PKEY_generate(nint context, out nint key);
    [LibraryImport(Library)] private static partial int EVP_PKEY_derive_init(nint context);
    [LibraryImport(Library)] private static partial int EVP_PKEY_derive_set_peer_ex(nint context, nint peer, int validatePeer);
    [LibraryImport(Library)] private static partial int EVP_PKEY_derive(nint context, byte[] secret, ref nuint length);
    [LibraryImport(Library)] private static partial int EVP_PKEY_sign_init(nint context);
    [LibraryImport(Library)] private static partial int EVP_PKEY_sign(nint context, byte[] signature, ref nuint length, byte[] digest, nuint digestLength);
    [LibraryImport(Library)] private static partial int EVP_PKEY_verify_init(nint context);
    [LibraryImport(Library)] private static partial int EVP_PKEY_verify(nint context, byte[] signature, nuint length, byte[] digest, nuint digestLength);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_CIPHER_fetch(nint library, string name, nint properties);
    [LibraryImport(Library)] private static partial void EVP_CIPHER_free(nint cipher);
    [LibraryImport(Library)] private static partial nint EVP_CIPHER_CTX_new();
    [LibraryImport(Library)] private static partial void EVP_CIPHER_CTX_free(nint context);
    [LibraryImport(Library)] private static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, nint pointer);
    [LibraryImport(Library)] private static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, ref byte pointer);
    [LibraryImport(Library)] private static partial int EVP_EncryptInit_ex(nint context, nint cipher, nint engine, nint key, nint iv);
    [LibraryImport(Library)] private static partial int EVP_EncryptInit_ex(nint context, nint cipher, nint engine, ref byte key, ref byte iv);
    [LibraryImport(Library)] private static partial int EVP_EncryptUpdate(nint context, nint to, out int written, nint from, int length);
    [LibraryImport(Library)] private static partial int EVP_EncryptUpdate(nint context, ref byte to, out int written, ref byte from, int length);
    [LibraryImport(Library)] private static partial int EVP_EncryptFinal_ex(nint context, ref byte to, out int written);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint EVP_Q_mac(
        nint library, string name, nint properties, string sub, nint parameters, byte[] key, nuint keyLength,
        byte[] data, nuint dataLength, byte[] mac, nuint size, ref nuint length);
}
