using System.Security.Cryptography;

namespace Latchkey.Protocol.Handshake;

/// <summary>
/// AES-256-CCM as PKOC uses it for M4: one message under each session key, so counter 1 and never another, no associated
/// data, the 16-byte tag appended (pkoc-ble, "Messages").
/// </summary>
public static class Ccm
{
    public const int TagBytes = 16;

    private static ReadOnlySpan<byte> Nonce => [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1];

    /// <param name="sealedText">Takes the ciphertext and the tag: <see cref="TagBytes"/> more than the plaintext.</param>
    public static void Encrypt(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> plaintext, Span<byte> sealedText)
    {
        using var aes = new AesCcm(sessionKey);
        aes.Encrypt(Nonce, plaintext, sealedText[..plaintext.Length], sealedText[plaintext.Length..]);
    }

    /// <param name="plaintext">Takes exactly <see cref="TagBytes"/> bytes less than came.</param>
    public static bool TryDecrypt(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> sealedText, Span<byte> plaintext)
    {
        if (sealedText.Length < TagBytes)
            return false;
        var cut = sealedText.Length - TagBytes;
        using var aes = new AesCcm(sessionKey);
        try
        {
            aes.Decrypt(Nonce, sealedText[..cut], sealedText[cut..], plaintext);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
