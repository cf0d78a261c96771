using CsCheck;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>Phone and reader against one another, for any keys, sizes and orders.</summary>
public sealed class MeetingTests
{
    private static readonly Gen<LabelledKey> AnyKey = Gen.String[Gen.Char.AlphaNumeric, 8, 16].Select(label => new LabelledKey(label));

    /// <summary>All that went over the air, in order.</summary>
    private sealed record Recording(List<byte[]> FromReader, List<byte[]> FromPhone, HandshakeStep Reader, PhoneStep Phone);

    [Fact]
    public void They_meet_for_any_keys_document_and_MTU() =>
        Gen.Select(AnyKey, AnyKey, Gen.Byte.Array[1, 1024], Gen.Int[RadioFrame.MtuMin, RadioFrame.MtuMax], Gen.Int[0, 7])
            .Sample((phone, reader, document, mtu, flags) =>
            {
                var shown = new PresentationMessage(document, (PresentationFlags)flags, flags % 2 == 1 ? Pkoc.Now : null, Pkoc.Now);
                var result = new DoorResult(Reason.Granted, Pkoc.Now, 5);
                var met = Meet(Pkoc.Phone(Pkoc.Held(shown), phone), Pkoc.ReaderSide(reader), result, value => Carried(value, mtu));
                var proven = Assert.IsType<HandshakeStep.Proven>(met.Reader);
                Assert.Equal(Pkoc.Device.Public, proven.Device);
                Assert.Equal(shown, proven.Presentation);
                Assert.Equal(result, Assert.IsType<PhoneStep.Verdict>(met.Phone).Result);
            }, iter: 50);

    [Fact]
    public void Plain_peers_meet_for_any_order_of_fields() =>
        Gen.Select(AnyKey, AnyKey, Gen.Int[0, 719], Gen.Int[0, 1]).Sample((phone, reader, orderOfM1, orderOfM2) =>
        {
            var met = Meet(
                Pkoc.Phone(Pkoc.Held(null), phone), Pkoc.ReaderSide(reader), new DoorResult(Reason.Granted, Pkoc.Now),
                value => Shuffled(value, orderOfM1), value => value.Length < 100 ? Shuffled(value, orderOfM2) : value);
            Assert.Equal(Pkoc.Device.Public, Assert.IsType<HandshakeStep.Proven>(met.Reader).Device);
            Assert.Equal(M5.Granted, Assert.IsType<PhoneStep.Hint>(met.Phone).Status);
        }, iter: 50);

    [Fact]
    public void A_recorded_phone_gets_nowhere_at_a_fresh_reader() => AnyKey.Sample(fresh =>
    {
        var recorded = Meet(Pkoc.Phone(Pkoc.Held(Pkoc.Shown)), Pkoc.ReaderSide(), new DoorResult(Reason.Granted, Pkoc.Now));
        using var reader = Pkoc.ReaderSide(fresh);
        reader.Start();
        foreach (var value in recorded.FromPhone)
            Assert.False(reader.Receive(value) is HandshakeStep.Proven or HandshakeStep.AwaitPresentation);
        Assert.Equal(M5.Write(M5.Denied), reader.Status(granted: true));
        Assert.Throws<InvalidOperationException>(() => reader.Result(new DoorResult(Reason.Granted, Pkoc.Now)));
    }, iter: 20);

    [Fact]
    public void A_recorded_reader_learns_nothing_from_a_fresh_phone() => AnyKey.Sample(fresh =>
    {
        var recorded = Meet(Pkoc.Phone(Pkoc.Held(Pkoc.Shown)), Pkoc.ReaderSide(), new DoorResult(Reason.Granted, Pkoc.Now));
        using var phone = Pkoc.Phone(Pkoc.Held(Pkoc.Shown), fresh);
        Assert.IsType<PhoneStep.Send>(phone.Receive(recorded.FromReader[0]));
        foreach (var value in recorded.FromReader.Skip(1))
            Assert.IsType<PhoneStep.Failed>(phone.Receive(value));
    }, iter: 20);

    [Fact]
    public void The_same_values_of_the_phone_twice_prove_once()
    {
        var recorded = Meet(Pkoc.Phone(Pkoc.Held(Pkoc.Shown)), Pkoc.ReaderSide(), new DoorResult(Reason.Granted, Pkoc.Now));
        using var reader = Pkoc.ReaderSide();
        reader.Start();
        var steps = recorded.FromPhone.Concat(recorded.FromPhone).Select(value => reader.Receive(value)).ToList();
        Assert.Single(steps.OfType<HandshakeStep.Proven>());
        Assert.IsType<HandshakeStep.Failed>(steps[^1]);
    }

    [Fact]
    public void A_phone_met_before_is_met_again_and_an_impostor_of_it_is_not()
    {
        var known = new KnownKeys();
        for (var i = 0; i < 3; i++)
            Assert.IsType<HandshakeStep.Proven>(
                Meet(Pkoc.Phone(Pkoc.Held(Pkoc.Shown)), Pkoc.ReaderSide(known: known), new DoorResult(Reason.Granted, Pkoc.Now)).Reader);
        var impostor = Pkoc.Held(Pkoc.Shown) with { Device = new SignsAs(Pkoc.Device.Public, new LabelledKey("impostor")) };
        var met = Meet(Pkoc.Phone(impostor), Pkoc.ReaderSide(known: known), new DoorResult(Reason.Granted, Pkoc.Now));
        Assert.Equal(HandshakeFault.BadSignature, Assert.IsType<HandshakeStep.Failed>(met.Reader).Fault);
    }

    [Fact]
    public void A_point_off_the_curve_does_not_pass_for_a_known_key_by_its_x()
    {
        var known = new KnownKeys();
        Meet(Pkoc.Phone(Pkoc.Held(Pkoc.Shown)), Pkoc.ReaderSide(known: known), new DoorResult(Reason.Granted, Pkoc.Now));
        var point = Pkoc.Device.Public.ToUncompressed();
        point[64] ^= 2;
        using var reader = Pkoc.ReaderSide(known: known);
        using var ephemeral = Pkoc.DeviceEphemeral.Ephemeral();
        reader.Start();
        reader.Receive(M2.Write(ephemeral, presentationFollows: false));
        var step = reader.Receive(M4.Write(
            Pkoc.SessionKey(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral), point,
            Pkoc.Device.Sign(Pkoc.Transcript(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral)), Pkoc.KeyCreated, longForm: true));
        Assert.Equal(HandshakeFault.BadIdentity, Assert.IsType<HandshakeStep.Failed>(step).Fault);
    }

    [Fact]
    public void More_strangers_than_are_remembered_change_nothing()
    {
        var known = new KnownKeys();
        using var ephemeral = Pkoc.DeviceEphemeral.Ephemeral();
        for (var i = 0; i < KnownKeys.KeysMax + 2; i++)
        {
            var stranger = new LabelledKey($"stranger {i}");
            using var reader = Pkoc.ReaderSide(known: known, remembering: true);
            reader.Start();
            reader.Receive(M2.Write(ephemeral, presentationFollows: false));
            var step = reader.Receive(M4.Write(
                Pkoc.SessionKey(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral), stranger.Public.ToUncompressed(),
                stranger.Sign(Pkoc.Transcript(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral)), 1, longForm: true));
            Assert.Equal(stranger.Public, Assert.IsType<HandshakeStep.Proven>(step).Device);
        }
    }

    [Fact]
    public void A_reader_that_waited_in_vain_goes_on_with_the_key_alone()
    {
        using var phone = Pkoc.Phone(Pkoc.Held(Pkoc.Shown));
        using var reader = Pkoc.ReaderSide();
        var m2 = Assert.IsType<PhoneStep.Send>(phone.Receive(reader.Start())).Values[0];
        Assert.Throws<InvalidOperationException>(() => reader.WithoutPresentation());
        var m3 = Assert.IsType<HandshakeStep.Send>(reader.Receive(m2)).Value;
        var values = Assert.IsType<PhoneStep.Send>(phone.Receive(m3)).Values;
        Assert.IsType<HandshakeStep.AwaitPresentation>(reader.Receive(values[0]));
        Assert.Equal(M5.Write(M5.Denied), reader.Status(granted: true));
        Assert.Equal((Pkoc.Device.Public, null), (reader.WithoutPresentation().Device, null as PresentationMessage));
        Assert.Equal(HandshakeFault.OutOfOrder, Assert.IsType<HandshakeStep.Failed>(reader.Receive(values[1])).Fault);
        Assert.NotNull(reader.Result(new DoorResult(Reason.UnknownCredential, Pkoc.Now)));
    }

    [Fact]
    public void An_ephemeral_key_agrees_once_and_a_transaction_starts_once()
    {
        using var key = Pkoc.ReaderEphemeral.Ephemeral();
        var k = new byte[32];
        Assert.False(key.TryAgree(new byte[65], k));
        Assert.Throws<InvalidOperationException>(() => key.TryAgree(Pkoc.Device.Public.ToUncompressed(), k));
        using var reader = Pkoc.ReaderSide();
        reader.Start();
        Assert.Throws<InvalidOperationException>(() => reader.Start());
    }

    private static Recording Meet(
        PhoneHandshake phone, ReaderHandshake reader, DoorResult result,
        Func<byte[], byte[]>? toPhone = null, Func<byte[], byte[]>? toReader = null)
    {
        var (fromReader, fromPhone) = (new List<byte[]>(), new List<byte[]>());
        using (phone)
        using (reader)
        {
            HandshakeStep last = new HandshakeStep.Send(reader.Start());
            PhoneStep answer = new PhoneStep.Wait();
            while (last is HandshakeStep.Send send)
            {
                fromReader.Add(send.Value);
                answer = phone.Receive(toPhone is null ? send.Value : toPhone(send.Value));
                foreach (var value in answer is PhoneStep.Send written ? written.Values : [])
                {
                    fromPhone.Add(value);
                    last = reader.Receive(toReader is null ? value : toReader(value));
                }
                if (answer is not PhoneStep.Send)
                    break;
            }
            if (last is HandshakeStep.Proven)
                foreach (var value in new[] { reader.Status(result.Reason.IsGrant()), reader.Result(result) }.OfType<byte[]>())
                {
                    fromReader.Add(value);
                    answer = phone.Receive(toPhone is null ? value : toPhone(value));
                }
            return new(fromReader, fromPhone, last, answer);
        }
    }

    /// <summary>A value through the virtual radio: notified, cut at the MTU, then read whole.</summary>
    private static byte[] Carried(byte[] value, int mtu)
    {
        Assert.True(RadioFrame.TryReadFromReader(RadioFrame.Notification(value, mtu, out var isCut).ToBytes(), out var notified));
        if (!isCut)
            return notified.Value;
        Assert.Equal(mtu - 3, notified.Value.Length);
        Assert.True(RadioFrame.TryReadFromReader(RadioFrame.ReadAnswer(value).ToBytes(), out var read));
        return read.Value;
    }

    /// <summary>The fields of a message in the order of the permutation of this number.</summary>
    private static byte[] Shuffled(byte[] message, int permutation)
    {
        List<byte[]> fields = [];
        for (var rest = message.AsSpan(); !rest.IsEmpty;)
        {
            var length = rest[1] == 0x81 ? 3 + rest[2] : 2 + rest[1];
            fields.Add(rest[..length].ToArray());
            rest = rest[length..];
        }
        List<byte> shuffled = [];
        for (; fields.Count > 0; permutation /= fields.Count + 1)
        {
            var next = permutation % fields.Count;
            shuffled.AddRange(fields[next]);
            fields.RemoveAt(next);
        }
        return [.. shuffled];
    }

    /// <summary>Claims one key and signs with another.</summary>
    private sealed class SignsAs(PublicKey claimed, ISigner signer) : ISigner
    {
        public PublicKey Public => claimed;

        public byte[] Sign(ReadOnlySpan<byte> data) => signer.Sign(data);
    }
}
