using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Latchkey.Protocol.Handshake;

namespace Latchkey.Protocol.Link;

/// <summary>The first byte of a virtual radio's message; bit 7 says that the reader sends it.</summary>
public enum RadioOperation : byte
{
    Subscribe = 0x02,
    Write = 0x03,
    Read = 0x04,
    Unsubscribe = 0x06,
    Connected = 0x80,
    Subscribed = 0x82,
    Written = 0x83,
    ReadAnswer = 0x84,
    Notification = 0x85,
    Unsubscribed = 0x86,
}

/// <summary>One message of the virtual radio: GATT over a WebSocket (virtual-radio).</summary>
public sealed record RadioFrame
{
    public const string Subprotocol = "latchkey.radio.1";
    public const int MtuMin = 23;
    public const int MtuMax = 517;

    /// <summary>Longest local name, bytes: a Reader ID.</summary>
    public const int NameBytesMax = 8;

    /// <summary>Answer to a write that was taken.</summary>
    public const byte WriteTaken = 0x00;

    /// <summary>ATT error "invalid attribute value length".</summary>
    public const byte InvalidLength = 0x0D;

    /// <summary>Bytes of a notification's head within the MTU.</summary>
    private const int NotificationHeadBytes = 3;

    private RadioFrame(RadioOperation operation, byte[] value) => (Operation, Value) = (operation, value);

    public RadioOperation Operation { get; }

    /// <summary>What stands behind the operation.</summary>
    public byte[] Value { get; }

    public static RadioFrame Connected(int mtu, string localName)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, MtuMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, MtuMax);
        var name = Encoding.ASCII.GetBytes(localName);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, NameBytesMax, nameof(localName));
        var value = new byte[2 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)mtu);
        name.CopyTo(value, 2);
        return new(RadioOperation.Connected, value);
    }

    public static RadioFrame Subscribe { get; } = new(RadioOperation.Subscribe, []);

    public static RadioFrame Subscribed { get; } = new(RadioOperation.Subscribed, []);

    public static RadioFrame Unsubscribe { get; } = new(RadioOperation.Unsubscribe, []);

    public static RadioFrame Unsubscribed { get; } = new(RadioOperation.Unsubscribed, []);

    public static RadioFrame Read { get; } = new(RadioOperation.Read, []);

    public static RadioFrame Write(ReadOnlySpan<byte> value) => new(RadioOperation.Write, Whole(value, 1));

    /// <param name="error"><see cref="WriteTaken"/> or an ATT error code.</param>
    public static RadioFrame Written(byte error) => new(RadioOperation.Written, [error]);

    /// <summary>The whole value last notified, or empty.</summary>
    public static RadioFrame ReadAnswer(ReadOnlySpan<byte> value) => new(RadioOperation.ReadAnswer, Whole(value, 0));

    /// <summary>Cut to what one notification carries.</summary>
    /// <param name="isCut">The phone must read the whole before anything else is sent.</param>
    public static RadioFrame Notification(ReadOnlySpan<byte> value, int mtu, out bool isCut)
    {
        var room = mtu - NotificationHeadBytes;
        isCut = value.Length > room;
        return new(RadioOperation.Notification, Whole(isCut ? value[..room] : value, 1));
    }

    public byte[] ToBytes() => [(byte)Operation, .. Value];

    /// <summary>A message of the phone; false for anything that closes the connection.</summary>
    public static bool TryReadFromPhone(ReadOnlySpan<byte> message, [NotNullWhen(true)] out RadioFrame? frame) =>
        TryRead(message, out frame, fromReader: false);

    /// <summary>A message of the reader.</summary>
    public static bool TryReadFromReader(ReadOnlySpan<byte> message, [NotNullWhen(true)] out RadioFrame? frame) =>
        TryRead(message, out frame, fromReader: true);

    /// <summary>The MTU and the local name of <see cref="RadioOperation.Connected"/>.</summary>
    public (int Mtu, string LocalName) Connection => Operation == RadioOperation.Connected
        ? (BinaryPrimitives.ReadUInt16BigEndian(Value), Encoding.ASCII.GetString(Value.AsSpan(2)))
        : throw new InvalidOperationException("Only the first message of a reader says how it is connected.");

    public bool Equals(RadioFrame? other) =>
        other is not null && Operation == other.Operation && Value.AsSpan().SequenceEqual(other.Value);

    public override int GetHashCode() => HashCode.Combine(Operation, Value.Length);

    private static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out RadioFrame? frame, bool fromReader)
    {
        frame = null;
        if (message.IsEmpty || message[0] >> 7 != (fromReader ? 1 : 0))
            return false;
        var operation = (RadioOperation)message[0];
        if (!Fits(operation, message[1..]))
            return false;
        frame = new(operation, message[1..].ToArray());
        return true;
    }

    private static bool Fits(RadioOperation operation, ReadOnlySpan<byte> value) => operation switch
    {
        RadioOperation.Subscribe or RadioOperation.Subscribed => value.IsEmpty,
        RadioOperation.Unsubscribe or RadioOperation.Unsubscribed => value.IsEmpty,
        RadioOperation.Read => value.IsEmpty,
        RadioOperation.Written => value.Length == 1,
        RadioOperation.Write or RadioOperation.Notification => value.Length is >= 1 and <= Tlv.ValueBytesMax,
        RadioOperation.ReadAnswer => value.Length <= Tlv.ValueBytesMax,
        RadioOperation.Connected => value.Length is >= 2 and <= 2 + NameBytesMax
            && BinaryPrimitives.ReadUInt16BigEndian(value) is >= MtuMin and <= MtuMax && Ascii.IsValid(value[2..]),
        _ => false,
    };

    private static byte[] Whole(ReadOnlySpan<byte> value, int bytesMin) =>
        value.Length >= bytesMin && value.Length <= Tlv.ValueBytesMax
            ? value.ToArray()
            : throw new ArgumentException($"A characteristic value has at most {Tlv.ValueBytesMax} bytes.", nameof(value));
}
