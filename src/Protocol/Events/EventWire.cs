using System.Formats.Cbor;
using System.Numerics;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Events;

// The payload of spec/events.md as bytes.
internal static class EventWire
{
    private const long FlagsMax = (long)(EventFlags.UserVerified | EventFlags.ScreenLock | EventFlags.OneTap);

    public static byte[] Write(EventPayload payload) => Cbor.Write(writer =>
    {
        writer.WriteStartMap(null);
        writer.Bytes(1, payload.Salt).Uint(2, (long?)payload.Way).Uint(3, (long?)payload.Reason).Uint(4, (long?)payload.Credential);
        writer.Uint(5, payload.KeyNumber).Uint(6, payload.Serial).Uint(7, payload.UserId).Uint(8, payload.DurationMs);
        writer.Uint(9, payload.BundleEpoch).Uint(10, payload.BundleSeq);
        if (payload.Document is not null)
            writer.Bytes(11, payload.Document);
        writer.Uint(12, (long?)payload.Flags).Uint(13, payload.Now);
        if (payload.Facts is { } facts)
        {
            writer.WriteInt32(14);
            WriteFacts(writer, facts);
        }

        if (payload.Rule is { } rule)
        {
            writer.WriteInt32(15);
            rule.Write(writer);
        }

        if (payload.DeviceKey is not null)
            writer.Bytes(16, payload.DeviceKey.Span);
        writer.Text(17, payload.Text);
        if (payload.Command is not null)
            writer.Bytes(18, payload.Command);
        writer.Uint(19, (long?)payload.Authenticity).Uint(20, payload.VerifiedAt).Uint(21, payload.Dated).Uint(22, payload.SignalPercent);
        writer.WriteEndMap();
    });

    public static EventPayload Read(CborSource source)
    {
        source.OpenMap();
        var payload = new EventPayload
        {
            Salt = source.Key(1).Bytes(EventPayload.SaltBytes),
            Way = source.HasKey(2) ? ReadWay(source) : null,
            Reason = source.HasKey(3) ? ReadReason(source) : null,
            Credential = source.HasKey(4) ? (CredentialKind)source.Uint((long)CredentialKind.Console) : null,
            KeyNumber = source.HasKey(5) ? source.Uint32() : null,
            Serial = source.HasKey(6) ? source.Uint32() : null,
            UserId = source.HasKey(7) ? source.Uint32() : null,
            DurationMs = source.HasKey(8) ? source.Uint32() : null,
            BundleEpoch = source.HasKey(9) ? source.Uint(CborSource.SafeIntegerMax) : null,
            BundleSeq = source.HasKey(10) ? source.Uint(CborSource.SafeIntegerMax) : null,
            Document = source.HasKey(11) ? source.Bytes(1, AccessDocument.BytesMax) : null,
            Flags = source.HasKey(12) ? (EventFlags)source.Uint(FlagsMax) : null,
            Now = source.HasKey(13) ? source.Time() : null,
            Facts = source.HasKey(14) ? ReadFacts(source) : null,
            Rule = source.HasKey(15) ? ReadRule(source) : null,
            DeviceKey = source.HasKey(16) ? BundleWire.ReadKey(source) : null,
            Text = source.HasKey(17) ? source.Text(EventPayload.TextBytesMax) : null,
            Command = source.HasKey(18) ? source.Bytes(EventPayload.CommandBytes) : null,
            Authenticity = source.HasKey(19) ? (Authenticity)source.Uint((long)Authenticity.Replayed) : null,
            VerifiedAt = source.HasKey(20) ? source.Time() : null,
            Dated = source.HasKey(21) ? source.Time() : null,
            SignalPercent = source.HasKey(22) ? (uint)source.Uint(100) : null,
        };
        source.CloseMap();
        return payload;
    }

    private static void WriteFacts(CborWriter writer, DoorFacts facts)
    {
        writer.WriteStartMap(null);
        writer.Bool(1, facts.ClockTrusted).Bool(2, facts.BundleExpired).Uint(3, facts.NewestSerial).Uint(4, facts.UsesLeft);
        writer.Uint(5, facts.TouchedAt).Uint(6, facts.ThrottledUntil);
        if (facts.Inside)
            writer.Bool(7, true);
        writer.Uint(8, (long?)facts.Listed);
        writer.WriteEndMap();
    }

    private static DoorFacts ReadFacts(CborSource source)
    {
        source.OpenMap();
        var facts = new DoorFacts
        {
            ClockTrusted = source.Key(1).Bool(),
            BundleExpired = source.Key(2).Bool(),
            NewestSerial = source.HasKey(3) ? source.Uint32() : null,
            UsesLeft = source.HasKey(4) ? source.Uint32() : null,
            TouchedAt = source.HasKey(5) ? source.Time() : null,
            ThrottledUntil = source.HasKey(6) ? source.Time() : null,
            Inside = source.HasKey(7) && (source.Bool() ? true : throw CborSource.Refuse("absent means not inside")),
            Listed = source.HasKey(8) ? (KeyState)source.Uint((long)KeyState.UserInactive, min: 1) : null,
        };
        source.CloseMap();
        return facts;
    }

    private static Way ReadWay(CborSource source)
    {
        var way = (byte)source.Uint(byte.MaxValue, min: 1);
        return BitOperations.IsPow2(way) ? (Way)way : throw CborSource.Refuse("one way");
    }

    private static Reason ReadReason(CborSource source)
    {
        var code = source.Uint(byte.MaxValue);
        return Reasons.IsKnown(code) ? (Reason)code : throw CborSource.Refuse("no such reason");
    }

    private static Rule ReadRule(CborSource source)
    {
        var rule = Rule.Read(source);
        return rule.IsSound ? rule : throw CborSource.Refuse("a rule that never holds");
    }
}
