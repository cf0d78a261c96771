using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Cards;

/// <summary>Bits of key 8.</summary>
[Flags]
public enum CardSwitches : byte
{
    None = 0,
    OneTap = 1,

    /// <summary>A demo system: known secrets, unsafe.</summary>
    Demo = 2,
}

/// <summary>Whom the holder can ask.</summary>
public sealed record CardContact(string? Phone = null, string? Mail = null, string? Hours = null);

/// <summary>A door that the key opens.</summary>
/// <param name="ReaderId">The advertised local name, 1 to 8 ASCII characters.</param>
/// <param name="Hours">Language to words; null = nothing to say.</param>
/// <param name="Radio">Address of a virtual radio; null = a real one.</param>
public sealed record CardDoor(
    string ReaderId, ReaderId Reader, string Name, Way Ways, PresentationMode Presentation, bool SecondFactor,
    ImmutableSortedDictionary<string, string>? Hours = null, string? Radio = null);

/// <summary>The mobile key as its holder sees it.</summary>
/// <param name="From">Seconds, inclusive; null = from now.</param>
/// <param name="Until">Seconds, exclusive; null = no end.</param>
/// <param name="CycleSeconds">How often the wallet renews.</param>
public sealed record CardKey(
    string Name, uint UserId, string? Prefix, string Holder, uint Number, long? From, long? Until, uint CycleSeconds, string State);

/// <summary>What a site card may not be.</summary>
public enum CardFault
{
    TimeOutOfRange,
    TextTooLong,
    SiteKeys,
    RevocationList,
    Doors,
    Addresses,
    Key,
    TooLarge,
}

/// <summary>What the wallet shows, signed by the site, so that it can be shown offline (spec/site-card.md). Equal when the bytes are.</summary>
public sealed record SiteCard
{
    public const int BytesMax = 64 * 1024;
    public const int DoorsMax = 512;
    public const int AddressesMax = 8;
    public const int TextBytesMax = 256;

    /// <summary>The signature and its frame take less than 128 bytes.</summary>
    private const int PayloadBytesMax = BytesMax - 128;

    public required SiteId Site { get; init; }

    /// <summary>Seconds; a card replaces the stored one only if this is greater or equal.</summary>
    public required long IssuedAt { get; init; }

    public required string Customer { get; init; }

    public CardContact Contact { get; init; } = new();

    /// <summary>One or two, the newer last.</summary>
    public required ImmutableArray<PublicKey> SiteKeys { get; init; }

    /// <summary>The newest reader revocation list as it is signed; null = none.</summary>
    public byte[]? RevocationList { get; init; }

    public ImmutableArray<CardDoor> Doors { get; init; } = [];

    public CardSwitches Switches { get; init; }

    /// <summary>Addresses of the API: https, or loopback; first first.</summary>
    public required ImmutableArray<string> Addresses { get; init; }

    public required CardKey Key { get; init; }

    public string? PrivacyText { get; init; }

    public uint LowestWalletVersion { get; init; }

    /// <summary>
    /// The card with as many of its doors, from the first on, as it has room for: names and radio addresses may be so long that <see cref="DoorsMax"/> of
    /// them are too many.
    /// </summary>
    public static SiteCard Trim(SiteCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        var over = CardWire.Write(card).Length - PayloadBytesMax;
        var doors = card.Doors.Length;
        while (over > 0 && doors > 0)
            over -= CardWire.Write(card.Doors[--doors]).Length;
        return doors == card.Doors.Length ? card : card with { Doors = card.Doors[..doors] };
    }

    /// <summary>The one place where a card becomes fit to be signed.</summary>
    public static CardFault? Lint(SiteCard card, out Linted<SiteCard>? linted)
    {
        var fault = CardWire.FaultOf(card);
        if (fault is null && CardWire.Write(card).Length > PayloadBytesMax)
            fault = CardFault.TooLarge;
        linted = fault is null ? new(card) : null;
        return fault;
    }

    /// <summary>Signs by a site key.</summary>
    public static byte[] Sign(Linted<SiteCard> card, ISigner siteKey)
    {
        ArgumentNullException.ThrowIfNull(card);
        return Cose.Write(Typ.Card, CardWire.Write(card.Value), siteKey);
    }

    /// <summary>
    /// Reads and verifies by one of the keys of the stored card; for the first card, pass none: it comes over TLS and must verify
    /// by one of its own.
    /// </summary>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, IReadOnlyCollection<PublicKey> siteKeys, [NotNullWhen(true)] out SiteCard? card)
    {
        ArgumentNullException.ThrowIfNull(siteKeys);
        card = null;
        if (bytes.Length > BytesMax
            || !Cose.TryRead(bytes, Typ.Card, out var signed)
            || !Cbor.TryRead(signed.Payload, CardWire.Read, out var read)
            || !(siteKeys.Count == 0 ? read.SiteKeys : siteKeys).Any(signed.VerifiedBy))
            return false;
        card = read;
        return true;
    }

    /// <summary>Whether an address may stand on a card: https, or loopback, in the one spelling of spec/site-card.md.</summary>
    public static bool IsAddress(string address) => CardWire.Address().IsMatch(address);

    /// <summary>Whether this card may take the place of the stored one.</summary>
    public bool Replaces(SiteCard stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Site == stored.Site && IssuedAt >= stored.IssuedAt;
    }

    public bool Equals(SiteCard? other) => other is not null && CardWire.Write(this).AsSpan().SequenceEqual(CardWire.Write(other));

    public override int GetHashCode() => HashCode.Combine(Site, IssuedAt, Customer, Doors.Length);
}
