using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>What the phone says about the person and itself. Its own claim, not an attestation.</summary>
[Flags]
public enum PresentationFlags : byte
{
    None = 0,
    UserVerified = 1,
    ScreenLock = 2,
    OneTap = 4,
}

/// <summary>Sealed message 01: the access document, shown at a reader that is proven (sealed-extension, "Messages").</summary>
/// <param name="Document">As issued; 1 to 1024 bytes, not read here.</param>
/// <param name="VerifiedAt">When the person last unlocked the phone for the wallet, seconds.</param>
/// <param name="PhoneClock">Seconds.</param>
public sealed record PresentationMessage(byte[] Document, PresentationFlags Flags, long? VerifiedAt, long PhoneClock)
{
    /// <summary>Largest access document, bytes.</summary>
    public const int DocumentBytesMax = 1024;

    internal const PresentationFlags AllFlags =
        PresentationFlags.UserVerified | PresentationFlags.ScreenLock | PresentationFlags.OneTap;

    public byte[] Write() => Cbor.Write(writer =>
    {
        writer.WriteStartMap(VerifiedAt is null ? 3 : 4);
        writer.Bytes(1, Document).Uint(2, (long)Flags).Uint(3, VerifiedAt).Uint(4, PhoneClock);
        writer.WriteEndMap();
    });

    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out PresentationMessage? message) =>
        Cbor.TryRead(body, Read, out message);

    private static PresentationMessage Read(CborSource source)
    {
        source.OpenMap();
        var message = new PresentationMessage(
            source.Key(1).Bytes(1, DocumentBytesMax),
            (PresentationFlags)source.Key(2).Uint((long)AllFlags),
            source.HasKey(3) ? source.Time() : null,
            source.Key(4).Time());
        source.CloseMap();
        return message;
    }

    public bool Equals(PresentationMessage? other) =>
        other is not null && Document.AsSpan().SequenceEqual(other.Document)
        && (Flags, VerifiedAt, PhoneClock) == (other.Flags, other.VerifiedAt, other.PhoneClock);

    public override int GetHashCode() => HashCode.Combine(Document.Length, Flags, VerifiedAt, PhoneClock);
}
