using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Latchkey.Protocol.Handshake;

/// <summary>What a sealed message is; bit 7 says that the reader sends it (sealed-extension, "Messages").</summary>
public enum SealedType : byte
{
    Presentation = 0x01,
    StatusLists = 0x02,
    Result = 0x81,
}

/// <summary>One whole message that opened.</summary>
public sealed record SealedMessage(SealedType Type, byte[] Body);

/// <summary>What became of a frame.</summary>
public enum Opening
{
    /// <summary>A part of a message; more follow.</summary>
    More,

    /// <summary>The last part: the message is whole.</summary>
    Whole,

    /// <summary>Anything the other side would not send: the connection is closed (sealed-extension 3).</summary>
    Broken,
}

/// <summary>
/// Sealed frames behind M4 (sealed-extension, "Frame"): AES-256-GCM, one key and one counter per direction. The keys are
/// salted with M1 and M2 as sent, so nobody in the middle can have changed what PKOC's signatures do not cover. A side
/// that saw one frame break opens no other.
/// </summary>
public sealed class SealedChannel : IDisposable
{
    public const int PartBytesMax = 490;
    public const int MessageBytesMax = 4096;

    private const int HeadBytes = 2;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    private readonly AesGcm sending;
    private readonly AesGcm receiving;
    private readonly bool isReader;
    private readonly MemoryStream opened = new();
    private ulong sent;
    private ulong received;
    private SealedType? openedType;
    private bool broken;

    private SealedChannel(AesGcm sending, AesGcm receiving, bool isReader) =>
        (this.sending, this.receiving, this.isReader) = (sending, receiving, isReader);

    /// <param name="sessionKey">K.</param>
    /// <param name="m1">As sent.</param>
    /// <param name="m2">As sent.</param>
    public static SealedChannel ForReader(
        ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> m1, ReadOnlySpan<byte> m2) =>
        Make(sessionKey, transcript, m1, m2, isReader: true);

    /// <inheritdoc cref="ForReader"/>
    public static SealedChannel ForPhone(
        ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> m1, ReadOnlySpan<byte> m2) =>
        Make(sessionKey, transcript, m1, m2, isReader: false);

    /// <summary>Cuts a message into frames, each one characteristic value.</summary>
    public IReadOnlyList<byte[]> Seal(SealedType type, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body.Length > MessageBytesMax)
            throw new ArgumentException($"A sealed message has 1 to {MessageBytesMax} bytes.", nameof(body));
        var frames = new byte[(body.Length + PartBytesMax - 1) / PartBytesMax][];
        for (var i = 0; i < frames.Length; i++)
        {
            var part = body[(i * PartBytesMax)..Math.Min(body.Length, (i + 1) * PartBytesMax)];
            frames[i] = SealPart(type, more: i < frames.Length - 1, part);
        }
        return frames;
    }

    /// <summary>Takes the next frame of the other side.</summary>
    /// <param name="message">Set when the frame was the last part.</param>
    public Opening Open(ReadOnlySpan<byte> frame, out SealedMessage? message)
    {
        message = null;
        if (broken)
            return Opening.Broken;
        var opening = OpenPart(frame, out message);
        broken = opening == Opening.Broken;
        return opening;
    }

    public void Dispose()
    {
        sending.Dispose();
        receiving.Dispose();
        opened.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The channel owns both ciphers.")]
    private static SealedChannel Make(
        ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> transcript, ReadOnlySpan<byte> m1, ReadOnlySpan<byte> m2, bool isReader)
    {
        Span<byte> salted = stackalloc byte[Transcript.Bytes + 2 * Tlv.ValueBytesMax];
        transcript.CopyTo(salted);
        m1.CopyTo(salted[transcript.Length..]);
        m2.CopyTo(salted[(transcript.Length + m1.Length)..]);
        Span<byte> salt = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(salted[..(transcript.Length + m1.Length + m2.Length)], salt);

        Span<byte> shared = stackalloc byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, sessionKey, salt, shared);
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, shared, key, "latchkey/1 phone-to-reader"u8);
        var fromPhone = new AesGcm(key, TagBytes);
        HKDF.Expand(HashAlgorithmName.SHA256, shared, key, "latchkey/1 reader-to-phone"u8);
        var fromReader = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(shared);
        return isReader ? new(fromReader, fromPhone, isReader) : new(fromPhone, fromReader, isReader);
    }

    private byte[] SealPart(SealedType type, bool more, ReadOnlySpan<byte> part)
    {
        Span<byte> plaintext = stackalloc byte[HeadBytes + PartBytesMax];
        plaintext = plaintext[..(HeadBytes + part.Length)];
        plaintext[0] = (byte)type;
        plaintext[1] = more ? (byte)1 : (byte)0;
        part.CopyTo(plaintext[HeadBytes..]);

        var frame = new byte[Tlv.Size(plaintext.Length + TagBytes)];
        var rest = frame.AsSpan();
        var value = Tlv.Open(ref rest, Tags.Vendor, plaintext.Length + TagBytes);
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, sent++);
        sending.Encrypt(nonce, plaintext, value[..plaintext.Length], value[plaintext.Length..]);
        return frame;
    }

    private Opening OpenPart(ReadOnlySpan<byte> frame, out SealedMessage? message)
    {
        message = null;
        if (!TlvMessage.TryRead(frame, out var fields) || fields.Count != 1 || !fields.Find(Tags.Vendor, out var value))
            return Opening.Broken;
        var length = value.Length - TagBytes;
        if (length is <= HeadBytes or > HeadBytes + PartBytesMax) // 1
            return Opening.Broken;
        Span<byte> plaintext = stackalloc byte[HeadBytes + PartBytesMax];
        plaintext = plaintext[..length];
        if (!TryDecrypt(value, plaintext))
            return Opening.Broken;

        var type = (SealedType)plaintext[0];
        if (!IsExpected(type) || plaintext[1] > 1 || (openedType is { } begun && begun != type)) // 2, 3
            return Opening.Broken;
        if (opened.Length + length - HeadBytes > MessageBytesMax) // 2
            return Opening.Broken;
        opened.Write(plaintext[HeadBytes..]);
        if (plaintext[1] == 1)
        {
            openedType = type;
            return Opening.More;
        }
        message = new SealedMessage(type, opened.ToArray());
        opened.SetLength(0);
        openedType = null;
        return Opening.Whole;
    }

    private bool TryDecrypt(ReadOnlySpan<byte> value, Span<byte> plaintext)
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, received++);
        try
        {
            receiving.Decrypt(nonce, value[..plaintext.Length], value[plaintext.Length..], plaintext);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private bool IsExpected(SealedType type) => isReader ? type is SealedType.Presentation or SealedType.StatusLists : type == SealedType.Result;

    private static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
    }
}
