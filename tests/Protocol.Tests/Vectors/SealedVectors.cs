using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/sealed.json</c>: keys, frames and bodies of the sealed extension.</summary>
static class SealedVectors
{
    public const string File = "sealed.json";

    private static readonly byte[] Session = SessionKey(ReaderEphemeral, DeviceEphemeral);
    private static readonly byte[] Both = Transcript(DeviceEphemeral, ReaderEphemeral);
    private static readonly byte[] First = FirstMessage();
    private static readonly byte[] Second = SecondMessage();

    /// <summary>Salt and both direction keys, by the platform's HKDF in one call rather than by the channel's own way.</summary>
    public static IEnumerable<(string Name, byte[] Value)> Keys(byte[] sessionKey, byte[] transcript, byte[] m1, byte[] m2)
    {
        var salt = SHA256.HashData([.. transcript, .. m1, .. m2]);
        yield return ("salt", salt);
        yield return ("phoneToReader", HKDF.DeriveKey(HashAlgorithmName.SHA256, sessionKey, 32, salt, "latchkey/1 phone-to-reader"u8.ToArray()));
        yield return ("readerToPhone", HKDF.DeriveKey(HashAlgorithmName.SHA256, sessionKey, 32, salt, "latchkey/1 reader-to-phone"u8.ToArray()));
    }

    public static JsonObject Write()
    {
        var session = new JsonObject
        {
            ["k"] = VectorFile.Hex(Session),
            ["transcript"] = VectorFile.Hex(Both),
            ["m1"] = VectorFile.Hex(First),
            ["m2"] = VectorFile.Hex(Second),
        };
        var expect = new JsonObject();
        foreach (var (name, value) in Keys(Session, Both, First, Second))
            expect[name] = VectorFile.Hex(value);
        session["expect"] = expect;
        return new JsonObject
        {
            ["page"] = "spec/sealed-extension.md",
            ["about"] = "All under one `session`, each vector with a fresh channel. `seal`: the side `from` seals `messages` one after the other to "
                + "the frames of `expect`. `open`: the side `by` takes `frames`; `expect` says for each `more`, `broken`, or the body that is whole. "
                + "`presentations` and `results`: bodies that read to `expect`, or `refused`.",
            ["session"] = session,
            ["seal"] = new JsonArray([.. Seals()]),
            ["open"] = new JsonArray([.. Opens()]),
            ["presentations"] = new JsonArray([.. Presentations()]),
            ["results"] = new JsonArray([.. Results()]),
        };
    }

    private static IEnumerable<JsonNode> Seals()
    {
        yield return Seal("one byte", "phone", Message(0x01, 1));
        yield return Seal("a full part", "phone", Message(0x01, 490));
        yield return Seal("a part and a byte", "phone", Message(0x01, 491));
        yield return Seal("the largest message", "phone", Message(0x01, 4096));
        yield return Seal("two messages: the counter goes on", "phone", Message(0x01, 500), Message(0x01, 3));
        yield return Seal("the reader's side", "reader", Message(0x81, 20), Message(0x81, 600));
    }

    private static IEnumerable<JsonNode> Opens()
    {
        byte[] small = Enumerable.Repeat((byte)7, 20).ToArray();
        var whole = Channel("phone").Seal(SealedType.Presentation, small);
        var parts = Channel("phone").Seal(SealedType.Presentation, new byte[1000]);
        var result = Channel("reader").Seal(SealedType.Result, small);
        yield return Open("whole", "reader", whole, VectorFile.Hex(small));
        yield return Open("in three parts", "reader", parts, "more", "more", VectorFile.Hex(new byte[1000]));
        yield return Open("the reader's side", "phone", result, VectorFile.Hex(small));
        yield return Open("the same frame twice", "reader", [whole[0], whole[0]], VectorFile.Hex(small), "broken");
        yield return Open("parts out of order", "reader", [parts[1], parts[0]], "broken", "broken");
        yield return Open("a part left out", "reader", [parts[0], parts[2]], "more", "broken");
        yield return Open("after a broken frame nothing opens", "reader", [Flip(whole[0], 10), whole[0]], "broken", "broken");
        foreach (var at in (int[])[0, 1, 2, 5, 20, whole[0].Length - 1])
            yield return Open($"bit flipped in byte {at}", "reader", [Flip(whole[0], at)], "broken");
        yield return Open("the phone's frame sent back to the phone", "phone", whole, "broken");
        yield return Open("nothing", "reader", [[]], "broken");
        yield return Open("a status", "phone", [[4, 1, 3]], "broken");
        yield return Open("a field behind", "reader", [[.. whole[0], 0x55, 0]], "broken");
        yield return Open("a tag without a message", "reader", [[0x80, 16, .. new byte[16]]], "broken");
        yield return Open("short form of tag 80", "reader", [[0x80, 0x90, .. new byte[0x90]]], "broken");
        yield return Open("empty part", "reader", [Raw("phone", 0, [1, 0])], "broken");
        yield return Open("empty part with more to come", "reader", [Raw("phone", 0, [1, 1])], "broken");
        yield return Open("part of 491 bytes", "reader", [Raw("phone", 0, [1, 0, .. new byte[491]])], "broken");
        yield return Open("more is 02", "reader", [Raw("phone", 0, [1, 2, 9])], "broken");
        yield return Open("unknown type", "reader", [Raw("phone", 0, [5, 0, 9])], "broken");
        yield return Open("a type of the other direction", "reader", [Raw("phone", 0, [0x81, 0, 9])], "broken");
        yield return Open("a message type that is kept for later", "reader", [Raw("phone", 0, [3, 0, 9])], "broken");
        yield return Open("status lists", "reader", [Raw("phone", 0, [2, 0, 9])], "09");
        yield return Open("status lists are not the reader's to send", "phone", [Raw("reader", 0, [2, 0, 9])], "broken");
        byte[][] tooLong = [.. Enumerable.Range(0, 9).Select(i => Raw("phone", (ulong)i, [1, i < 8 ? (byte)1 : (byte)0, .. new byte[i < 8 ? 490 : 177]]))];
        yield return Open("4097 bytes in all", "reader", tooLong, [.. Enumerable.Repeat("more", 8), "broken"]);
        yield return Open("counter of 1 first", "reader", [Raw("phone", 1, [1, 0, 9])], "broken");
    }

    private static IEnumerable<JsonNode> Presentations()
    {
        yield return Good("verified", Shown.Write(), PkocVectors.PresentationOf(Shown));
        var bare = new PresentationMessage([1], PresentationFlags.None, null, 0);
        yield return Good("smallest", bare.Write(), PkocVectors.PresentationOf(bare));
        var large = new PresentationMessage(Document(1024), (PresentationFlags)7, uint.MaxValue, uint.MaxValue);
        yield return Good("largest", large.Write(), PkocVectors.PresentationOf(large));
        foreach (var (name, hex) in new[]
        {
            ("empty", ""), ("not a map", "8101"), ("empty map", "a0"), ("no document", "a2020004" + "00"), ("empty document", "a3014002000400"),
            ("document is text", "a301616102000400"), ("no flags", "a20141010400"), ("flags bit 3", "a301410102080400"), ("flags negative", "a301410102200400"),
            ("no clock", "a20141010200"), ("clock beyond 32 bits", "a3014101020004" + "1b0000000100000000"), ("clock a float", "a3014101020004f90000"),
            ("clock not in its shortest form", "a30141010200041800"), ("unknown entry", "a401410102000400" + "0500"), ("an entry twice", "a401410101410102000400"),
            ("entries out of order", "a302000141010400"), ("map of indefinite length", "bf014101020004" + "00ff"), ("bytes of indefinite length", "a3015f4101ff02000400"),
            ("null for verified at", "a40141010200" + "03f60400"), ("a byte behind", "a301410102000400" + "00"), ("cut short", "a301410102" + "0004"),
            ("a tag around", "d8" + "3da301410102000400"),
        })
            yield return Bad(name, hex);
        yield return Bad("document of 1025 bytes", VectorFile.Hex(new PresentationMessage(Document(1025), 0, null, 0).Write()));
    }

    private static IEnumerable<JsonNode> Results()
    {
        foreach (var (name, result) in new (string, DoorResult)[]
        {
            ("granted", new(Reason.Granted, Now, 5)), ("granted, longest", new(Reason.GrantedOverride, uint.MaxValue, 255)),
            ("revoked", new(Reason.Revoked, Now)), ("throttled", new(Reason.Throttled, Now, null, 30)),
        })
            yield return Good(name, result.Write(), PkocVectors.ResultOf(result));
        foreach (var (name, hex) in new[]
        {
            ("empty", ""), ("no reason", "a10200"), ("no clock", "a10101"), ("reason is text", "a201613102" + "00"),
            ("clock beyond 32 bits", "a20101021b0000000100000000"), ("unknown entry", "a301010200" + "0500"), ("a byte behind", "a20101020000"),
            ("not in the shortest form", "a2011801" + "0200"), ("entries out of order", "a202000101"),
        })
            yield return Bad(name, hex);
    }

    private static JsonObject Seal(string name, string from, params (SealedType Type, byte[] Body)[] messages)
    {
        using var channel = Channel(from);
        return new JsonObject
        {
            ["name"] = name,
            ["from"] = from,
            ["messages"] = new JsonArray([.. messages.Select(message => (JsonNode)new JsonObject
            {
                ["type"] = (int)message.Type,
                ["body"] = VectorFile.Hex(message.Body),
            })]),
            ["expect"] = new JsonArray([.. messages.SelectMany(message => channel.Seal(message.Type, message.Body)).Select(frame => (JsonNode)VectorFile.Hex(frame))]),
        };
    }

    private static JsonObject Open(string name, string by, IEnumerable<byte[]> frames, params string[] expect) => new()
    {
        ["name"] = name,
        ["by"] = by,
        ["frames"] = new JsonArray([.. frames.Select(frame => (JsonNode)VectorFile.Hex(frame))]),
        ["expect"] = new JsonArray([.. expect.Select(what => (JsonNode)what)]),
    };

    private static JsonObject Good(string name, byte[] body, JsonObject expect) =>
        new() { ["name"] = name, ["body"] = VectorFile.Hex(body), ["expect"] = expect };

    private static JsonObject Bad(string name, string body) => new() { ["name"] = name, ["body"] = body, ["expect"] = "refused" };

    internal static SealedChannel Channel(string side) => side == "phone"
        ? SealedChannel.ForPhone(Session, Both, First, Second)
        : SealedChannel.ForReader(Session, Both, First, Second);

    /// <summary>A frame as nobody's channel would write it.</summary>
    internal static byte[] Raw(string from, ulong counter, byte[] plaintext)
    {
        var key = Keys(Session, Both, First, Second).Single(pair => pair.Name == (from == "phone" ? "phoneToReader" : "readerToPhone")).Value;
        var nonce = new byte[12];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), counter);
        var (ciphertext, tag) = (new byte[plaintext.Length], new byte[16]);
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(nonce, plaintext, ciphertext, tag);
        return Field(Tags.Vendor, (byte[])[.. ciphertext, .. tag]);
    }

    private static (SealedType Type, byte[] Body) Message(byte type, int length) =>
        ((SealedType)type, [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))]);

    private static byte[] Flip(byte[] bytes, int at)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= 1;
        return flipped;
    }

    private static byte[] FirstMessage()
    {
        using var reader = ReaderSide();
        return reader.Start();
    }

    private static byte[] SecondMessage()
    {
        using var ephemeral = DeviceEphemeral.Ephemeral();
        return M2.Write(ephemeral, presentationFollows: true);
    }
}
