using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>Runs <c>vectors/pkoc.json</c> against both machines, from the file alone.</summary>
public sealed class PkocVectorTests
{
    private static readonly JsonObject Pkoc = VectorFile.Read(PkocVectors.File);

    public static TheoryData<string> Tlvs => Names("tlv");

    public static TheoryData<string> Phones => Names("phone");

    public static TheoryData<string> Readers => Names("reader");

    [Theory]
    [MemberData(nameof(Tlvs))]
    public void Fields_read_as_expected(string name)
    {
        var vector = Vector("tlv", name);
        var message = vector["message"].Bytes();
        var readable = TlvMessage.TryRead(message, out var fields);
        if (vector["expect"] is JsonArray expected)
        {
            Assert.True(readable);
            Assert.Equal(expected.Count, fields.Count);
            foreach (var field in expected)
            {
                Assert.True(fields.Find(field![0]!.GetValue<byte>(), out var value));
                Assert.Equal(field[1]!.GetValue<string>(), VectorFile.Hex(value));
            }
        }
        else
            Assert.False(readable);
    }

    [Theory]
    [MemberData(nameof(Phones))]
    public void The_phone_does_as_expected(string name)
    {
        var vector = Vector("phone", name);
        using var phone = Phone(vector)();
        foreach (var step in vector["steps"]!.AsArray())
            AssertStep(step!["expect"]!.AsObject(), phone.Receive(step["receive"].Bytes()));
    }

    [Fact]
    public void No_flipped_bit_leads_the_phone_to_a_verdict()
    {
        foreach (var flips in VectorFile.Read(PkocVectors.File, "phoneFlips"))
        {
            Assert.Equal("no verdict", flips["expect"]!.GetValue<string>());
            var vector = Vector("phone", flips["of"]!.GetValue<string>());
            var make = Phone(vector);
            foreach (var values in Flipped(vector, flips))
            {
                using var phone = make();
                Assert.All(values, value => Assert.IsNotType<PhoneStep.Verdict>(phone.Receive(value)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void The_reader_does_as_expected(string name)
    {
        var vector = Vector("reader", name);
        using var reader = Reader(vector)();
        Assert.Equal(vector["m1"]!.GetValue<string>(), VectorFile.Hex(reader.Start()));
        foreach (var step in vector["steps"]!.AsArray())
            AssertStep(step!["expect"]!.AsObject(), reader.Receive(step["receive"].Bytes()));
        if (vector["answer"] is not { } answer)
            return;
        var result = ResultOf(answer["result"]!);
        byte[]?[] sent = [reader.Status(result.Reason.IsGrant()), reader.Result(result)];
        Assert.Equal(
            answer["expect"]!["send"]!.AsArray().Select(value => value!.GetValue<string>()),
            sent.Where(value => value is not null).Select(value => VectorFile.Hex(value)));
    }

    [Fact]
    public void No_flipped_bit_leads_the_reader_to_a_presentation_or_a_proof()
    {
        foreach (var flips in VectorFile.Read(PkocVectors.File, "readerFlips"))
        {
            var nothingProven = flips["expect"]!.GetValue<string>() == "nothing proven";
            var vector = Vector("reader", flips["of"]!.GetValue<string>());
            var make = Reader(vector);
            foreach (var values in Flipped(vector, flips))
            {
                using var reader = make();
                reader.Start();
                foreach (var value in values)
                    if (reader.Receive(value) is HandshakeStep.Proven proven)
                        Assert.True(!nothingProven && proven.Presentation is null, "A flipped bit went unseen.");
            }
        }
    }

    private static void AssertStep(JsonObject expect, PhoneStep step)
    {
        switch (step)
        {
            case PhoneStep.Send send:
                Assert.Equal(Hexes(expect["send"]), send.Values.Select(value => VectorFile.Hex(value)));
                break;
            case PhoneStep.Wait:
                Assert.True(expect["wait"]!.GetValue<bool>());
                break;
            case PhoneStep.Verdict verdict:
                Assert.Equal(ResultOf(expect["verdict"]!), verdict.Result);
                break;
            case PhoneStep.Hint hint:
                Assert.Equal(expect["hint"]!.GetValue<int>(), hint.Status);
                break;
            case PhoneStep.Failed failed:
                Assert.Equal(expect["failed"]?.GetValue<string>(), failed.Fault.Name());
                break;
        }
    }

    private static void AssertStep(JsonObject expect, HandshakeStep step)
    {
        switch (step)
        {
            case HandshakeStep.Send send:
                Assert.Equal(Hexes(expect["send"]), [VectorFile.Hex(send.Value)]);
                break;
            case HandshakeStep.AwaitPresentation:
                Assert.True(expect["await"]!.GetValue<bool>());
                break;
            case HandshakeStep.Proven proven:
                Assert.Equal(expect["proven"]!["device"]!.GetValue<string>(), proven.Device.ToString());
                Assert.Equal(expect["proven"]!["keyCreated"]!.GetValue<uint>(), proven.KeyCreated);
                Assert.Equal(PresentationOf(expect["proven"]!["presentation"]), proven.Presentation);
                Assert.Equal(
                    expect["proven"]!["statusLists"]?.AsArray().Select(list => list!.GetValue<string>()),
                    proven.StatusLists?.Lists.Select(list => VectorFile.Hex(list)));
                break;
            case HandshakeStep.Failed failed:
                Assert.Equal(expect["failed"]?.GetValue<string>(), failed.Fault.Name());
                Assert.Equal(expect["status"]!.GetValue<int>(), failed.Status);
                break;
        }
    }

    /// <summary>Makes fresh phones of one vector, over keys that are read once.</summary>
    private static Func<PhoneHandshake> Phone(JsonObject vector)
    {
        var json = vector["held"]!;
        Assert.True(SiteId.TryRead(json["site"].Bytes(), out var site));
        List<PublicKey> siteKeys = [];
        foreach (var bytes in json["siteKeys"]!.AsArray())
        {
            Assert.True(PublicKey.TryRead(bytes.Bytes(), out var key));
            siteKeys.Add(key);
        }
        ReaderRevocationList? revoked = null;
        if (json["revocationList"] is { } list)
            Assert.True(ReaderRevocationList.TryRead(list.Bytes(), site, siteKeys, out revoked));
        Assert.True(PublicKey.TryReadUncompressed(json["device"].Bytes(), out var device));
        var held = new HeldKey(
            siteKeys, revoked, new FrozenSigner(device, json["signature"].Bytes()),
            json["keyCreated"]!.GetValue<uint>(), PresentationOf(json["presentation"]));
        ReaderId? wanted = vector["wanted"] is { } asked && ReaderId.TryRead(asked.Bytes(), out var reader) ? reader : null;
        var ephemeral = new LabelledKey(vector["ephemeral"].Bytes());
        var now = vector["now"]!.GetValue<long>();
        return () => new PhoneHandshake(other => other == site ? held : null, ephemeral.Remembering(), now, wanted);
    }

    private static Func<ReaderHandshake> Reader(JsonObject vector)
    {
        Assert.True(SiteId.TryRead(vector["site"].Bytes(), out var site));
        Assert.True(ReaderId.TryRead(vector["reader"].Bytes(), out var reader));
        Assert.True(ReaderCertificate.TryRead(vector["certificate"].Bytes(), out var certificate));
        var identity = new ReaderIdentity(
            site, reader, vector["certificate"].Bytes(), new FrozenSigner(certificate.ReaderKey, vector["signature"].Bytes()));
        var ephemeral = new LabelledKey(vector["ephemeral"].Bytes());
        var known = new KnownKeys();
        return () => new ReaderHandshake(identity, ephemeral.Remembering(), Handshake.Pkoc.Tag80, known);
    }

    /// <summary>Every sequence of received values in which one bit of one of the named values is flipped.</summary>
    private static IEnumerable<List<byte[]>> Flipped(JsonObject vector, JsonObject flips)
    {
        var values = vector["steps"]!.AsArray().Select(step => step!["receive"].Bytes()).ToList();
        foreach (var step in flips["steps"]!.AsArray().Select(number => number!.GetValue<int>()))
            for (var bit = 0; bit < values[step].Length * 8; bit++)
            {
                List<byte[]> flipped = [.. values];
                flipped[step] = [.. values[step]];
                flipped[step][bit / 8] ^= (byte)(1 << bit % 8);
                yield return flipped;
            }
    }

    private static DoorResult ResultOf(JsonNode json) => new(
        (Reason)json["reason"]!.GetValue<int>(), json["clock"]!.GetValue<long>(),
        json["unlockSeconds"]?.GetValue<int>(), json["waitSeconds"]?.GetValue<long>());

    private static PresentationMessage? PresentationOf(JsonNode? json) => json is null ? null : new(
        json["document"].Bytes(), (PresentationFlags)json["flags"]!.GetValue<int>(),
        json["verifiedAt"]?.GetValue<long>(), json["clock"]!.GetValue<long>());

    private static IEnumerable<string> Hexes(JsonNode? array) =>
        array is null ? [] : array.AsArray().Select(value => value!.GetValue<string>());

    private static JsonObject Vector(string group, string name) =>
        Pkoc[group]!.AsArray().Select(vector => vector!.AsObject()).Single(vector => vector.Name() == name);

    private static TheoryData<string> Names(string group) =>
        [.. VectorFile.Read(PkocVectors.File, group).Select(vector => vector.Name())];

    /// <summary>Gives the signature that the vector froze.</summary>
    private sealed class FrozenSigner(PublicKey key, byte[] signature) : ISigner
    {
        public PublicKey Public => key;

        public byte[] Sign(ReadOnlySpan<byte> data) => signature;
    }
}
