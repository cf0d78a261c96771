using CsCheck;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>Whatever arrives, in whatever state: no exception, no proof; and what reads, writes back to the same bytes.</summary>
public sealed class AnyBytesTests
{
    private static readonly Gen<byte[]> Anything = Gen.Byte.Array[0, 300];

    /// <summary>Bytes that look like a message: fields with known tags.</summary>
    private static readonly Gen<byte[]> Fieldlike = Gen.Select(
            Gen.Int[0, 11].Select(i => (byte)(new[] { 1, 2, 3, 4, 7, 9, 0x0C, 0x0D, 0x0E, 0x10, 0x40, 0x80 })[i]),
            Gen.OneOf(Gen.Int[0, 7].SelectMany(i => Gen.Byte.Array[new[] { 4, 5, 16, 33, 64, 65, 138, 162 }[i]]), Gen.Byte.Array[0, 170]))
        .Select((tag, value) => Pkoc.Field(tag, value)).Array[0, 6].Select(fields => fields.SelectMany(field => field).ToArray());

    private static readonly Gen<byte[]> AnyValue = Gen.OneOf(Anything, Fieldlike);

    [Fact]
    public void The_reader_stands_anything_in_any_state()
    {
        using var ephemeral = Pkoc.DeviceEphemeral.Ephemeral();
        byte[][] begun = [M2.Write(ephemeral, presentationFollows: true), GoodM4()];
        var known = new KnownKeys();
        Gen.Select(Gen.Int[0, 2], AnyValue.Array[1, 4]).Sample((progress, values) =>
        {
            using var reader = Pkoc.ReaderSide(known: known, remembering: true);
            reader.Receive(values[0]);
            reader.Start();
            foreach (var value in begun.Take(progress))
                Assert.IsNotType<HandshakeStep.Failed>(reader.Receive(value));
            foreach (var value in values)
            {
                var failed = Assert.IsType<HandshakeStep.Failed>(reader.Receive(value));
                Assert.Equal(failed.Status, failed.Fault.Status());
            }
            Assert.Equal(M5.Write(M5.Denied), reader.Status(granted: true));
        }, iter: 1000);
    }

    [Fact]
    public void The_phone_stands_anything_in_any_state()
    {
        byte[][] begun = [FirstOfReader(), M3.Write(Pkoc.ReaderSigning.Sign(Pkoc.Transcript(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral)))];
        var held = Pkoc.Held(Pkoc.Shown);
        Gen.Select(Gen.Int[0, 2], AnyValue.Array[1, 4]).Sample((progress, values) =>
        {
            using var phone = Pkoc.Phone(held, remembering: true);
            foreach (var value in begun.Take(progress))
                Assert.IsType<PhoneStep.Send>(phone.Receive(value));
            foreach (var value in values)
                Assert.True(phone.Receive(value) is PhoneStep.Failed or PhoneStep.Wait);
        }, iter: 1000);
    }

    [Fact]
    public void Readers_of_bytes_stand_anything() => AnyValue.Sample(bytes =>
    {
        ReaderCertificate.TryRead(bytes, out _);
        Assert.False(ReaderRevocationList.TryRead(bytes, Pkoc.Site, [Pkoc.SiteIssuer.Public], out _));
        Assert.False(RedeemProof.TryRead(bytes, out _));
        Assert.False(ServerProof.TryRead(bytes, out _));
        DoorResult.TryRead(bytes, out _);
        PresentationMessage.TryRead(bytes, out _);
        LinkFrame.TryRead(bytes, out _);
        if (RadioFrame.TryReadFromPhone(bytes, out var fromPhone))
            Assert.Equal(bytes, fromPhone.ToBytes());
        if (RadioFrame.TryReadFromReader(bytes, out var fromReader))
            Assert.Equal(bytes, fromReader.ToBytes());
    }, iter: 20_000);

    [Fact]
    public void What_reads_after_a_change_writes_back_to_the_changed_bytes()
    {
        byte[][] bodies = [Pkoc.Shown.Write(), PkocVectors.GrantedResult.Write(), .. LinkVectors.Good().Where(good => good.Frame.Write().Length < 400).Select(good => good.Frame.Write())];
        Gen.Select(Gen.Int[0, bodies.Length - 1], Gen.Int[0, 399], Gen.Byte, Gen.Int[0, 2]).Sample((which, where, value, how) =>
        {
            var at = where % bodies[which].Length;
            List<byte> changed = [.. bodies[which]];
            if (how == 0)
                changed[at] = value;
            else if (how == 1)
                changed.Insert(at, value);
            else
                changed.RemoveAt(at);
            byte[] bytes = [.. changed];
            if (which == 0 && PresentationMessage.TryRead(bytes, out var message))
                Assert.Equal(bytes, message.Write());
            if (which == 1 && DoorResult.TryRead(bytes, out var result))
                Assert.Equal(bytes, result.Write());
            // Frames of the link may grow: what they skip is not written back, so the second reading is compared.
            if (which > 1 && LinkFrame.TryRead(bytes, out var frame) && frame is not UnknownFrame)
            {
                Assert.True(LinkFrame.TryRead(frame.Write(), out var again));
                Assert.Equal(frame.Write(), again.Write());
                Assert.True(frame.Write().Length <= bytes.Length);
            }
        }, iter: 20_000);
    }

    [Fact]
    public void A_sealed_message_of_any_size_in_any_parts_opens_to_itself() =>
        Gen.Select(Gen.Byte.Array[1, SealedChannel.MessageBytesMax], Gen.Int[1, SealedChannel.PartBytesMax].Array[1, 60]).Sample((body, cuts) =>
        {
            using var phone = SealedVectors.Channel("phone");
            using var reader = SealedVectors.Channel("reader");
            Assert.Equal(body, Opened(reader, phone.Seal(SealedType.Presentation, body)));
            using var other = SealedVectors.Channel("reader");
            Assert.Equal(body, Opened(other, Parts(body, cuts)));
        }, iter: 200);

    private static byte[] Opened(SealedChannel channel, IReadOnlyList<byte[]> frames)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            Assert.True(frames[i].Length <= Tlv.ValueBytesMax);
            var opening = channel.Open(frames[i], out var message);
            Assert.Equal(i == frames.Count - 1 ? Opening.Whole : Opening.More, opening);
            if (message is not null)
                return message.Body;
        }
        throw new InvalidOperationException("There was no last part.");
    }

    private static List<byte[]> Parts(byte[] body, int[] cuts)
    {
        List<byte[]> frames = [];
        for (int at = 0, i = 0; at < body.Length; i++)
        {
            var length = Math.Min(cuts[i % cuts.Length], body.Length - at);
            var more = at + length < body.Length ? (byte)1 : (byte)0;
            frames.Add(SealedVectors.Raw("phone", (ulong)i, [1, more, .. body.AsSpan(at, length)]));
            at += length;
        }
        return frames;
    }

    private static byte[] FirstOfReader()
    {
        using var reader = Pkoc.ReaderSide();
        return reader.Start();
    }

    private static byte[] GoodM4() => M4.Write(
        Pkoc.SessionKey(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral), Pkoc.Device.Public.ToUncompressed(),
        Pkoc.Device.Sign(Pkoc.Transcript(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral)), Pkoc.KeyCreated, longForm: true);
}
