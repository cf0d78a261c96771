using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Handshake;
using Latchkey.Protocol.Wire;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;
using static Latchkey.Protocol.Tests.Vectors.PkocVectors;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>The phone's transactions: all that goes well, and every way a reader can be wrong.</summary>
static class PhoneCases
{
    private static readonly LabelledKey OtherIssuer = new("pkoc-test other-issuer");
    private static readonly LabelledKey OtherReader = new("pkoc-test other-reader");
    private static readonly byte[] Tag80Bytes = Tag80Value(Tag80);

    /// <summary>M1 by its fields; null leaves one out.</summary>
    private sealed record Fields
    {
        public byte[]? Protocol { get; init; } = Spoken;
        public byte[]? Ephemeral { get; init; } = Compressed(ReaderEphemeral);
        public byte[]? Reader { get; init; } = Pkoc.Reader.ToBytes();
        public byte[]? Site { get; init; } = Pkoc.Site.ToBytes();
        public byte[]? Vendor { get; init; } = Tag80Bytes;
        public byte[]? Certificate { get; init; } = Pkoc.Certificate;
        public bool ShortForm { get; init; }

        public byte[] Bytes() =>
        [
            .. One(Tags.Protocol, Protocol), .. One(Tags.ReaderEphemeral, Ephemeral), .. One(Tags.Reader, Reader),
            .. One(Tags.Site, Site), .. One(Tags.Vendor, Vendor), .. One(Tags.Certificate, Certificate),
        ];

        private byte[] One(byte tag, byte[]? value) => value is null ? [] : Field(tag, value, ShortForm && tag != Tags.Vendor);
    }

    public static IEnumerable<JsonNode> All() => [.. Good(), .. BadM1(), .. BadCertificate(), .. BadLater()];

    private static IEnumerable<JsonObject> Good()
    {
        yield return Whole("opens", Shown, new Fields().Bytes(), PkocVectors.GrantedResult);
        yield return Whole("refused outside the schedule", Shown, new Fields().Bytes(), new DoorResult(Reason.OutsideSchedule, Now));
        yield return Whole("throttled, with the time to wait", Shown, new Fields().Bytes(), new DoorResult(Reason.Throttled, Now, null, 30));
        yield return Whole(
            "a document of the largest size goes in three parts",
            new PresentationMessage(Document(1024), PresentationFlags.OneTap, null, Now), new Fields().Bytes(), PkocVectors.GrantedResult);
        byte[] shuffled =
        [
            .. Field(Tags.Certificate, Certificate), .. Field(0x55, [1, 2, 3]), .. Field(Tags.Vendor, Tag80Bytes),
            .. Field(Tags.Site, Site.ToBytes()), .. Field(Tags.Reader, Reader.ToBytes()),
            .. Field(Tags.ReaderEphemeral, Compressed(ReaderEphemeral)), .. Field(Tags.Protocol, Spoken),
        ];
        yield return Whole("fields in another order, an unknown one among them", Shown, shuffled, PkocVectors.GrantedResult);
        yield return Whole("certificate in the short form", Shown, new Fields { ShortForm = true }.Bytes(), PkocVectors.GrantedResult);
        yield return Whole("no protocol version", Shown, new Fields { Protocol = null }.Bytes(), PkocVectors.GrantedResult);
        yield return Whole("old protocol version of 2 bytes", Shown, new Fields { Protocol = [3, 0] }.Bytes(), PkocVectors.GrantedResult);
        yield return Whole("spec byte 01", Shown, new Fields { Protocol = [1, 0, 0, 0, 1] }.Bytes(), PkocVectors.GrantedResult);
        yield return Whole("plain reader, enrolled key: only a hint", null, new Fields { Vendor = null }.Bytes(), null);
        yield return Whole("another vendor's tag 80, enrolled key", null, new Fields { Vendor = [0x4C, 0x4B, 0x02, 0] }.Bytes(), null);
        yield return Whole("our tag 80, enrolled key without a document", null, new Fields().Bytes(), null);
        yield return Whole(
            "two site keys during a rotation, the certificate by the older", Shown, new Fields().Bytes(), PkocVectors.GrantedResult,
            siteKeys: [SiteIssuer, OtherIssuer]);
        yield return Whole(
            "two site keys during a rotation, the certificate by the newer", Shown,
            new Fields { Certificate = Certify(issuer: OtherIssuer) }.Bytes(), PkocVectors.GrantedResult, siteKeys: [SiteIssuer, OtherIssuer]);
        yield return Whole("the reader that was asked for", Shown, new Fields().Bytes(), PkocVectors.GrantedResult, wanted: Reader);
        yield return Whole("first second of the certificate", Shown, new Fields().Bytes(), PkocVectors.GrantedResult, now: 0x6955B900);
        yield return Whole("last second of the certificate", Shown, new Fields().Bytes(), PkocVectors.GrantedResult, now: 0x6B36EC80);
        yield return Whole(
            "a certificate without end", Shown,
            new Fields { Certificate = Certify(notBefore: 0, notAfter: uint.MaxValue) }.Bytes(), PkocVectors.GrantedResult, now: 4_294_967_295);
        yield return Whole(
            "another reader is revoked", Shown, new Fields().Bytes(), PkocVectors.GrantedResult,
            revoked: ReaderRevocationList.Sign(Site, (uint)Now, [new(new ReaderId(Guid.Empty), 0)], SiteIssuer));
    }

    private static IEnumerable<JsonObject> BadM1()
    {
        var m1 = new Fields().Bytes();
        yield return Refused("nothing at all", [], "bad_message");
        yield return Refused("a byte behind", [.. m1, 0], "bad_message");
        yield return Refused("cut short", m1[..^1], "bad_message");
        yield return Refused("a field twice", [.. m1, .. Field(Tags.Site, Site.ToBytes())], "bad_message");
        yield return Refused("length not minimal", [.. new Fields { Site = null }.Bytes(), Tags.Site, 0x82, 0, 16, .. Site.ToBytes()], "bad_message");
        yield return Refused("no Re", new Fields { Ephemeral = null }.Bytes(), "bad_message");
        yield return Refused("no reader", new Fields { Reader = null }.Bytes(), "bad_message");
        yield return Refused("no site", new Fields { Site = null }.Bytes(), "bad_message");
        yield return Refused("reader of 15 bytes", new Fields { Reader = Reader.ToBytes()[1..] }.Bytes(), "bad_message");
        yield return Refused("site of 17 bytes", new Fields { Site = [.. Site.ToBytes(), 0] }.Bytes(), "bad_message");
        yield return Refused("protocol of 4 bytes", new Fields { Protocol = [3, 0, 0, 0] }.Bytes(), "bad_message");
        yield return Refused("Re uncompressed", new Fields { Ephemeral = ReaderEphemeral.Public.ToUncompressed() }.Bytes(), "bad_message");
        yield return Refused("Re is 96 bytes, a transcript to be signed", new Fields { Ephemeral = Transcript(DeviceEphemeral, ReaderEphemeral) }.Bytes(), "bad_message");
        yield return Refused("Re with prefix 04", new Fields { Ephemeral = [4, .. Compressed(ReaderEphemeral)[1..]] }.Bytes(), "bad_message");
        yield return Refused("Re not on the curve", new Fields { Ephemeral = [2, .. new byte[31], 1] }.Bytes(), "bad_message");
        yield return Refused("Re not below the prime", new Fields { Ephemeral = [2, .. Enumerable.Repeat((byte)0xFF, 32)] }.Bytes(), "bad_message");
        yield return Refused("another site", new Fields { Site = new byte[16] }.Bytes(), "unknown_site");
        yield return Refused("no certificate", new Fields { Certificate = null }.Bytes(), "no_certificate");
        yield return Refused("a 3.0 reader: no certificate, no tag 80", new Fields { Certificate = null, Vendor = null }.Bytes(), "no_certificate");
        yield return Refused("tag 80 taken away", new Fields { Vendor = null }.Bytes(), "stripped");
        yield return Refused("tag 80 of another vendor", new Fields { Vendor = [0x41, .. Tag80Bytes[1..]] }.Bytes(), "stripped");
        yield return Refused("tag 80 of another version", new Fields { Vendor = [0x4C, 0x4B, 0x02, .. Tag80Bytes[3..]] }.Bytes(), "stripped");
        yield return Refused("tag 80 of another length", new Fields { Vendor = Tag80Bytes[..^1] }.Bytes(), "stripped");
        yield return Refused("neither certificate nor tag 80: the certificate is named", new Fields { Certificate = null, Vendor = null }.Bytes(), "no_certificate");
        yield return Refused("reader revoked", m1, "reader_revoked", revoked: RevocationList);
        yield return Refused("not the reader that was asked for", m1, "other_reader", wanted: new ReaderId(Guid.Empty));
        yield return Refused("revoked and not asked for: revoked is named", m1, "reader_revoked", revoked: RevocationList, wanted: new ReaderId(Guid.Empty));
    }

    private static IEnumerable<JsonObject> BadCertificate()
    {
        yield return Refused("certificate empty", WithCertificate([]), "bad_certificate");
        yield return Refused("certificate of 137 bytes", WithCertificate(Certificate[..^1]), "bad_certificate");
        yield return Refused("certificate of 139 bytes", WithCertificate([.. Certificate, 0]), "bad_certificate");
        yield return Refused("certificate of version 2", WithCertificate([2, .. Certificate[1..]]), "bad_certificate");
        yield return Refused("certificate of another reader", WithCertificate(Certify(reader: new ReaderId(Guid.Empty))), "bad_certificate");
        yield return Refused("certificate of another site", WithCertificate(Certify(site: new SiteId(Guid.Empty))), "bad_certificate");
        yield return Refused("certificate by another issuer", WithCertificate(Certify(issuer: OtherIssuer)), "bad_certificate");
        yield return Refused("certificate with a wrong signature", WithCertificate([.. Certificate[..^1], (byte)(Certificate[^1] ^ 1)]), "bad_certificate");
        yield return Refused("certificate whose key is not on the curve", WithCertificate(OffCurve()), "bad_certificate");
        yield return Refused("certificate a second too early", new Fields().Bytes(), "certificate_not_yet", now: 0x6955B900 - 1);
        yield return Refused("certificate a second too late", new Fields().Bytes(), "certificate_expired", now: 0x6B36EC80 + 1);
        yield return Refused("certificate expired, reader revoked: the certificate is named", new Fields().Bytes(), "certificate_expired", now: 0x6B36EC80 + 1, revoked: RevocationList);

        static byte[] WithCertificate(byte[] certificate) => new Fields { Certificate = certificate }.Bytes();

        static byte[] OffCurve()
        {
            byte[] body = [.. Certificate[..41], 2, .. new byte[31], 1];
            return [.. body, .. SiteIssuer.Sign(body)];
        }
    }

    private static IEnumerable<JsonObject> BadLater()
    {
        var m1 = new Fields().Bytes();
        var (whole, m2, values) = Play(m1, Shown, PkocVectors.GrantedResult, Now);
        var frame = whole[3];
        var transcript = Transcript(DeviceEphemeral, ReaderEphemeral);
        var good = ReaderSigning.Sign(transcript);
        var swapped = new byte[96];
        Latchkey.Protocol.Handshake.Transcript.Write(swapped, Site, Reader, ReaderEphemeral.Public.X, DeviceEphemeral.Public.X);
        yield return AfterM2("M3 by another key", M3.Write(OtherReader.Sign(transcript)), "reader_not_proven");
        yield return AfterM2("M3 by the site key itself", M3.Write(SiteIssuer.Sign(transcript)), "reader_not_proven");
        yield return AfterM2("M3 over another transaction", M3.Write(ReaderSigning.Sign(Transcript(OtherReader, ReaderEphemeral))), "reader_not_proven");
        yield return AfterM2("M3 over the keys the other way round", M3.Write(ReaderSigning.Sign(swapped)), "reader_not_proven");
        yield return AfterM2("M3 with a flipped bit", M3.Write([.. good[..^1], (byte)(good[^1] ^ 1)]), "reader_not_proven");
        yield return AfterM2("M3 of zeros", M3.Write(new byte[64]), "reader_not_proven");
        yield return AfterM2("M3 of 63 bytes", Field(Tags.Signature, good.AsSpan(0, 63)), "bad_message");
        yield return AfterM2("M3 with a byte behind", [.. M3.Write(good), 0], "bad_message");
        yield return AfterM2("M3 does not come, a status does", M5.Write(M5.Granted), "bad_message");
        yield return AfterM2("M3 does not come, M1 again", m1, "bad_message");

        yield return AfterM4("the result with a flipped bit", [.. frame[..^1], (byte)(frame[^1] ^ 1)], "bad_message");
        yield return AfterM4("the phone's own frame sent back", values[1], "bad_message");
        yield return AfterM4("the result under another tag", [0x81, .. frame.AsSpan(1)], "bad_message");
        yield return AfterM4("a result of another message type", Sealed((SealedType)0x82, PkocVectors.GrantedResult.Write()), "bad_message");
        yield return AfterM4("a result that is not CBOR", Sealed(SealedType.Result, [0xFF]), "bad_message");
        yield return AfterM4("a result with an unknown entry", Sealed(SealedType.Result, [0xA3, 1, 1, 2, 0, 5, 1]), "bad_message");

        JsonObject AfterM2(string name, byte[] m3, string fault) => Case(
            name, Held(Shown), Now, null, null,
            [Step(m1, Send(m2)), Step(m3, Expect("failed", fault))]);

        JsonObject AfterM4(string name, byte[] value, string fault) => Case(
            name, Held(Shown), Now, null, null,
            [
                Step(m1, Send(m2)), Step(whole[1], Send(values)), Step(whole[2], Expect("wait", true)),
                Step(value, Expect("failed", fault)),
            ]);

        byte[] Sealed(SealedType type, byte[] body)
        {
            using var channel = SealedChannel.ForReader(SessionKey(ReaderEphemeral, DeviceEphemeral), transcript, m1, m2);
            return channel.Seal(type, body)[0];
        }
    }

    private static JsonObject Refused(
        string name, byte[] m1, string fault, long now = Now, byte[]? revoked = null, ReaderId? wanted = null) =>
        Case(name, Held(Shown), now, revoked, wanted, [Step(m1, Expect("failed", fault))]);

    /// <summary>A transaction to its end. Without a result the reader is a plain one, and M5 is all it says.</summary>
    private static JsonObject Whole(
        string name, PresentationMessage? presentation, byte[] m1, DoorResult? result,
        long now = Now, byte[]? revoked = null, ReaderId? wanted = null, LabelledKey[]? siteKeys = null)
    {
        if (presentation is not null && now != Now)
            presentation = presentation with { VerifiedAt = null, Flags = PresentationFlags.ScreenLock, PhoneClock = now };
        var (notified, m2, values) = Play(m1, presentation, result, now, siteKeys);
        List<JsonObject> steps = [Step(m1, Send(m2)), Step(notified[1], Send(values))];
        if (result is null)
            steps.Add(Step(notified[2], Expect("hint", (int)M5.Granted)));
        else
        {
            steps.Add(Step(notified[2], Expect("wait", true)));
            steps.Add(Step(notified[3], Expect("verdict", ResultOf(result))));
        }
        var held = Held(presentation) with { SiteKeys = [.. (siteKeys ?? [SiteIssuer]).Select(key => key.Public)] };
        var json = Case(name, held, now, revoked, wanted, steps);
        json["values"] = Values(m1, m2, presentation);
        return json;
    }

    /// <summary>What a good reader notifies, and what the phone answers, both computed from the keys.</summary>
    private static (List<byte[]> Notified, byte[] M2, List<byte[]> Values) Play(
        byte[] m1, PresentationMessage? presentation, DoorResult? result, long now, LabelledKey[]? siteKeys = null)
    {
        Assert.True(now >= 0 && siteKeys is not { Length: 0 });
        var transcript = Transcript(DeviceEphemeral, ReaderEphemeral);
        var key = SessionKey(DeviceEphemeral, ReaderEphemeral);
        using var ephemeral = DeviceEphemeral.Ephemeral();
        var m2 = M2.Write(ephemeral, presentation is not null);
        List<byte[]> values =
            [M4.Write(key, Device.Public.ToUncompressed(), Device.Sign(transcript), KeyCreated, longForm: true)];
        List<byte[]> notified = [m1, M3.Write(ReaderSigning.Sign(transcript)), M5.Write(M5.Granted)];
        if (result is not null)
        {
            notified[2] = M5.Write(result.Reason.IsGrant() ? M5.Granted : M5.Denied);
            using var phone = SealedChannel.ForPhone(key, transcript, m1, m2);
            values.AddRange(phone.Seal(SealedType.Presentation, presentation!.Write()));
            using var reader = SealedChannel.ForReader(key, transcript, m1, m2);
            notified.Add(reader.Seal(SealedType.Result, result.Write())[0]);
        }
        return (notified, m2, values);
    }

    private static JsonObject Case(
        string name, HeldKey held, long now, byte[]? revoked, ReaderId? wanted, IEnumerable<JsonObject> steps)
    {
        var json = new JsonObject
        {
            ["name"] = name,
            ["held"] = new JsonObject
            {
                ["site"] = VectorFile.Hex(Site.ToBytes()),
                ["siteKeys"] = new JsonArray([.. held.SiteKeys.Select(key => (JsonNode)key.ToString())]),
                ["device"] = VectorFile.Hex(Device.Public.ToUncompressed()),
                ["keyCreated"] = held.KeyCreated,
                ["signature"] = VectorFile.Hex(Device.Sign(Transcript(DeviceEphemeral, ReaderEphemeral))),
            },
            ["ephemeral"] = VectorFile.Hex(DeviceEphemeral.Scalar),
            ["now"] = now,
        };
        if (held.Presentation is { } presentation)
            json["held"]!["presentation"] = PresentationOf(presentation);
        if (revoked is not null)
            json["held"]!["revocationList"] = VectorFile.Hex(revoked);
        if (wanted is { } reader)
            json["wanted"] = VectorFile.Hex(reader.ToBytes());
        json["steps"] = new JsonArray([.. steps]);
        return json;
    }

    private static JsonObject Values(byte[] m1, byte[] m2, PresentationMessage? presentation)
    {
        var transcript = Transcript(DeviceEphemeral, ReaderEphemeral);
        var inner = new byte[146];
        var rest = inner.AsSpan();
        Tlv.Write(ref rest, Tags.DeviceKey, Device.Public.ToUncompressed());
        Tlv.Write(ref rest, Tags.Signature, Device.Sign(transcript));
        BinaryPrimitives.WriteUInt32BigEndian(Tlv.Open(ref rest, Tags.KeyCreated, 4), KeyCreated);
        Tlv.Write(ref rest, Tags.Protocol, Spoken);
        var values = new JsonObject
        {
            ["z"] = VectorFile.Hex(DeviceEphemeral.Z(ReaderEphemeral.Public)),
            ["k"] = VectorFile.Hex(SessionKey(DeviceEphemeral, ReaderEphemeral)),
            ["transcript"] = VectorFile.Hex(transcript),
            ["identity"] = VectorFile.Hex(inner),
        };
        if (presentation is null)
            return values;
        foreach (var (name, value) in SealedVectors.Keys(SessionKey(DeviceEphemeral, ReaderEphemeral), transcript, m1, m2))
            values[name] = VectorFile.Hex(value);
        values["presentation"] = VectorFile.Hex(presentation.Write());
        return values;
    }

    private static byte[] Certify(
        LabelledKey? issuer = null, ReaderId? reader = null, SiteId? site = null,
        uint notBefore = 0x6955B900, uint notAfter = 0x6B36EC80) =>
        ReaderCertificate.Sign(reader ?? Reader, site ?? Site, notBefore, notAfter, ReaderSigning.Public, issuer ?? SiteIssuer);
}
