using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>What a statement may not be (spec/statements.md).</summary>
public enum StatementFault
{
    EpochZero,
    NumberOutOfRange,
    ExpiresNotAfterIssue,
    SnapshotAndDelta,
    PrevInSnapshot,
    DeltaWithoutPrev,
    HashLength,
    HashOfAnotherBundle,
    BundleOfAnotherReader,
    BundleUnsound,
}

/// <summary>A word of the site to one reader: a snapshot of its bundle, or a delta on what it has.</summary>
public sealed record Statement
{
    public const int BytesMax = 4 * 1024 * 1024;
    public const int HashBytes = 32;

    /// <summary>Default life of a statement; refreshed daily.</summary>
    public const long LifeSeconds = 7 * 24 * 3600;

    public required SiteId Site { get; init; }

    public required ReaderId Reader { get; init; }

    /// <summary>From 1.</summary>
    public required long Epoch { get; init; }

    /// <summary>The site's; may skip.</summary>
    public required long Seq { get; init; }

    /// <summary>Seconds.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>Seconds, exclusive.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>SHA-256 of the statement this delta follows; null in a snapshot.</summary>
    public byte[]? Prev { get; init; }

    /// <summary>Exactly one of this and <see cref="Delta"/>.</summary>
    public Bundle? Snapshot { get; init; }

    public Delta? Delta { get; init; }

    /// <summary>SHA-256 of the bundle after applying.</summary>
    public required byte[] StateHash { get; init; }

    /// <summary>The one place where a statement becomes fit to be signed.</summary>
    public static StatementFault? Lint(Statement statement, out Linted<Statement>? linted)
    {
        var fault = StatementWire.FaultOf(statement, bundleWasRead: false);
        linted = fault is null ? new(statement) : null;
        return fault;
    }

    /// <summary>Signs by a site key.</summary>
    public static byte[] Sign(Linted<Statement> statement, ISigner siteKey)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return Cose.Write(Typ.Statement, StatementWire.Write(statement.Value), siteKey);
    }

    /// <summary>Reads without verifying: false is <c>malformed</c>. Readers use <see cref="Applying.Apply"/>.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Statement? statement, [NotNullWhen(true)] out Sign1? signed)
    {
        statement = null;
        signed = null;
        return bytes.Length <= BytesMax
            && Cose.TryRead(bytes, Typ.Statement, out signed)
            && Cbor.TryRead(signed.Payload, StatementWire.Read, out statement);
    }

    /// <summary>What the next delta names as <see cref="Prev"/>: SHA-256 over the whole signed statement.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> signedStatement) => SHA256.HashData(signedStatement);

    public bool Equals(Statement? other) =>
        other is not null && StatementWire.Write(this).AsSpan().SequenceEqual(StatementWire.Write(other));

    public override int GetHashCode() => HashCode.Combine(Reader, Epoch, Seq, IssuedAt);
}
