using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>What a phone holds for one site.</summary>
/// <param name="SiteKeys">One, or two during a rotation.</param>
/// <param name="RevokedReaders">The newest verified list; null = none revoked.</param>
/// <param name="Device">The key made for this site and no other.</param>
/// <param name="KeyCreated">Seconds.</param>
/// <param name="Presentation">Null at a foreign PKOC site, where the key alone is enrolled.</param>
/// <param name="Carried">For readers that know less; null = nothing to carry.</param>
public sealed record HeldKey(
    IReadOnlyList<PublicKey> SiteKeys,
    ReaderRevocationList? RevokedReaders,
    ISigner Device,
    uint KeyCreated,
    PresentationMessage? Presentation,
    CarriedLists? Carried = null);

/// <summary>
/// The phone's side of one transaction (pkoc-ble, "Phone: steps before M4"), without I/O. Nothing that names the phone (its key,
/// a signature by it, a document) is made before step 7 has proven the reader.
/// </summary>
/// <param name="held">What the phone holds for a site; null = unknown site.</param>
/// <param name="ephemeral">Ce, fresh; owned from here on.</param>
/// <param name="now">Seconds.</param>
/// <param name="wanted">The reader the person asked for, if it was a certain one.</param>
public sealed class PhoneHandshake(
    Func<SiteId, HeldKey?> held, EphemeralKey ephemeral, long now, ReaderId? wanted = null) : IDisposable
{
    private enum State
    {
        AwaitM1,
        AwaitM3,
        AwaitAnswer,
        Over,
    }

    private readonly byte[] transcript = new byte[Transcript.Bytes];
    private readonly byte[] readerEphemeral = new byte[P256.UncompressedBytes];
    private State state;
    private ReaderFault fault = ReaderFault.BadMessage;
    private HeldKey? key;
    private PublicKey? readerKey;
    private byte[] m1 = [];
    private byte[] m2 = [];
    private bool longForm;
    private SealedChannel? channel;

    /// <summary>What the reader says about itself, from M1 on; unauthenticated until the verdict has come.</summary>
    public LatchkeyTag80? Reader { get; private set; }

    /// <summary>Takes one value that the reader notified.</summary>
    public PhoneStep Receive(ReadOnlySpan<byte> value) => state switch
    {
        State.AwaitM1 => ReceiveM1(value),
        State.AwaitM3 => ReceiveM3(value),
        State.AwaitAnswer => ReceiveAnswer(value),
        State.Over => new PhoneStep.Failed(fault),
    };

    public void Dispose()
    {
        ephemeral.Dispose();
        channel?.Dispose();
    }

    private PhoneStep ReceiveM1(ReadOnlySpan<byte> value)
    {
        if (value.Length > Tlv.ValueBytesMax || !M1.TryRead(value, out var message)) // 1
            return Fail(ReaderFault.BadMessage);
        if (!PublicKey.TryRead(message.ReaderEphemeral, out var ephemeralOfReader)) // 1
            return Fail(ReaderFault.BadMessage);
        if (held(message.Site) is not { SiteKeys.Count: > 0 } site) // 2
            return Fail(ReaderFault.UnknownSite);
        if (!message.HasCertificate) // 3
            return Fail(ReaderFault.NoCertificate);
        if (site.Presentation is not null && message.Latchkey is null) // 3
            return Fail(ReaderFault.Stripped);
        if (Check(message, site, out var certificate) is { } wrong) // 4
            return Fail(wrong);
        if (site.RevokedReaders?.Contains(message.Reader) == true) // 5: the subject is the same, by 4
            return Fail(ReaderFault.ReaderRevoked);
        if (wanted is { } asked && asked != message.Reader) // 6
            return Fail(ReaderFault.OtherReader);

        Transcript.Write(transcript, message.Site, message.Reader, ephemeral.X, ephemeralOfReader.X);
        ephemeralOfReader.ToUncompressed().CopyTo(readerEphemeral, 0);
        (key, readerKey, longForm, Reader) = (site, certificate!.ReaderKey, message.ReadsLongForm, message.Latchkey);
        m1 = value.ToArray();
        m2 = M2.Write(ephemeral, presentationFollows: site.Presentation is not null); // 7
        state = State.AwaitM3;
        return new PhoneStep.Send([m2]);
    }

    private ReaderFault? Check(in M1 message, HeldKey site, out ReaderCertificate? certificate)
    {
        if (!ReaderCertificate.TryRead(message.Certificate, out certificate)
            || certificate.Reader != message.Reader
            || certificate.Site != message.Site)
            return ReaderFault.BadCertificate;
        if (now < certificate.NotBefore)
            return ReaderFault.CertificateNotYet;
        if (certificate.NotAfter != ReaderCertificate.NoEnd && now > certificate.NotAfter)
            return ReaderFault.CertificateExpired;
        return certificate.IsSignedBy(site.SiteKeys) ? null : ReaderFault.BadCertificate;
    }

    private PhoneStep ReceiveM3(ReadOnlySpan<byte> value)
    {
        if (!M3.TryRead(value, out var signature))
            return Fail(ReaderFault.BadMessage);
        if (!readerKey!.Verify(transcript, signature)) // 7
            return Fail(ReaderFault.ReaderNotProven);

        Span<byte> sessionKey = stackalloc byte[EphemeralKey.SessionKeyBytes];
        if (!ephemeral.TryAgree(readerEphemeral, sessionKey))
            return Fail(ReaderFault.BadMessage);
        var device = key!.Device;
        List<byte[]> values =
        [
            M4.Write(sessionKey, device.Public.ToUncompressed(), device.Sign(transcript), key.KeyCreated, longForm),
        ];
        if (key.Presentation is { } presentation)
        {
            channel = SealedChannel.ForPhone(sessionKey, transcript, m1, m2);
            // sealed-extension 5: ahead of the presentation, so that they count for it already.
            if (key.Carried is { } carried && carried.Sequence > Reader?.StatusSequence && carried.Message() is { } lists)
                values.AddRange(channel.Seal(SealedType.StatusLists, lists.Write()));
            values.AddRange(channel.Seal(SealedType.Presentation, presentation.Write()));
        }
        CryptographicOperations.ZeroMemory(sessionKey);
        state = State.AwaitAnswer;
        return new PhoneStep.Send(values);
    }

    private PhoneStep ReceiveAnswer(ReadOnlySpan<byte> value)
    {
        if (M5.TryRead(value, out var status))
        {
            // M5 is plain text that anybody in the air can write: with a sealed result to come it says nothing.
            if (channel is not null)
                return new PhoneStep.Wait();
            state = State.Over;
            return new PhoneStep.Hint(status);
        }
        if (channel is null)
            return Fail(ReaderFault.BadMessage);
        switch (channel.Open(value, out var message))
        {
            case Opening.More:
                return new PhoneStep.Wait();
            case Opening.Whole when DoorResult.TryRead(message!.Body, out var result):
                state = State.Over;
                return new PhoneStep.Verdict(result);
            default:
                return Fail(ReaderFault.BadMessage);
        }
    }

    private PhoneStep.Failed Fail(ReaderFault what)
    {
        state = State.Over;
        fault = what;
        return new PhoneStep.Failed(what);
    }
}
