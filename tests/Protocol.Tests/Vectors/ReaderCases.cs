using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Handshake;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;
using static Latchkey.Protocol.Tests.Vectors.PkocVectors;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>The reader's transactions: our phone, plain PKOC phones, and every way a phone can be wrong.</summary>
static class ReaderCases
{
    private static readonly LabelledKey Stranger = new("pkoc-test stranger");
    private static readonly byte[] CePoint = DeviceEphemeral.Public.ToUncompressed();
    private static readonly byte[] DevicePoint = Device.Public.ToUncompressed();
    private static readonly byte[] Signed = Transcript(DeviceEphemeral, ReaderEphemeral);
    private static readonly byte[] Key = SessionKey(ReaderEphemeral, DeviceEphemeral);
    private static readonly byte[] ReaderSays = MakeM1();

    /// <summary>What M4 holds, by its fields; null leaves one out.</summary>
    private sealed record Identity
    {
        public byte[]? Device { get; init; } = DevicePoint;
        public byte[]? Signature { get; init; } = Pkoc.Device.Sign(Signed);
        public byte[]? Created { get; init; } = Seconds(KeyCreated);
        public byte[]? Protocol { get; init; } = Spoken;
        public byte[] Behind { get; init; } = [];

        public byte[] M4(bool shortForm = false)
        {
            byte[] inner =
            [
                .. One(Tags.DeviceKey, Device), .. One(Tags.Signature, Signature), .. One(Tags.KeyCreated, Created),
                .. One(Tags.Protocol, Protocol), .. Behind,
            ];
            var sealedText = new byte[inner.Length + Ccm.TagBytes];
            Ccm.Encrypt(Key, inner, sealedText);
            return Field(Tags.Ciphertext, sealedText, shortForm);
        }

        private static byte[] One(byte tag, byte[]? value) => value is null ? [] : Field(tag, value);
    }

    public static IEnumerable<JsonNode> All() => [.. Good(), .. BadM2(), .. BadM4(), .. BadFrames()];

    private static IEnumerable<JsonObject> Good()
    {
        byte[] m2 = [.. Ours()];
        var frames = Frames(m2, SealedType.Presentation, Shown.Write());
        var granted = GrantedResult;
        yield return Case("proven with presentation",
            [ToM3(m2), Await(new Identity().M4()), Step(frames[0], Proven(Shown))], Answer(m2, granted, granted));
        yield return Case("refused with a reason",
            [ToM3(m2), Await(new Identity().M4()), Step(frames[0], Proven(Shown))],
            Answer(m2, new DoorResult(Reason.Revoked, Now), new DoorResult(Reason.Revoked, Now)));
        yield return Case("a bad signature is told as an unknown credential",
            [ToM3(m2), Await(new Identity().M4()), Step(frames[0], Proven(Shown))],
            Answer(m2, new DoorResult(Reason.BadSignature, Now), new DoorResult(Reason.UnknownCredential, Now)));

        var large = new PresentationMessage(Document(1024), PresentationFlags.None, null, Now);
        var parts = Frames(m2, SealedType.Presentation, large.Write());
        yield return Case("a presentation in three parts",
            [ToM3(m2), Await(new Identity().M4()), Await(parts[0]), Await(parts[1]), Step(parts[2], Proven(large))], null);

        var lists = new StatusListsMessage([[1, 2], [3]]);
        var (carried, shown) = Carrying(m2, lists.Write());
        yield return Case("status lists ahead of the presentation",
            [ToM3(m2), Await(new Identity().M4()), Await(carried), Step(shown, Proven(Shown, lists))], null);

        yield return Case("proven, 3.0 phone, short form", [ToM3(Plain()), Step(new Identity().M4(shortForm: true), Proven(null))], PlainAnswer());
        yield return Case("proven, 2.0.1 phone, long form", [ToM3(Plain()), Step(new Identity().M4(), Proven(null))], PlainAnswer());
        yield return Case("proven, no protocol versions",
            [ToM3(Field(Tags.PhoneEphemeral, CePoint)), Step(new Identity { Protocol = null }.M4(shortForm: true), Proven(null))], PlainAnswer());
        yield return Case("fields in another order, unknown ones among them",
            [
                ToM3([.. Field(0x55, [1]), .. Field(Tags.Protocol, Spoken), .. Field(Tags.PhoneEphemeral, CePoint)]),
                Step(new Identity { Behind = Field(0x55, [2]) }.M4(), Proven(null)),
            ], PlainAnswer());
        byte[] foreign = [.. Plain(), .. Field(Tags.Vendor, [0x41, 0x42, 0x43, 0, 1])];
        yield return Case("another vendor's tag 80", [ToM3(foreign), Step(new Identity().M4(), Proven(null))], PlainAnswer());
        byte[] silent = [.. Plain(), .. Field(Tags.Vendor, [0x4C, 0x4B, 0x01, 0, 0])];
        yield return Case("our tag 80 without a presentation: the result is sealed all the same",
            [ToM3(silent), Step(new Identity().M4(), Proven(null))], Answer(silent, granted, granted));
    }

    private static IEnumerable<JsonObject> BadM2()
    {
        byte[] offCurve = [.. CePoint[..64], (byte)(CePoint[64] ^ 1)];
        yield return Refused("M2 is nothing", [], "bad_message", 5);
        yield return Refused("M2 with a byte behind", [.. Plain(), 0], "bad_message", 5);
        yield return Refused("M2 cut short", Plain()[..^1], "bad_message", 5);
        yield return Refused("M2 without Ce", Field(Tags.Protocol, Spoken), "bad_message", 5);
        yield return Refused("M2 with Ce twice", [.. Plain(), .. Field(Tags.PhoneEphemeral, CePoint)], "bad_message", 5);
        yield return Refused("M2 with Ce compressed", Field(Tags.PhoneEphemeral, Compressed(DeviceEphemeral)), "bad_message", 5);
        yield return Refused("the normal flow, which does not authenticate the reader",
            [.. Field(Tags.DeviceKey, DevicePoint), .. Field(Tags.Signature, Device.Sign(Compressed(ReaderEphemeral)))], "bad_message", 5);
        yield return Refused("Ce not on the curve", Field(Tags.PhoneEphemeral, offCurve), "bad_point", 5);
        yield return Refused("Ce of zeros", Field(Tags.PhoneEphemeral, [4, .. new byte[64]]), "bad_point", 5);
        yield return Refused("Ce with prefix 06", Field(Tags.PhoneEphemeral, [6, .. CePoint[1..]]), "bad_point", 5);
        yield return Refused("Ce above the prime", Field(Tags.PhoneEphemeral, [4, .. Enumerable.Repeat((byte)0xFF, 64)]), "bad_point", 5);
    }

    private static IEnumerable<JsonObject> BadM4()
    {
        var good = new Identity().M4();
        byte[] twin = [.. DevicePoint[..64], (byte)(DevicePoint[64] ^ 2)];
        var replayed = Transcript(DeviceEphemeral, Stranger);
        yield return AfterM3("M4 is nothing", [], "bad_ciphertext", 7);
        yield return AfterM3("M4 without tag 40", Field(Tags.Signature, new byte[64]), "bad_ciphertext", 7);
        yield return AfterM3("M4 of 15 bytes", Field(Tags.Ciphertext, new byte[15]), "bad_ciphertext", 7);
        yield return AfterM3("M4 with a byte behind", [.. good, 0], "bad_ciphertext", 7);
        yield return AfterM3("M4 with a flipped bit", [.. good[..^1], (byte)(good[^1] ^ 1)], "bad_ciphertext", 7);
        yield return AfterM3("M4 under another key", UnderAnotherKey(), "bad_ciphertext", 7);
        yield return AfterM3("M2 again", Plain(), "bad_ciphertext", 7);
        yield return AfterM3("no key", new Identity { Device = null }.M4(), "bad_identity", 6);
        yield return AfterM3("key compressed", new Identity { Device = Compressed(Device) }.M4(), "bad_identity", 6);
        yield return AfterM3("key not on the curve", new Identity { Device = twin }.M4(), "bad_identity", 6);
        yield return AfterM3("no signature", new Identity { Signature = null }.M4(), "bad_identity", 6);
        yield return AfterM3("signature of 63 bytes", new Identity { Signature = new byte[63] }.M4(), "bad_identity", 6);
        yield return AfterM3("no time", new Identity { Created = null }.M4(), "bad_identity", 6);
        yield return AfterM3("time of 8 bytes", new Identity { Created = new byte[8] }.M4(), "bad_identity", 6);
        yield return AfterM3("a byte behind inside", new Identity { Behind = [0] }.M4(), "bad_identity", 6);
        yield return AfterM3("a field twice inside", new Identity { Behind = Field(Tags.KeyCreated, new byte[4]) }.M4(), "bad_identity", 6);
        yield return AfterM3("another's signature", new Identity { Signature = Stranger.Sign(Signed) }.M4(), "bad_signature", 6);
        yield return AfterM3("another's key", new Identity { Device = Stranger.Public.ToUncompressed() }.M4(), "bad_signature", 6);
        yield return AfterM3("signature over another transaction", new Identity { Signature = Device.Sign(replayed) }.M4(), "bad_signature", 6);
        yield return AfterM3("signature of the normal flow", new Identity { Signature = Device.Sign(Compressed(ReaderEphemeral)) }.M4(), "bad_signature", 6);
        yield return AfterM3("signature of zeros", new Identity { Signature = new byte[64] }.M4(), "bad_signature", 6);

        static byte[] UnderAnotherKey()
        {
            var sealedText = new byte[146 + Ccm.TagBytes];
            Ccm.Encrypt(new byte[32], new byte[146], sealedText);
            return Field(Tags.Ciphertext, sealedText);
        }
    }

    private static IEnumerable<JsonObject> BadFrames()
    {
        var m2 = Ours();
        var good = Frames(m2, SealedType.Presentation, Shown.Write())[0];
        var large = Frames(m2, SealedType.Presentation, new byte[600]);
        yield return AfterM4("frame with a flipped bit", [.. good[..^1], (byte)(good[^1] ^ 1)]);
        yield return AfterM4("frame of another M2", Frames([.. m2, .. Field(0x55, [])], SealedType.Presentation, Shown.Write())[0]);
        yield return AfterM4("second part first", large[1]);
        yield return AfterM4("a plain status", M5.Write(M5.Granted));
        yield return AfterM4("frame with a field behind", [.. good, .. Field(0x55, [])]);
        yield return AfterM4("a result, as the reader sends it", Frames(m2, SealedType.Result, GrantedResult.Write())[0]);
        yield return AfterM4("a presentation that is not CBOR", Frames(m2, SealedType.Presentation, [0xFF])[0]);
        yield return AfterM4("M4 again", new Identity().M4());
        yield return AfterM4("no status lists at all", Frames(m2, SealedType.StatusLists, [0xA1, 0x01, 0x80])[0]);
        var (once, _) = Carrying(m2, new StatusListsMessage([[1]]).Write());
        using var channel = SealedChannel.ForPhone(Key, Signed, ReaderSays, m2);
        channel.Seal(SealedType.StatusLists, new StatusListsMessage([[1]]).Write());
        var twice = channel.Seal(SealedType.StatusLists, new StatusListsMessage([[1]]).Write())[0];
        yield return Case("status lists twice",
            [ToM3(m2), Await(new Identity().M4()), Await(once), Step(twice, Failed("bad_frame", 2))], null);

        JsonObject AfterM4(string name, byte[] frame) =>
            Case(name, [ToM3(m2), Await(new Identity().M4()), Step(frame, Failed("bad_frame", 2))], null);
    }

    private static JsonObject Case(string name, IEnumerable<JsonObject> steps, JsonObject? answer)
    {
        var json = new JsonObject
        {
            ["name"] = name,
            ["site"] = VectorFile.Hex(Site.ToBytes()),
            ["reader"] = VectorFile.Hex(Reader.ToBytes()),
            ["certificate"] = VectorFile.Hex(Certificate),
            ["tag80"] = VectorFile.Hex(Tag80Value(Tag80)),
            ["ephemeral"] = VectorFile.Hex(ReaderEphemeral.Scalar),
            ["signature"] = VectorFile.Hex(ReaderSigning.Sign(Signed)),
            ["m1"] = VectorFile.Hex(ReaderSays),
            ["steps"] = new JsonArray([.. steps]),
        };
        if (answer is not null)
            json["answer"] = answer;
        return json;
    }

    private static JsonObject Refused(string name, byte[] m2, string fault, int status) =>
        Case(name, [Step(m2, Failed(fault, status))], null);

    private static JsonObject AfterM3(string name, byte[] m4, string fault, int status) =>
        Case(name, [ToM3(Plain()), Step(m4, Failed(fault, status))], null);

    private static JsonObject ToM3(byte[] m2) => Step(m2, Send(M3.Write(ReaderSigning.Sign(Signed))));

    private static JsonObject Await(byte[] value) => Step(value, Expect("await", true));

    private static JsonObject Failed(string fault, int status) => new() { ["failed"] = fault, ["status"] = status };

    private static (byte[] Lists, byte[] Presentation) Carrying(byte[] m2, byte[] lists)
    {
        using var channel = SealedChannel.ForPhone(Key, Signed, ReaderSays, m2);
        return (channel.Seal(SealedType.StatusLists, lists)[0], channel.Seal(SealedType.Presentation, Shown.Write())[0]);
    }

    private static JsonObject Proven(PresentationMessage? presentation, StatusListsMessage? lists = null)
    {
        var proven = new JsonObject { ["device"] = Device.Public.ToString(), ["keyCreated"] = KeyCreated };
        if (presentation is not null)
            proven["presentation"] = PresentationOf(presentation);
        if (lists is not null)
            proven["statusLists"] = new JsonArray([.. lists.Lists.Select(list => (JsonNode)VectorFile.Hex(list))]);
        return Expect("proven", proven);
    }

    private static JsonObject Answer(byte[] m2, DoorResult decided, DoorResult told)
    {
        using var channel = SealedChannel.ForReader(Key, Signed, ReaderSays, m2);
        return new JsonObject
        {
            ["result"] = ResultOf(decided),
            ["expect"] = Send(
                M5.Write(decided.Reason.IsGrant() ? M5.Granted : M5.Denied), channel.Seal(SealedType.Result, told.Write())[0]),
        };
    }

    private static JsonObject PlainAnswer() => new()
    {
        ["result"] = ResultOf(GrantedResult),
        ["expect"] = Send(M5.Write(M5.Granted)),
    };

    private static byte[] Plain() => [.. Field(Tags.PhoneEphemeral, CePoint), .. Field(Tags.Protocol, Spoken)];

    private static byte[] Ours() => [.. Plain(), .. Field(Tags.Vendor, [0x4C, 0x4B, 0x01, 0, 1])];

    private static IReadOnlyList<byte[]> Frames(byte[] m2, SealedType type, byte[] body)
    {
        using var channel = SealedChannel.ForPhone(Key, Signed, ReaderSays, m2);
        return channel.Seal(type, body);
    }

    private static byte[] Seconds(uint seconds)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, seconds);
        return bytes;
    }

    private static byte[] MakeM1()
    {
        using var reader = ReaderSide();
        return reader.Start();
    }
}
