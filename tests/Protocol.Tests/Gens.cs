using System.Collections.Immutable;
using CsCheck;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests;

/// <summary>Sound things at random, small numbers and edges more often than chance has them.</summary>
static class Gens
{
    public static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public static Gen<T> Either<T>(params Gen<T>[] gens) => Gen.Int[0, gens.Length - 1].SelectMany(i => gens[i]);

    public static Gen<uint> Number { get; } = Either(Gen.UInt[0, 30], Gen.UInt, Pick(23u, 24u, 255u, 256u, 65535u, 65536u, uint.MaxValue - 1));

    public static Gen<ushort> Short { get; } = Either(Gen.UShort[0, 8], Gen.UShort);

    public static Gen<long> Time { get; } = Either(Gen.Long[0, 30], Gen.Long[0, UnixTime.End - 1], Gen.Long[Made.Now - 1000, Made.Now + 1000]);

    public static Gen<long> Counter { get; } = Either(Gen.Long[1, 30], Gen.Long[1, CborSource.SafeIntegerMax]);

    public static Gen<byte[]> Hash { get; } = Gen.Byte.Array[32];

    public static Gen<byte[]> AnyBytes { get; } = Gen.Byte.Array[0, 200];

    public static Gen<PublicKey> Key { get; } =
        Pick(Enumerable.Range(0, 12).Select(i => new LabelledKey($"latchkey-test key {i}").Public).ToArray());

    public static Gen<string> Text(int charactersMax) =>
        Either(Gen.Char[' ', '~'], Gen.Char['\u00A0', '\u024F']).Array[0, charactersMax].Select(characters => new string(characters));

    public static Gen<SiteId> Site { get; } = Gen.Guid.Select(SiteId.From);

    public static Gen<ReaderId> Reader { get; } = Gen.Guid.Select(ReaderId.From);

    public static Gen<Rule> Rule { get; } = Either(
        Gen.Select(Short, Short, (set, schedule) => new Rule(set, schedule)),
        Gen.Select(Short, Short, Time, (set, schedule, from) => new Rule(set, schedule, from)),
        Gen.Select(Short, Short, Time, Time, (set, schedule, x, y) => new Rule(set, schedule, Math.Min(x, y), Math.Max(x, y) + (x == y ? 1 : 0)))
            .Where(rule => rule.Until < UnixTime.End));

    public static Gen<ImmutableArray<Rule>> Rules(int max) => Rule.Array[0, max].Select(rules => rules.ToImmutableArray());

    private static Gen<long?> Maybe(Gen<long> gen) => Either(Gen.Const((long?)null), gen.Select(value => (long?)value));

    private static Gen<uint?> Maybe(Gen<uint> gen) => Either(Gen.Const((uint?)null), gen.Select(value => (uint?)value));

    public static Gen<AccessDocument> Document { get; } =
        Gen.Select(Gen.Select(Site, Number, Key, Gen.Long[0, UnixTime.End - 10]), Gen.Select(Gen.Long[1, UnixTime.End], Maybe(Gen.Long[1, 1000]), Maybe(Gen.Long[0, 1000])),
            Gen.Select(Number, Number, Pick<string?>(null, "00", "99", "123"), Rules(32)), Gen.Select(Gen.Byte[0, 15], Maybe(Number)),
            (who, when, what, flags) =>
            {
                var issued = who.Item4;
                var expires = Math.Min(issued + when.Item1, UnixTime.End);
                var until = when.Item3 is { } more && expires + more < UnixTime.End ? expires + more : (long?)null;
                return new AccessDocument
                {
                    Site = who.Item1, Key = Math.Min(who.Item2, uint.MaxValue - 1), Device = who.Item3, IssuedAt = issued,
                    Expires = expires, Until = until,
                    NotBefore = when.Item2 is { } later ? Math.Min(issued + later, UnixTime.End) : null,
                    Serial = Math.Max(what.Item1, 1), UserId = Math.Max(what.Item2, 1), Prefix = what.Item3, Rules = what.Item4,
                    Flags = (DocumentFlags)flags.Item1, Uses = flags.Item2,
                };
            });

    public static Gen<Schedule> Schedule { get; } =
        Gen.Select(Gen.Int[1, 127], Gen.Int[0, 1439], Gen.Int[1, 2880], (days, start, length) => new Interval((Days)days, start, Math.Min(start + length, 2880)))
            .Array[0, 5].Select(intervals => new Schedule(intervals.ToImmutableArray()));

    private static Gen<ReaderSettings> Settings { get; } =
        Gen.Select(Text(20), Gen.Char['!', '~'].Array[1, 8], Gen.Bool.Array[6], Gen.Int[1, 255].Array[2], Gen.Select(Gen.Int[0, 2], Gen.Byte, Number, Pick(10, 40, 70, 100)),
            (name, id, bits, seconds, rest) => new ReaderSettings
            {
                Name = "x" + name, ReaderId = new string(id), InService = bits[0], SecondFactor = bits[1], OneTap = bits[2], Led = bits[3],
                Buzzer = bits[4], Degraded = bits[5] ? Degraded.DenyAll : Degraded.DocumentsOnly, UnlockSeconds = seconds[0],
                LongUnlockSeconds = seconds[1], Presentation = (PresentationMode)rest.Item1, Ways = (Way)rest.Item2, OfflineUses = rest.Item3,
                RangePercent = rest.Item4,
            });

    private static Gen<ImmutableSortedDictionary<TKey, TValue>> Table<TKey, TValue>(Gen<TKey> key, Gen<TValue> value, int max = 6)
        where TKey : notnull =>
        Gen.Select(key, value).Array[0, max].Select(entries =>
            // Item by item: keys a culture finds alike (a soft hyphen) are one entry, not an error.
            entries.Aggregate(ImmutableSortedDictionary<TKey, TValue>.Empty, (table, entry) => table.SetItem(entry.Item1, entry.Item2)));

    private static Gen<uint> Date { get; } = Gen.Int[0, 20000].Select(days =>
    {
        var date = new DateOnly(1970, 1, 1).AddDays(days);
        return (uint)(date.Year * 10000 + date.Month * 100 + date.Day);
    });

    private static Gen<ImmutableArray<ZoneStep>> Zone { get; } =
        Gen.Select(Gen.Int[-1080, 1080], Gen.Select(Gen.Long[1, UnixTime.End], Gen.Int[-1080, 1080]).Array[0, 4], (first, steps) =>
            steps.DistinctBy(step => step.Item1).OrderBy(step => step.Item1).Select(step => new ZoneStep(step.Item1, step.Item2))
                .Prepend(new ZoneStep(0, first)).ToImmutableArray());

    /// <summary>Bundles of one reader, alike enough for two of them to share entries.</summary>
    public static Gen<Bundle> Bundle { get; } = Gen.Select(
        Gen.Select(Settings, Gen.Bool, Gen.Int[0, 3], Maybe(Time)),
        Gen.Select(Key.Array[0, 3], Maybe(Time), Key.Array[1, 2], Short.Array[0, 6]),
        Gen.Select(Table(Short.Select(x => Math.Max(x, (ushort)1)), Schedule), Zone, Table(Date, Gen.Select(Text(8), Gen.Bool, Short, (name, closed, instead) => new Holiday(name, closed ? null : instead)))),
        Gen.Select(Table(Number, Gen.Int[1, 3].Select(state => (KeyState)state)), Table(Number, Number.Select(x => Math.Max(x, 1))), Number,
            Table(Key, Gen.Select(Number, Rules(4), Maybe(Time), Maybe(Time), (user, rules, from, until) =>
                new EnrolledKey(Math.Max(user, 1), rules, from is 0 ? null : from, until is 0 ? null : until))), Text(12).Array[0, 3]),
        (reader, keys, times, tables) => Made.Bundle with
        {
            Settings = reader.Item1, CustomerActive = reader.Item2, Posture = new Posture((PostureMode)reader.Item3, reader.Item4),
            Issuers = keys.Item1.Distinct().ToImmutableSortedDictionary(key => key.KidNumber, key => new Issuer(key, keys.Item2)),
            SiteKeys = [.. keys.Item3.Distinct()], Sets = [.. keys.Item4.Distinct().Order()], Schedules = times.Item1, Zone = times.Item2,
            Holidays = times.Item3, States = tables.Item1, MinSerials = tables.Item2, StatusSequence = tables.Item3, Enrolled = tables.Item4,
            Servers = [.. tables.Item5.Select(server => "w" + server)],
        });

    public static Gen<DoorFacts> Facts { get; } = Gen.Select(Gen.Bool.Array[3], Maybe(Number), Maybe(Number), Maybe(Time), Maybe(Time), (bits, serial, uses, touched, throttled) => new DoorFacts
    {
        ClockTrusted = bits[0], BundleExpired = bits[1], Inside = bits[2], NewestSerial = serial, UsesLeft = uses, TouchedAt = touched, ThrottledUntil = throttled,
        Listed = (serial % 4) switch { 1u => KeyState.Revoked, 2u => KeyState.Suspended, 3u => KeyState.UserInactive, _ => null },
    });

    public static Gen<EventPayload> Payload { get; } = Gen.Select(
        Gen.Select(Gen.Byte.Array[16], Gen.Int[0, 7], Pick(Enum.GetValues<Reason>()), Gen.Bool.Array[12]),
        Gen.Select(Number, Counter, Gen.Byte.Array[1, 300], Facts), Gen.Select(Key, Text(40), Gen.Byte.Array[16], Gen.Int[0, 5]),
        Gen.Select(Time, Gen.UInt[0, 100], Gen.Int[0, 7], Rule),
        (a, b, c, d) => new EventPayload
        {
            Salt = a.Item1, Way = a.Item4[0] ? (Way)(1 << a.Item2) : null, Reason = a.Item4[1] ? a.Item3 : null,
            Credential = a.Item4[2] ? (CredentialKind)c.Item4 : null, KeyNumber = a.Item4[3] ? b.Item1 : null, BundleEpoch = a.Item4[4] ? b.Item2 : null,
            Document = a.Item4[5] ? b.Item3 : null, Facts = a.Item4[6] ? b.Item4 : null, Rule = a.Item4[7] ? d.Item4 : null,
            DeviceKey = a.Item4[8] ? c.Item1 : null, Text = a.Item4[9] ? c.Item2 : null, Command = a.Item4[10] ? c.Item3 : null,
            Authenticity = a.Item4[11] ? (Authenticity)c.Item4 : null, VerifiedAt = a.Item4[0] ? d.Item1 : null,
            SignalPercent = a.Item4[1] ? d.Item2 : null, Flags = a.Item4[2] ? (EventFlags)d.Item3 : null,
        });

    public static Gen<SiteCard> Card { get; } = Gen.Select(
        Gen.Select(Site, Time, Text(20), Key.Array[1, 2]), Gen.Select(Text(8), Text(8), Gen.Bool, Gen.Byte.Array[1, 50]),
        Gen.Select(Gen.Char['!', '~'].Array[1, 8], Reader, Text(20), Gen.Byte, Gen.Int[0, 2], Gen.Bool, Table(Text(3).Select(t => "l" + t), Text(9), 3)).Array[0, 3],
        Gen.Select(Number, Number, Maybe(Time), Gen.Int[0, 3]),
        (a, b, doors, d) => CardVectors.Smallest with
        {
            Site = a.Item1, IssuedAt = a.Item2, Customer = a.Item3, SiteKeys = [.. a.Item4.Distinct()],
            Contact = b.Item3 ? new CardContact(b.Item1, null, b.Item2) : new CardContact(), RevocationList = b.Item3 ? b.Item4 : null,
            Doors = [.. doors.Select(door => new CardDoor(new string(door.Item1), door.Item2, door.Item3, (Way)door.Item4,
                (PresentationMode)door.Item5, door.Item6, door.Item6 ? door.Item7.ToImmutableSortedDictionary(StringComparer.Ordinal) : null, door.Item6 ? null : "ws://x"))],
            Switches = (CardSwitches)d.Item4,
            Key = CardVectors.Smallest.Key with { UserId = Math.Max(d.Item1, 1), CycleSeconds = d.Item2, From = d.Item3, Prefix = b.Item3 ? "99" : null },
        });

    /// <summary>The same bytes with one thing done to them: a bit, a byte more or less, a piece twice or gone.</summary>
    public static Gen<byte[]> Mutated(byte[] bytes) => Gen.Select(Gen.Int[0, 4], Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[1, 40], (how, at, value, length) => how switch
    {
        0 => (byte[])[.. bytes[..at], (byte)(bytes[at] ^ (1 << (value % 8))), .. bytes[(at + 1)..]],
        1 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
        2 => [.. bytes[..at], value, .. bytes[at..]],
        3 => [.. bytes[..at], .. bytes[Math.Min(at + length, bytes.Length)..]],
        _ => [.. bytes[..Math.Min(at + length, bytes.Length)], .. bytes[at..]],
    });
}
