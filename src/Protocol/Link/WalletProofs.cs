using System.Diagnostics.CodeAnalysis;
using System.Formats.Cbor;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>The wallet redeems a code for a key it has just made (wallet-api, "Activate").</summary>
/// <param name="Code">Canonical text; read as a code by the server, not here.</param>
/// <param name="Device">The key to bind; the proof is signed by it.</param>
/// <param name="Time">The phone's clock, seconds.</param>
/// <param name="Platform">At most <see cref="PlatformBytesMax"/> bytes of UTF-8.</param>
public sealed record RedeemProof(string Code, PublicKey Device, long Time, string Platform, uint WalletVersion) : Proof
{
    public const int CodeBytesMax = 64;
    public const int PlatformBytesMax = 64;

    private protected override string SignedAs => Typ.Redeem;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RedeemProof? proof) =>
        TryRead(bytes, Typ.Redeem, Read, out proof);

    private protected override void WritePayload(CborWriter writer)
    {
        writer.WriteStartMap(5);
        writer.Text(1, Code).Bytes(2, Device.Span).Uint(3, Time).Text(4, Platform).Uint(5, WalletVersion);
        writer.WriteEndMap();
    }

    private protected override Proof ReadPayload(CborSource source) => Read(source);

    private static RedeemProof Read(CborSource source)
    {
        source.OpenMap();
        var proof = new RedeemProof(
            source.Key(1).Text(CodeBytesMax),
            source.Key(2).Bytes<PublicKey>(PublicKey.Bytes, PublicKey.TryRead!),
            source.Key(3).Time(),
            source.Key(4).Text(PlatformBytesMax),
            source.Key(5).Uint32());
        source.CloseMap();
        return proof;
    }
}

/// <summary>The wallet asks for a fresh document of a key it holds (wallet-api, "Renew"). Signed by the device key.</summary>
/// <param name="Key">Dense key number within the site.</param>
/// <param name="Time">The phone's clock, seconds.</param>
public sealed record RenewProof(SiteId Site, uint Key, long Time, uint WalletVersion) : Proof
{
    private protected override string SignedAs => Typ.Renew;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out RenewProof? proof) =>
        TryRead(bytes, Typ.Renew, Read, out proof);

    private protected override void WritePayload(CborWriter writer)
    {
        writer.WriteStartMap(4);
        writer.Bytes(1, Site.ToBytes()).Uint(2, Key).Uint(3, Time).Uint(4, WalletVersion);
        writer.WriteEndMap();
    }

    private protected override Proof ReadPayload(CborSource source) => Read(source);

    private static RenewProof Read(CborSource source)
    {
        source.OpenMap();
        var proof = new RenewProof(
            source.Key(1).Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead),
            source.Key(2).Uint32(),
            source.Key(3).Time(),
            source.Key(4).Uint32());
        source.CloseMap();
        return proof;
    }
}

/// <summary>The wallet presents at a reader through the server (wallet-api, "Remote presentation"). Signed by the device key.</summary>
/// <param name="Nonce">The server's, 16 bytes, single use.</param>
/// <param name="Time">The phone's clock, seconds.</param>
/// <param name="VerifiedAt">When the person last unlocked the phone for the wallet, seconds.</param>
public sealed record OpenProof(
    SiteId Site, ReaderId Reader, Guid Nonce, long Time, PresentationFlags Flags, long? VerifiedAt) : Proof
{
    private protected override string SignedAs => Typ.Open;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out OpenProof? proof) =>
        TryRead(bytes, Typ.Open, Read, out proof);

    private protected override void WritePayload(CborWriter writer)
    {
        writer.WriteStartMap(VerifiedAt is null ? 5 : 6);
        writer.Bytes(1, Site.ToBytes()).Bytes(2, Reader.ToBytes()).Bytes(3, Nonce.ToByteArray(bigEndian: true))
            .Uint(4, Time).Uint(5, (long)Flags).Uint(6, VerifiedAt);
        writer.WriteEndMap();
    }

    private protected override Proof ReadPayload(CborSource source) => Read(source);

    private static OpenProof Read(CborSource source)
    {
        source.OpenMap();
        var proof = new OpenProof(
            source.Key(1).Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead),
            source.Key(2).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            new Guid(source.Key(3).Bytes(16), bigEndian: true),
            source.Key(4).Time(),
            (PresentationFlags)source.Key(5).Uint((long)PresentationMessage.AllFlags),
            source.HasKey(6) ? source.Time() : null);
        source.CloseMap();
        return proof;
    }
}
