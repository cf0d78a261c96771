using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Cbor;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

// The sixteen sections of spec/statements.md as bytes.
internal static class BundleWire
{
    private const int TableMax = int.MaxValue;

    // What reading starts from; every section replaces its part. Its reader would never pass the lint.
    public static readonly Bundle Blank = new()
    {
        Site = default,
        Reader = default,
        Settings = new ReaderSettings { Name = "", ReaderId = "" },
        SiteKeys = [],
    };

    private static readonly Section[] Sections =
    [
        new Whole<SiteId>(1, b => b.Site, (b, v) => b with { Site = v },
            (w, v) => w.WriteByteString(v.ToBytes()), s => s.Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead), (x, y) => x == y),
        new Whole<ReaderId>(2, b => b.Reader, (b, v) => b with { Reader = v },
            (w, v) => w.WriteByteString(v.ToBytes()), s => s.Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead), (x, y) => x == y),
        new Whole<ReaderSettings>(3, b => b.Settings, (b, v) => b with { Settings = v },
            ReaderSettings.Write, ReaderSettings.Read, (x, y) => x == y),
        new Whole<bool>(4, b => b.CustomerActive, (b, v) => b with { CustomerActive = v },
            (w, v) => w.WriteBoolean(v), s => s.Bool(), (x, y) => x == y),
        new Whole<Posture>(5, b => b.Posture, (b, v) => b with { Posture = v }, Posture.Write, Posture.Read, (x, y) => x == y),
        new Table<uint, Issuer>(6, b => b.Issuers, (b, v) => b with { Issuers = v }, WriteKid, ReadKid, WriteIssuer, ReadIssuer),
        new Whole<ImmutableArray<PublicKey>>(7, b => b.SiteKeys, (b, v) => b with { SiteKeys = v },
            (w, v) => WriteArray(w, v, WriteKey), s => ReadArray(s, Bundle.SiteKeysMax, ReadKey, min: 1), Same),
        new Whole<ImmutableArray<ushort>>(8, b => b.Sets, (b, v) => b with { Sets = v },
            (w, v) => WriteArray(w, v, (writer, set) => writer.WriteUInt32(set)), s => ReadArray(s, ushort.MaxValue + 1, x => x.Uint16()), Same),
        new Table<ushort, Schedule>(9, b => b.Schedules, (b, v) => b with { Schedules = v },
            (w, k) => w.WriteUInt32(k), s => s.Uint16(min: 1), Schedule.Write, Schedule.Read),
        new Whole<ImmutableArray<ZoneStep>>(10, b => b.Zone, (b, v) => b with { Zone = v },
            (w, v) => WriteArray(w, v, WriteStep), s => ReadArray(s, Bundle.ZoneStepsMax, ReadStep, min: 1), Same),
        new Table<uint, Holiday>(11, b => b.Holidays, (b, v) => b with { Holidays = v },
            (w, k) => w.WriteUInt32(k), s => s.Uint32(), WriteHoliday, ReadHoliday),
        new Table<uint, KeyState>(12, b => b.States, (b, v) => b with { States = v },
            (w, k) => w.WriteUInt32(k), s => s.Uint32(), (w, v) => w.WriteInt32((int)v), s => (KeyState)s.Uint(3, min: 1)),
        new Table<uint, uint>(13, b => b.MinSerials, (b, v) => b with { MinSerials = v },
            (w, k) => w.WriteUInt32(k), s => s.Uint32(), (w, v) => w.WriteUInt32(v), s => s.Uint32(min: 1)),
        new Whole<uint>(14, b => b.StatusSequence, (b, v) => b with { StatusSequence = v },
            (w, v) => w.WriteUInt32(v), s => s.Uint32(), (x, y) => x == y),
        new Table<PublicKey, EnrolledKey>(15, b => b.Enrolled, (b, v) => b with { Enrolled = v },
            WriteKey, ReadKey, EnrolledKey.Write, EnrolledKey.Read),
        new Whole<ImmutableArray<string>>(16, b => b.Servers, (b, v) => b with { Servers = v },
            (w, v) => WriteArray(w, v, (writer, text) => writer.WriteTextString(text)),
            s => ReadArray(s, Bundle.ServersMax, x => x.Text(Bundle.ServerBytesMax, bytesMin: 1)), Same),
    ];

    public static byte[] Write(Bundle bundle) => Cbor.Write(writer => Write(writer, bundle));

    public static void Write(CborWriter writer, Bundle bundle)
    {
        writer.WriteStartMap(Sections.Length);
        foreach (var section in Sections)
        {
            writer.WriteInt32(section.Number);
            section.Write(writer, bundle);
        }

        writer.WriteEndMap();
    }

    public static Bundle Read(CborSource source)
    {
        var bundle = Blank;
        source.OpenMap();
        foreach (var section in Sections)
            bundle = section.Read(source.Key(section.Number), bundle);
        source.CloseMap();
        return BundleLint.FaultOf(bundle) is { } fault ? throw CborSource.Refuse(fault.ToString()) : bundle;
    }

    public static byte[] Diff(Bundle from, Bundle to) => Cbor.Write(writer =>
    {
        writer.WriteStartArray(null);
        foreach (var section in Sections)
            section.Diff(writer, from, to);
        writer.WriteEndArray();
    });

    public static Bundle Apply(Bundle bundle, CborSource source)
    {
        var order = new Order();
        for (var left = source.OpenArray(TableMax); left > 0; left--)
        {
            var items = source.OpenArray(3, min: 2);
            var number = (int)source.Uint(Sections.Length, min: 1);
            order.Next(number);
            bundle = Sections[number - 1].Change(source, items, bundle, order);
            source.CloseArray();
        }

        source.CloseArray();
        return bundle;
    }

    public static void WriteKey(CborWriter writer, PublicKey key) => writer.WriteByteString(key.Span);

    public static PublicKey ReadKey(CborSource source) => source.Bytes<PublicKey>(PublicKey.Bytes, PublicKey.TryRead!);

    public static void WriteArray<T>(CborWriter writer, ImmutableArray<T> items, Action<CborWriter, T> write)
    {
        writer.WriteStartArray(items.Length);
        foreach (var item in items)
            write(writer, item);
        writer.WriteEndArray();
    }

    public static ImmutableArray<T> ReadArray<T>(CborSource source, int max, Func<CborSource, T> read, int min = 0) =>
        ImmutableArray.Create(source.Array(max, read, min));

    private static bool Same<T>(ImmutableArray<T> left, ImmutableArray<T> right) => left.AsSpan().SequenceEqual(right.AsSpan());

    private static void WriteKid(CborWriter writer, uint kid)
    {
        Span<byte> bytes = stackalloc byte[PublicKey.KidBytes];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, kid);
        writer.WriteByteString(bytes);
    }

    private static uint ReadKid(CborSource source) => BinaryPrimitives.ReadUInt32BigEndian(source.Bytes(PublicKey.KidBytes));

    private static void WriteIssuer(CborWriter writer, Issuer issuer)
    {
        writer.WriteStartMap(null);
        writer.Bytes(1, issuer.Key.Span).Uint(2, issuer.Floor);
        writer.WriteEndMap();
    }

    private static Issuer ReadIssuer(CborSource source)
    {
        source.OpenMap();
        var issuer = new Issuer(ReadKey(source.Key(1)), source.HasKey(2) ? source.Time() : null);
        source.CloseMap();
        return issuer;
    }

    private static void WriteStep(CborWriter writer, ZoneStep step)
    {
        writer.WriteStartArray(2);
        writer.WriteInt64(step.From);
        writer.WriteInt32(step.OffsetMinutes);
        writer.WriteEndArray();
    }

    private static ZoneStep ReadStep(CborSource source)
    {
        source.OpenArray(2, min: 2);
        var step = new ZoneStep(source.Time(), source.Int(-ZoneStep.OffsetMinutesMax, ZoneStep.OffsetMinutesMax));
        source.CloseArray();
        return step;
    }

    private static void WriteHoliday(CborWriter writer, Holiday holiday)
    {
        writer.WriteStartMap(null);
        writer.Text(1, holiday.Name).Uint(2, holiday.Schedule);
        writer.WriteEndMap();
    }

    private static Holiday ReadHoliday(CborSource source)
    {
        source.OpenMap();
        var holiday = new Holiday(source.Key(1).Text(Holiday.NameBytesMax), source.HasKey(2) ? source.Uint16() : null);
        source.CloseMap();
        return holiday;
    }
}
