using System.Collections.Immutable;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Credentials;

// The claims as bytes. One check serves both directions: what the lint lets through is exactly what reads.
internal static class DocumentWire
{
    private const int Expires = 4, NotBefore = 5, IssuedAt = 6, Confirmation = 8;
    private const int Until = -1, Serial = -2, Site = -3, Key = -4, UserId = -5, Prefix = -6, Rules = -7, Flags = -8, Uses = -9;
    private const DocumentFlags KnownFlags =
        DocumentFlags.UserVerification | DocumentFlags.OneTap | DocumentFlags.OverrideRight | DocumentFlags.LongUnlock;

    public static DocumentFault? FaultOf(AccessDocument document)
    {
        if (!InTime(document.IssuedAt) || !InTime(document.Expires) || !InTime(document.NotBefore) || !InTime(document.Until)
            // No end is said by leaving the claim out.
            || document.Until == UnixTime.End)
            return DocumentFault.TimeOutOfRange;
        if (document.Expires <= document.IssuedAt)
            return DocumentFault.ExpiresNotAfterIssue;
        if (document.NotBefore <= document.IssuedAt)
            return DocumentFault.NotBeforeNotAfterIssue;
        if (document.Until < document.Expires)
            return DocumentFault.UntilBeforeExpires;
        if (document.Serial == 0)
            return DocumentFault.SerialZero;
        if (document.Key == uint.MaxValue)
            return DocumentFault.KeyOutOfRange;
        if (document.UserId == 0)
            return DocumentFault.UserIdZero;
        if (document.Prefix is { } prefix && !IsPrefix(prefix))
            return DocumentFault.PrefixNotDigits;
        if (document.Rules.Length > AccessDocument.RulesMax)
            return DocumentFault.TooManyRules;
        if (document.Rules.Any(rule => !rule.IsSound))
            return DocumentFault.RuleWindowEmpty;
        if ((document.Flags & ~KnownFlags) != 0)
            return DocumentFault.UnknownFlags;
        return null;
    }

    public static byte[] Write(AccessDocument document) => Cbor.Write(writer =>
    {
        writer.WriteStartMap(null);
        writer.Uint(Expires, document.Expires).Uint(NotBefore, document.NotBefore).Uint(IssuedAt, document.IssuedAt);
        writer.WriteInt32(Confirmation);
        WriteConfirmation(writer, document.Device);
        writer.Uint(Until, document.Until).Uint(Serial, document.Serial).Bytes(Site, document.Site.ToBytes());
        writer.Uint(Key, document.Key).Uint(UserId, document.UserId).Text(Prefix, document.Prefix);
        writer.WriteInt32(Rules);
        writer.WriteStartArray(document.Rules.Length);
        foreach (var rule in document.Rules)
            rule.Write(writer);
        writer.WriteEndArray();
        writer.Uint(Flags, document.Flags == DocumentFlags.None ? null : (long)document.Flags).Uint(Uses, document.Uses);
        writer.WriteEndMap();
    });

    public static AccessDocument Read(CborSource source)
    {
        source.OpenMap();
        var expires = source.Key(Expires).Time();
        var notBefore = source.HasKey(NotBefore) ? source.Time() : (long?)null;
        var issuedAt = source.Key(IssuedAt).Time();
        var device = ReadConfirmation(source.Key(Confirmation));
        var document = new AccessDocument
        {
            Expires = expires,
            NotBefore = notBefore,
            IssuedAt = issuedAt,
            Device = device,
            Until = source.HasKey(Until) ? source.Time() : null,
            Serial = source.Key(Serial).Uint32(),
            Site = source.Key(Site).Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead),
            Key = source.Key(Key).Uint32(),
            UserId = source.Key(UserId).Uint32(),
            Prefix = source.HasKey(Prefix) ? source.Text(3) : null,
            Rules = ImmutableArray.Create(source.Key(Rules).Array(AccessDocument.RulesMax, Rule.Read)),
            Flags = source.HasKey(Flags) ? (DocumentFlags)source.Uint((long)KnownFlags, min: 1) : DocumentFlags.None,
            Uses = source.HasKey(Uses) ? source.Uint32() : null,
        };
        source.CloseMap();
        return FaultOf(document) is { } fault ? throw CborSource.Refuse(fault.ToString()) : document;
    }

    public static bool IsPrefix(string prefix) => prefix.Length is 2 or 3 && prefix.All(char.IsAsciiDigit);

    // cnf (RFC 8747) holding a COSE_Key: EC2, P-256, y as the sign bit of the compressed form.
    private static void WriteConfirmation(System.Formats.Cbor.CborWriter writer, PublicKey device)
    {
        writer.WriteStartMap(1);
        writer.WriteInt32(1);
        writer.WriteStartMap(4);
        writer.Uint(1, 2).Uint(-1, 1).Bytes(-2, device.X).Bool(-3, device.Span[0] == 3);
        writer.WriteEndMap();
        writer.WriteEndMap();
    }

    private static PublicKey ReadConfirmation(CborSource source)
    {
        source.OpenMap();
        source.Key(1).OpenMap();
        source.Key(1).Uint(2, min: 2);
        source.Key(-1).Uint(1, min: 1);
        var x = source.Key(-2).Bytes(P256.CoordinateBytes);
        var odd = source.Key(-3).Bool();
        source.CloseMap();
        source.CloseMap();
        return PublicKey.TryRead([(byte)(odd ? 3 : 2), .. x], out var key) ? key : throw CborSource.Refuse("not on the curve");
    }

    private static bool InTime(long? time) => time is null or (>= 0 and <= UnixTime.End);
}
