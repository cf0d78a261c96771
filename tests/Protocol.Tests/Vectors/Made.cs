using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>The site, readers and keys that vectors and tests share.</summary>
static class Made
{
    public const long Now = 1_767_225_600; // 2026-01-01T00:00:00Z, a Thursday

    public static SiteId Site { get; } = SiteId.From(new Guid("00112233-4455-6677-8899-aabbccddeeff"));

    public static SiteId OtherSite { get; } = SiteId.From(new Guid("ffeeddcc-bbaa-9988-7766-554433221100"));

    public static ReaderId Reader { get; } = ReaderId.From(new Guid("0f0e0d0c-0b0a-0908-0706-050403020100"));

    public static ReaderId OtherReader { get; } = ReaderId.From(new Guid("10111213-1415-1617-1819-1a1b1c1d1e1f"));

    public static LabelledKey Issuer { get; } = new("latchkey-test issuer");

    public static LabelledKey OtherIssuer { get; } = new("latchkey-test issuer 2");

    public static LabelledKey SiteKey { get; } = new("latchkey-test site key");

    public static LabelledKey NewerSiteKey { get; } = new("latchkey-test site key 2");

    public static LabelledKey Device { get; } = new("latchkey-test device");

    public static LabelledKey OtherDevice { get; } = new("latchkey-test device 2");

    public static LabelledKey Foreign { get; } = new("latchkey-test foreign phone");

    public static AccessDocument Typical { get; } = new()
    {
        Site = Site,
        Key = 17,
        Device = Device.Public,
        IssuedAt = Now,
        Expires = Now + 86400,
        Until = Now + 365 * 86400,
        Serial = 3,
        UserId = 1042,
        Prefix = "99",
        Rules = [new Rule(1, 2), new Rule(7, 0, Now, Now + 30 * 86400)],
        Flags = DocumentFlags.UserVerification | DocumentFlags.OneTap,
    };

    public static AccessDocument Smallest { get; } = new()
    {
        Site = Site,
        Key = 0,
        Device = OtherDevice.Public,
        IssuedAt = Now,
        Expires = Now + 86400,
        Serial = 1,
        UserId = 1,
    };

    public static AccessDocument Largest { get; } = new()
    {
        Site = Site,
        Key = uint.MaxValue - 1,
        Device = Device.Public,
        IssuedAt = Now,
        NotBefore = Now + 1,
        Expires = UnixTime.End - 1,
        Until = UnixTime.End - 1,
        Serial = uint.MaxValue,
        UserId = uint.MaxValue,
        Prefix = "999",
        Rules = [.. Enumerable.Range(0, 32).Select(i => new Rule((ushort)(65535 - i), ushort.MaxValue, Now, UnixTime.End - 1))],
        Flags = (DocumentFlags)15,
        Uses = uint.MaxValue,
    };

    public static Bundle Bundle { get; } = new()
    {
        Site = Site,
        Reader = Reader,
        Settings = new ReaderSettings { Name = "Main entrance", ReaderId = "MAIN-1" },
        Issuers = ImmutableSortedDictionary<uint, Issuer>.Empty.Add(Issuer.Public.KidNumber, new Issuer(Issuer.Public)),
        SiteKeys = [SiteKey.Public],
        Sets = [1, 7],
        Schedules = ImmutableSortedDictionary<ushort, Schedule>.Empty
            .Add(2, new Schedule([new Interval(Days.Weekdays, 7 * 60, 18 * 60)]))
            .Add(3, new Schedule([new Interval(Days.Friday, 22 * 60, 30 * 60)])),
        Zone = [new ZoneStep(0, 60)],
        Holidays = ImmutableSortedDictionary<uint, Holiday>.Empty.Add(20260101, new Holiday("New Year")),
        StatusSequence = 5,
        Servers = ["wss://keys.example.com/api/v1/reader/link"],
    };

    public static byte[] Sign(this AccessDocument document, ISigner issuer)
    {
        Assert.Null(AccessDocument.Lint(document, out var linted));
        return AccessDocument.Sign(linted!, issuer);
    }

    public static byte[] Sign(this Statement statement, ISigner siteKey)
    {
        Assert.Null(Statement.Lint(statement, out var linted));
        return Statement.Sign(linted!, siteKey);
    }

    public static PublicKey Key(this JsonNode? node) =>
        PublicKey.TryRead(node.Bytes(), out var key) ? key : throw new InvalidDataException("A key of a vector is no key.");

    public static SiteId SiteOf(this JsonNode? node) => SiteId.From(new Guid(node.Bytes(), bigEndian: true));

    public static ReaderId ReaderOf(this JsonNode? node) => ReaderId.From(new Guid(node.Bytes(), bigEndian: true));

    public static long Number(this JsonNode? node) => node!.GetValue<long>();

    public static JsonArray Json<T>(IEnumerable<T> items, Func<T, JsonNode?> json) => new([.. items.Select(json)]);
}
