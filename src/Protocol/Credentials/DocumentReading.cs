using System.Buffers.Binary;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Credentials;

/// <summary>What a reader found out about a presentation; the numbers of spec/events.md, key 19.</summary>
public enum Authenticity : byte
{
    Genuine = 0,
    Malformed = 1,
    Unknown = 2,
    WrongSite = 3,
    BadSignature = 4,
    Replayed = 5,
}

/// <summary>A document as a reader reads it.</summary>
/// <param name="Document">Set whenever it could be read, so that the event can say whose it claims to be; believed only when genuine.</param>
/// <param name="IssuerKid">Which issuer key it names, <see cref="PublicKey.KidNumber"/>.</param>
public readonly record struct DocumentReading(Authenticity Authenticity, AccessDocument? Document, uint IssuerKid)
{
    /// <summary>Steps 1 to 7 of spec/access-document.md. Time, state and rights are the decision's.</summary>
    public static DocumentReading Read(ReadOnlySpan<byte> bytes, SiteId site, IEnumerable<Issuer> issuers)
    {
        ArgumentNullException.ThrowIfNull(issuers);
        // access-document 1 to 4
        if (!AccessDocument.TryRead(bytes, out var document, out var signed))
            return new(Authenticity.Malformed, null, 0);
        var kid = BinaryPrimitives.ReadUInt32BigEndian(signed.Kid);
        // access-document 5
        if (document.Site != site)
            return new(Authenticity.WrongSite, document, kid);
        // access-document 6 and 7: keys may share a kid; any one that verifies
        var authenticity = Authenticity.Unknown;
        foreach (var issuer in issuers)
        {
            if (issuer.Key.KidNumber != kid)
                continue;
            if (issuer.Key.Verify(signed.ToBeSigned, signed.Signature))
                return new(Authenticity.Genuine, document, kid);
            authenticity = Authenticity.BadSignature;
        }

        return new(authenticity, document, kid);
    }
}
