using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>What a bundle may not be (spec/statements.md).</summary>
public enum BundleFault
{
    Settings,
    Posture,
    Issuers,
    SiteKeys,
    Sets,
    Schedules,
    Zone,
    Holidays,
    States,
    MinSerials,
    Enrolled,
    Servers,
}

/// <summary>All that a reader knows about its site. Never changes; a statement makes the next one. Equal when the bytes are.</summary>
public sealed record Bundle
{
    public const int SiteKeysMax = 2;
    public const int ZoneStepsMax = 64;
    public const int ServersMax = 16;
    public const int ServerBytesMax = 256;

    public required SiteId Site { get; init; }

    public required ReaderId Reader { get; init; }

    public required ReaderSettings Settings { get; init; }

    public bool CustomerActive { get; init; } = true;

    public Posture Posture { get; init; } = Posture.Normal;

    /// <summary>By <see cref="PublicKey.KidNumber"/>.</summary>
    public ImmutableSortedDictionary<uint, Issuer> Issuers { get; init; } = ImmutableSortedDictionary<uint, Issuer>.Empty;

    /// <summary>One or two; the newer last.</summary>
    public required ImmutableArray<PublicKey> SiteKeys { get; init; }

    /// <summary>Ascending numbers of the sets that hold this reader.</summary>
    public ImmutableArray<ushort> Sets { get; init; } = [];

    public ImmutableSortedDictionary<ushort, Schedule> Schedules
    {
        get;
        // The calendar is made of three sections; a copy with another section makes its own.
        init => (field, calendar) = (value, null);
    }
        = ImmutableSortedDictionary<ushort, Schedule>.Empty;

    /// <summary>Ascending; the first from 0.</summary>
    public ImmutableArray<ZoneStep> Zone
    {
        get;
        init => (field, calendar) = (value, null);
    }
        = [new(0, 0)];

    /// <summary>By local date, yyyymmdd.</summary>
    public ImmutableSortedDictionary<uint, Holiday> Holidays
    {
        get;
        init => (field, calendar) = (value, null);
    }
        = ImmutableSortedDictionary<uint, Holiday>.Empty;

    /// <summary>By key number; never <see cref="KeyState.Valid"/>.</summary>
    public ImmutableSortedDictionary<uint, KeyState> States { get; init; } = ImmutableSortedDictionary<uint, KeyState>.Empty;

    /// <summary>By key number: the lowest serial still good.</summary>
    public ImmutableSortedDictionary<uint, uint> MinSerials { get; init; } = ImmutableSortedDictionary<uint, uint>.Empty;

    /// <summary>Sequence of the site's newest status list.</summary>
    public uint StatusSequence { get; init; }

    public ImmutableSortedDictionary<PublicKey, EnrolledKey> Enrolled { get; init; } =
        ImmutableSortedDictionary<PublicKey, EnrolledKey>.Empty;

    /// <summary>Link addresses, first first.</summary>
    public ImmutableArray<string> Servers { get; init; } = [];

    private Calendar? calendar;

    // Made once, at the first decision, so that a bundle that only passes through costs nothing.
    internal Calendar Calendar => calendar ??= new Calendar(this);

    /// <summary>Null if the bundle is one that reads.</summary>
    public static BundleFault? Lint(Bundle bundle) => BundleLint.FaultOf(bundle);

    /// <summary>Deterministic CBOR.</summary>
    public byte[] ToCbor() => BundleWire.Write(this);

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Bundle? bundle) =>
        Cbor.TryRead(bytes, BundleWire.Read, out bundle);

    /// <summary>SHA-256 of <see cref="ToCbor"/>, 32 bytes.</summary>
    public byte[] StateHash() => SHA256.HashData(ToCbor());

    /// <summary>What turns one bundle of a reader into another.</summary>
    public static Delta Diff(Bundle from, Bundle to) => new(BundleWire.Diff(from, to));

    /// <summary>The bundle after a change; false if the change is not well formed. Nothing is checked beyond: see <see cref="Lint"/>.</summary>
    public bool TryApply(Delta delta, [NotNullWhen(true)] out Bundle? next)
    {
        ArgumentNullException.ThrowIfNull(delta);
        return Cbor.TryRead(delta.ToBytes(), source => BundleWire.Apply(this, source), out next);
    }

    public bool Equals(Bundle? other) => other is not null && ToCbor().AsSpan().SequenceEqual(other.ToCbor());

    public override int GetHashCode() => HashCode.Combine(Site, Reader, StatusSequence, States.Count);
}
