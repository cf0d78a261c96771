using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>Who a reader is.</summary>
/// <param name="Certificate">138 bytes, by the site, for <paramref name="Key"/>.</param>
/// <param name="Key">The reader key; never leaves the reader.</param>
public sealed record ReaderIdentity(SiteId Site, ReaderId Reader, byte[] Certificate, ISigner Key);

/// <summary>
/// The reader's side of one transaction (pkoc-ble, "Reader: steps"), without I/O: give it what the phone wrote, do what the
/// step says. One object a transaction, one caller at a time; a new CCCD write takes a new one. The caller keeps the time:
/// <see cref="TransactionSeconds"/> from the CCCD write.
/// </summary>
/// <param name="ephemeral">Re, fresh, made ahead of time; owned from here on.</param>
/// <param name="knownKeys">Shared by all transactions of the reader.</param>
public sealed class ReaderHandshake(
    ReaderIdentity identity, EphemeralKey ephemeral, LatchkeyTag80 tag80, KnownKeys knownKeys) : IDisposable
{
    public const int TransactionSeconds = 10;
    public const int PresentationSeconds = 2;

    private enum State
    {
        New,
        AwaitM2,
        AwaitM4,
        AwaitFrames,
        Proven,
        Failed,
    }

    private readonly byte[] transcript = new byte[Transcript.Bytes];
    private readonly byte[] sessionKey = new byte[EphemeralKey.SessionKeyBytes];
    private State state;
    private byte[] m1 = [];
    private bool presentationFollows;
    private SealedChannel? channel;
    private PublicKey? device;
    private uint keyCreated;
    private StatusListsMessage? statusLists;
    private HandshakeFault fault;

    /// <summary>1: M1, to be notified when the phone has written the CCCD.</summary>
    public byte[] Start()
    {
        if (state != State.New)
            throw new InvalidOperationException("A transaction starts once; a new CCCD write takes a new one.");
        state = State.AwaitM2;
        return m1 = M1.Write(ephemeral, identity.Reader, identity.Site, tag80, identity.Certificate);
    }

    /// <summary>Takes one value that the phone wrote.</summary>
    public HandshakeStep Receive(ReadOnlySpan<byte> value) => state switch
    {
        State.AwaitM2 => ReceiveM2(value),
        State.AwaitM4 => ReceiveM4(value),
        State.AwaitFrames => ReceiveFrame(value),
        State.Failed => new HandshakeStep.Failed(fault.Status(), fault),
        _ => new HandshakeStep.Failed(M5.BadMessage, HandshakeFault.OutOfOrder),
    };

    /// <summary>4: the announced presentation did not come in time; the proven key alone is left to decide upon.</summary>
    public HandshakeStep.Proven WithoutPresentation()
    {
        if (state != State.AwaitFrames)
            throw new InvalidOperationException("Only a presentation that is waited for can be given up.");
        return Prove(presentation: null);
    }

    /// <summary>5: M5. The bolt has been drawn by now, if it is to be. To a phone that has proven nothing it is never granted.</summary>
    public byte[] Status(bool granted) => M5.Write(granted && state == State.Proven ? M5.Granted : M5.Denied);

    /// <summary>
    /// 5: the sealed result behind M5, in one value; null if the phone does not speak the extension. The reason is told as
    /// the door tells it, whatever came in.
    /// </summary>
    public byte[]? Result(DoorResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (state != State.Proven)
            throw new InvalidOperationException("A result goes to a phone that has proven its key.");
        return channel?.Seal(SealedType.Result, (result with { Reason = result.Reason.ToldAtDoor() }).Write())[0];
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(sessionKey);
        ephemeral.Dispose();
        channel?.Dispose();
    }

    private HandshakeStep ReceiveM2(ReadOnlySpan<byte> value)
    {
        if (value.Length > Tlv.ValueBytesMax || !M2.TryRead(value, out var m2)) // 2
            return Fail(HandshakeFault.BadMessage);
        if (!ephemeral.TryAgree(m2.PhoneEphemeral, sessionKey)) // 2
            return Fail(HandshakeFault.BadPoint);
        Transcript.Write(
            transcript, identity.Site, identity.Reader, m2.PhoneEphemeral.Slice(1, P256.CoordinateBytes), ephemeral.X);
        presentationFollows = m2.PresentationFollows;
        if (m2.SpeaksLatchkey)
            channel = SealedChannel.ForReader(sessionKey, transcript, m1, value);
        state = State.AwaitM4;
        return new HandshakeStep.Send(M3.Write(identity.Key.Sign(transcript)));
    }

    private HandshakeStep ReceiveM4(ReadOnlySpan<byte> value)
    {
        if (!TlvMessage.TryRead(value, out var fields)
            || !fields.Find(Tags.Ciphertext, out var ciphertext)
            || ciphertext.Length is < Ccm.TagBytes or > Tlv.ValueBytesMax)
            return Fail(HandshakeFault.BadCiphertext);
        Span<byte> plaintext = stackalloc byte[Tlv.ValueBytesMax];
        plaintext = plaintext[..(ciphertext.Length - Ccm.TagBytes)];
        var opened = Ccm.TryDecrypt(sessionKey, ciphertext, plaintext);
        CryptographicOperations.ZeroMemory(sessionKey);
        if (!opened) // 3
            return Fail(HandshakeFault.BadCiphertext);
        if (!PhoneIdentity.TryRead(plaintext, out var phone) || !knownKeys.TryRead(phone.DeviceKey, out var key)) // 3
            return Fail(HandshakeFault.BadIdentity);
        if (!key.Verify(transcript, phone.Signature)) // 3
            return Fail(HandshakeFault.BadSignature);

        knownKeys.Keep(key);
        device = key;
        keyCreated = phone.Created;
        if (!presentationFollows)
            return Prove(presentation: null);
        state = State.AwaitFrames;
        return new HandshakeStep.AwaitPresentation();
    }

    private HandshakeStep ReceiveFrame(ReadOnlySpan<byte> value) => channel!.Open(value, out var message) switch // 4
    {
        Opening.More => new HandshakeStep.AwaitPresentation(),
        Opening.Whole when message!.Type == SealedType.Presentation && PresentationMessage.TryRead(message.Body, out var presentation) =>
            Prove(presentation),
        Opening.Whole when message!.Type == SealedType.StatusLists && statusLists is null
            && StatusListsMessage.TryRead(message.Body, out statusLists) => new HandshakeStep.AwaitPresentation(),
        _ => Fail(HandshakeFault.BadFrame),
    };

    private HandshakeStep.Proven Prove(PresentationMessage? presentation)
    {
        state = State.Proven;
        return new HandshakeStep.Proven(device!, keyCreated, presentation, statusLists);
    }

    private HandshakeStep.Failed Fail(HandshakeFault what)
    {
        state = State.Failed;
        fault = what;
        CryptographicOperations.ZeroMemory(sessionKey);
        return new HandshakeStep.Failed(what.Status(), what);
    }
}
