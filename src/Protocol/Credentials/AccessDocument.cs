using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Credentials;

/// <summary>Bits of claim -8.</summary>
[Flags]
public enum DocumentFlags : byte
{
    None = 0,
    UserVerification = 1,
    OneTap = 2,
    OverrideRight = 4,
    LongUnlock = 8,
}

/// <summary>What a document may not be; see spec/access-document.md, the rules of the table.</summary>
public enum DocumentFault
{
    TimeOutOfRange,
    ExpiresNotAfterIssue,
    NotBeforeNotAfterIssue,
    UntilBeforeExpires,
    SerialZero,
    KeyOutOfRange,
    UserIdZero,
    PrefixNotDigits,
    TooManyRules,
    RuleWindowEmpty,
    UnknownFlags,
}

/// <summary>The signed right that a phone carries (spec/access-document.md). Equal when the claims are.</summary>
public sealed record AccessDocument
{
    public const int BytesMax = 1024;
    public const int RulesMax = 32;

    public required SiteId Site { get; init; }

    /// <summary>Number of the mobile key within the site, 0 to 2^32 - 2; its index in the status list.</summary>
    public required uint Key { get; init; }

    /// <summary>The phone's key for this customer.</summary>
    public required PublicKey Device { get; init; }

    /// <summary>Seconds.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>Seconds, inclusive; set only when later than <see cref="IssuedAt"/>.</summary>
    public long? NotBefore { get; init; }

    /// <summary>Seconds, exclusive: the end of the document.</summary>
    public required long Expires { get; init; }

    /// <summary>Seconds, exclusive: the end of the key itself; null = none.</summary>
    public long? Until { get; init; }

    /// <summary>From 1; rises with each document of the key.</summary>
    public required uint Serial { get; init; }

    /// <summary>1 to 2^32 - 1.</summary>
    public required uint UserId { get; init; }

    /// <summary>2 or 3 digits; null = none.</summary>
    public string? Prefix { get; init; }

    /// <summary>At most <see cref="RulesMax"/>.</summary>
    public ImmutableArray<Rule> Rules { get; init; } = [];

    public DocumentFlags Flags { get; init; }

    /// <summary>Count limit left at issue; null = unlimited.</summary>
    public uint? Uses { get; init; }

    /// <summary>The one place where a document becomes fit to be signed.</summary>
    public static DocumentFault? Lint(AccessDocument document, out Linted<AccessDocument>? linted)
    {
        var fault = DocumentWire.FaultOf(document);
        linted = fault is null ? new(document) : null;
        return fault;
    }

    /// <summary>Signs by a credential issuer key.</summary>
    public static byte[] Sign(Linted<AccessDocument> document, ISigner issuer)
    {
        ArgumentNullException.ThrowIfNull(document);
        return Cose.Write(Typ.Document, DocumentWire.Write(document.Value), issuer);
    }

    /// <summary>
    /// Reads without verifying, for the holder of a document and for replays: false is <c>malformed</c>. Readers use
    /// <see cref="DocumentReading.Read"/>.
    /// </summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AccessDocument? document, [NotNullWhen(true)] out Sign1? signed)
    {
        document = null;
        signed = null;
        return bytes.Length <= BytesMax
            && Cose.TryRead(bytes, Typ.Document, out signed)
            && Cbor.TryRead(signed.Payload, DocumentWire.Read, out document);
    }

    public bool Equals(AccessDocument? other) =>
        other is not null && DocumentWire.Write(this).AsSpan().SequenceEqual(DocumentWire.Write(other));

    public override int GetHashCode() => HashCode.Combine(Site, Key, Serial, IssuedAt);
}
