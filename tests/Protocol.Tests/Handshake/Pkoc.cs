using System.Globalization;
using System.Security.Cryptography;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>The fixed site, reader and keys of the PKOC vectors, and messages made of single fields.</summary>
static class Pkoc
{
    public static readonly SiteId Site = new(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff", CultureInfo.InvariantCulture));
    public static readonly ReaderId Reader = new(Guid.Parse("0f0e0d0c-0b0a-0908-0706-050403020100", CultureInfo.InvariantCulture));
    public static readonly LabelledKey SiteIssuer = new("pkoc-test site-issuer");
    public static readonly LabelledKey ReaderSigning = new("pkoc-test reader-signing");
    public static readonly LabelledKey ReaderEphemeral = new("pkoc-test reader-ephemeral");
    public static readonly LabelledKey DeviceEphemeral = new("pkoc-test device-ephemeral");
    public static readonly LabelledKey Device = new("pkoc-test device-longterm");

    /// <summary>2026-05-28, inside the certificate's year.</summary>
    public const long Now = 1_780_000_000;

    public const uint KeyCreated = 0x66000000;

    /// <summary>For <see cref="Reader"/>, 2026-01-01 to 2027-01-01, as computed independently once.</summary>
    public static readonly byte[] Certificate = Convert.FromHexString(
        "010F0E0D0C0B0A0908070605040302010000112233445566778899AABBCCDDEEFF6955B9006B36EC80" +
        "03AA0BBFDFBC6FB4BBA2035B426B1E6FBD0290E85422E7B5C9C7E6EF1EA589C571" +
        "77C5A1F3264291302E59E7F119CA9DC0B2DB5B08B7634A4547DF22DF66374F1F" +
        "1D5FE4CAAF482F29C091F1C8477EC8A53D8B47BE4F2F7686539256A1ACF7BDC4");

    /// <summary>Names <see cref="Reader"/>, as computed independently once.</summary>
    public static readonly byte[] RevocationList = Convert.FromHexString(
        "0100112233445566778899AABBCCDDEEFF6B0527E000010F0E0D0C0B0A090807060504030201006B0523F8" +
        "B4CFAA004D012C5E0A92FE1230ADA0E4CA27A1BF91811F73D86855FEA08D34D5" +
        "D24AFC527ED36139F3303FDA6E27DAF1AA8F7923980ADE4ACBBEC1A84953DED4");

    public static readonly LatchkeyTag80 Tag80 = new(VerificationWanted: false, Presentation: 0, Ways: 0x03, StatusSequence: 7, Clock: (uint)Now);

    public static readonly byte[] Spoken = [3, 0, 0, 0, 1];

    /// <summary>What stands for an access document: the handshake does not read it.</summary>
    public static byte[] Document(int length = 197) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 % 256))];

    public static readonly PresentationMessage Shown =
        new(Document(), PresentationFlags.UserVerified | PresentationFlags.ScreenLock, Now - 20, Now);

    public static byte[] Compressed(LabelledKey key) => key.Public.ToBytes();

    public static byte[] Field(byte tag, ReadOnlySpan<byte> value, bool shortForm = false)
    {
        var bytes = new byte[Tlv.Size(value.Length, shortForm)];
        var rest = bytes.AsSpan();
        Tlv.Write(ref rest, tag, value, shortForm);
        return bytes;
    }

    public static byte[] Tag80Value(LatchkeyTag80 tag80)
    {
        using var ephemeral = ReaderEphemeral.Ephemeral();
        var m1 = M1.Write(ephemeral, Reader, Site, tag80, []);
        Assert.True(TlvMessage.TryRead(m1, out var fields));
        Assert.True(fields.Find(Tags.Vendor, out var value));
        return value.ToArray();
    }

    public static byte[] Transcript(LabelledKey phone, LabelledKey reader)
    {
        var transcript = new byte[Latchkey.Protocol.Handshake.Transcript.Bytes];
        Latchkey.Protocol.Handshake.Transcript.Write(transcript, Site, Reader, phone.Public.X, reader.Public.X);
        return transcript;
    }

    public static byte[] SessionKey(LabelledKey own, LabelledKey peer) => SHA256.HashData(own.Z(peer.Public));

    public static HeldKey Held(PresentationMessage? presentation, ReaderRevocationList? revoked = null) =>
        new([SiteIssuer.Public], revoked, Device, KeyCreated, presentation);

    public static PhoneHandshake Phone(HeldKey held, LabelledKey? ephemeral = null, bool remembering = false) =>
        new(site => site == Site ? held : null, Ephemeral(ephemeral ?? DeviceEphemeral, remembering), Now);

    public static ReaderHandshake ReaderSide(LabelledKey? ephemeral = null, KnownKeys? known = null, bool remembering = false) => new(
        new ReaderIdentity(Site, Reader, Certificate, ReaderSigning),
        Ephemeral(ephemeral ?? ReaderEphemeral, remembering),
        Tag80,
        known ?? new KnownKeys());

    private static EphemeralKey Ephemeral(LabelledKey key, bool remembering) => remembering ? key.Remembering() : key.Ephemeral();
}
