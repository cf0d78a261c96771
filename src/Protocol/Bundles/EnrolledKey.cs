using System.Collections.Immutable;
using System.Formats.Cbor;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>What the PKOC key of a third party's phone may do. Equal when all of it is.</summary>
/// <param name="UserId">From 1.</param>
/// <param name="From">Seconds, inclusive; null = from the beginning.</param>
/// <param name="Until">Seconds, exclusive; null = no end.</param>
public sealed record EnrolledKey(uint UserId, ImmutableArray<Rule> Rules, long? From = null, long? Until = null)
{
    public const int RulesMax = 256;

    public bool Equals(EnrolledKey? other) =>
        other is not null && UserId == other.UserId && From == other.From && Until == other.Until
        && Rules.AsSpan().SequenceEqual(other.Rules.AsSpan());

    public override int GetHashCode() => HashCode.Combine(UserId, Rules.Length, From, Until);

    internal bool IsSound =>
        UserId != 0 && Rules.Length <= RulesMax && Rules.All(rule => rule.IsSound)
        && From is null or (> 0 and <= UnixTime.End) && Until is null or (> 0 and < UnixTime.End);

    internal static void Write(CborWriter writer, EnrolledKey key)
    {
        writer.WriteStartMap(null);
        writer.Uint(1, key.UserId);
        writer.WriteInt32(2);
        writer.WriteStartArray(key.Rules.Length);
        foreach (var rule in key.Rules)
            rule.Write(writer);
        writer.WriteEndArray();
        writer.Uint(3, key.From).Uint(4, key.Until);
        writer.WriteEndMap();
    }

    internal static EnrolledKey Read(CborSource source)
    {
        source.OpenMap();
        var key = new EnrolledKey(
            source.Key(1).Uint32(),
            ImmutableArray.Create(source.Key(2).Array(RulesMax, Rule.Read)),
            source.HasKey(3) ? source.Time() : null,
            source.HasKey(4) ? source.Time() : null);
        source.CloseMap();
        return key;
    }
}
