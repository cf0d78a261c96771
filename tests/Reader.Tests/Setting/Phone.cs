using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Transports;

namespace Latchkey.Reader.Tests.Setting;

/// <summary>A wallet with one key, speaking the real phone side of the protocol.</summary>
internal sealed class Phone(Site site, uint key) : IDisposable
{
    public EcdsaSigner Device { get; set; } = Site.NewKey();

    public PresentationFlags Flags { get; set; } = PresentationFlags.ScreenLock;

    public long? VerifiedAt { get; set; }

    /// <summary>What is shown at the door; null = a plain PKOC phone.</summary>
    public byte[]? Document { get; set; }

    /// <summary>Status lists of its newest grant.</summary>
    public CarriedLists? Carried { get; set; }

    public uint Serial { get; private set; }

    public AccessDocument Claims { get; private set; } = null!;

    /// <summary>A fresh document of this key, as the server would give it now.</summary>
    public Phone Renew(long now, Func<AccessDocument, AccessDocument>? with = null, ISigner? issuer = null, long lifespan = 24 * 3600)
    {
        Serial++;
        var document = new AccessDocument
        {
            Site = site.Id,
            Key = key,
            Device = Device.Public,
            IssuedAt = now,
            Expires = now + lifespan,
            Serial = Serial,
            UserId = key + 10,
            Rules = [new(Site.Everybody, Rule.Always)],
        };
        Claims = with?.Invoke(document) ?? document;
        Assert.Null(AccessDocument.Lint(Claims, out var linted));
        Document = AccessDocument.Sign(linted!, issuer ?? site.Issuer);
        return this;
    }

    public PhoneHandshake Handshake(long now) => new(
        _ => new([site.SiteKey.Public], null, Device, 0, Document is null ? null : new(Document, Flags, VerifiedAt, now), Carried),
        EphemeralKey.Of(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256)),
        now);

    /// <summary>One whole transaction on a connection of the reader's core. The last step says how it ended.</summary>
    /// <param name="tamper">Changes what is written; null = it never arrives.</param>
    public PhoneStep Present(PhoneConnection connection, long now, Func<byte[], byte[]?>? tamper = null)
    {
        var arrived = new Queue<RadioFrame>();
        void Arrive(RadioFrame frame) => arrived.Enqueue(frame);
        connection.Notified += Arrive;
        try
        {
            using var handshake = Handshake(now);
            connection.Subscribe();
            PhoneStep last = new PhoneStep.Wait();
            while (arrived.TryDequeue(out var frame))
            {
                var value = frame.Value;
                if (value.Length == connection.Mtu - 3)
                    connection.Read(whole => value = whole);
                last = handshake.Receive(value);
                if (last is PhoneStep.Send send)
                {
                    foreach (var written in send.Values)
                    {
                        if ((tamper is null ? written : tamper(written)) is { } sent)
                            connection.Write(sent);
                    }
                }
            }

            return last;
        }
        finally
        {
            connection.Notified -= Arrive;
        }
    }

    public byte[] OpenProof(ReaderId reader, Guid nonce, long now) =>
        new OpenProof(site.Id, reader, nonce, now, Flags, VerifiedAt).Sign(Device);

    public void Dispose() => Device.Dispose();
}
