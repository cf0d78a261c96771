using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/pkoc.json</c>: fields, the phone's transactions and the reader's.</summary>
static class PkocVectors
{
    public const string File = "pkoc.json";

    private static readonly DoorResult Granted = new(Reason.Granted, Now, UnlockSeconds: 5);

    public static JsonObject Write() => new()
    {
        ["page"] = "spec/pkoc-ble.md",
        ["about"] = "Private scalars are SHA-256 of an ASCII label. A phone is given `held`, `ephemeral`, `now`, `wanted`, and signs the "
            + "transcript with `held.signature` (frozen). Each step: `receive` what the reader notified, `expect` what the phone does: "
            + "`send` values, `wait`, `verdict`, `hint` (status), or `failed` (fault). A reader is given `ephemeral` and signs with `signature`; it "
            + "starts with `m1`; expect `send`, `await`, `proven`, or `failed` with `status`. In `flips`, every bit of the values "
            + "named by step is flipped, one at a time, the other values stay as they are: no verdict (phone), nothing proven (reader) may come.",
        ["tlv"] = TlvCases(),
        ["keys"] = Keys(),
        ["phone"] = new JsonArray([.. PhoneCases.All()]),
        ["phoneFlips"] = new JsonArray(
            new JsonObject { ["of"] = "opens", ["steps"] = new JsonArray(0, 1, 3), ["expect"] = "no verdict" }),
        ["reader"] = new JsonArray([.. ReaderCases.All()]),
        ["readerFlips"] = new JsonArray(
            new JsonObject { ["of"] = "proven with presentation", ["steps"] = new JsonArray(0, 1, 2), ["expect"] = "no presentation" },
            new JsonObject { ["of"] = "proven, 3.0 phone, short form", ["steps"] = new JsonArray(1), ["expect"] = "nothing proven" }),
    };

    private static JsonArray TlvCases()
    {
        var long128 = new byte[128];
        var long256 = new byte[256];
        return
        [
            Tlv("nothing", [], (JsonArray)[]),
            Tlv("one empty field", [0x05, 0x00], [Pair(0x05, [])]),
            Tlv("two fields", [0x04, 1, 3, 0x09, 4, 1, 2, 3, 4], [Pair(0x04, [3]), Pair(0x09, [1, 2, 3, 4])]),
            Tlv("unknown tags are read like any", [0x55, 1, 9], [Pair(0x55, [9])]),
            Tlv("128 bytes, long form", [0x40, 0x81, 0x80, .. long128], [Pair(0x40, long128)]),
            Tlv("128 bytes, short form", [0x40, 0x80, .. long128], [Pair(0x40, long128)]),
            Tlv("138 bytes, short form of a 3.0 peer", [0x10, 0x8A, .. Certificate], [Pair(0x10, Certificate)]),
            Tlv("138 bytes, long form", [0x10, 0x81, 0x8A, .. Certificate], [Pair(0x10, Certificate)]),
            Tlv("256 bytes, long form", [0x40, 0x82, 1, 0, .. long256], [Pair(0x40, long256)]),
            Tlv("tag 80, long form", [0x80, 0x81, 0x80, .. long128], [Pair(0x80, long128)]),
            Tlv("tag 80 never in the short form: 128", [0x80, 0x80, .. long128], null),
            Tlv("tag 80 never in the short form: 138", [0x80, 0x8A, .. Certificate], null),
            Tlv("tag alone", [0x04], null),
            Tlv("value cut off", [0x04, 2, 3], null),
            Tlv("bytes behind the last field", [0x04, 1, 3, 0x00], null),
            Tlv("a tag twice", [0x04, 1, 3, 0x04, 1, 3], null),
            Tlv("an unknown tag twice", [0x55, 0, 0x55, 0], null),
            Tlv("81 with a length below 80", [0x04, 0x81, 1, 3], null),
            Tlv("82 with a length below 100", [0x40, 0x82, 0, 0x80, .. long128], null),
            Tlv("81 without its length", [0x40, 0x81], null),
            Tlv("82 without half its length", [0x40, 0x82, 1], null),
        ];

        static JsonObject Tlv(string name, byte[] message, JsonArray? fields) => new()
        {
            ["name"] = name,
            ["message"] = VectorFile.Hex(message),
            ["expect"] = fields is null ? "refused" : fields,
        };

        static JsonArray Pair(int tag, byte[] value) => [tag, VectorFile.Hex(value)];
    }

    private static JsonObject Keys()
    {
        var transcript = Transcript(DeviceEphemeral, ReaderEphemeral);
        return new JsonObject
        {
            ["readerEphemeral"] = KeyOf(ReaderEphemeral, "pkoc-test reader-ephemeral"),
            ["deviceEphemeral"] = KeyOf(DeviceEphemeral, "pkoc-test device-ephemeral"),
            ["device"] = KeyOf(Device, "pkoc-test device-longterm"),
            ["siteIssuer"] = KeyOf(SiteIssuer, "pkoc-test site-issuer"),
            ["readerSigning"] = KeyOf(ReaderSigning, "pkoc-test reader-signing"),
            ["expect"] = new JsonObject
            {
                ["z"] = VectorFile.Hex(DeviceEphemeral.Z(ReaderEphemeral.Public)),
                ["k"] = VectorFile.Hex(SessionKey(DeviceEphemeral, ReaderEphemeral)),
                ["transcript"] = VectorFile.Hex(transcript),
                ["transcriptHash"] = VectorFile.Hex(SHA256.HashData(transcript)),
            },
        };
    }

    private static JsonObject KeyOf(LabelledKey key, string label) => new()
    {
        ["label"] = label,
        ["scalar"] = VectorFile.Hex(key.Scalar),
        ["public"] = key.Public.ToString(),
        ["uncompressed"] = VectorFile.Hex(key.Public.ToUncompressed()),
    };

    internal static JsonObject PresentationOf(PresentationMessage message)
    {
        var json = new JsonObject { ["document"] = VectorFile.Hex(message.Document), ["flags"] = (int)message.Flags };
        if (message.VerifiedAt is { } verified)
            json["verifiedAt"] = verified;
        json["clock"] = message.PhoneClock;
        return json;
    }

    internal static JsonObject ResultOf(DoorResult result)
    {
        var json = new JsonObject { ["reason"] = (int)result.Reason, ["clock"] = result.Clock };
        if (result.UnlockSeconds is { } unlock)
            json["unlockSeconds"] = unlock;
        if (result.WaitSeconds is { } wait)
            json["waitSeconds"] = wait;
        return json;
    }

    internal static JsonObject Step(byte[] receive, JsonObject expect) =>
        new() { ["receive"] = VectorFile.Hex(receive), ["expect"] = expect };

    internal static JsonObject Send(params IReadOnlyList<byte[]> values) =>
        new() { ["send"] = new JsonArray([.. values.Select(value => (JsonNode)VectorFile.Hex(value))]) };

    internal static JsonObject Expect(string what, JsonNode? value) => new() { [what] = value };

    internal static DoorResult GrantedResult => Granted;
}
