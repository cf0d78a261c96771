using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Vectors;

static class CardVectors
{
    public static VectorSet Set { get; } = new("site-card.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>> { ["read"] = Run });

    public static SiteCard Smallest { get; } = new()
    {
        Site = Made.Site,
        IssuedAt = Made.Now,
        Customer = "Harbour Works",
        SiteKeys = [Made.SiteKey.Public],
        Addresses = ["https://keys.example.com/"],
        Key = new CardKey("Mobile key 1", 1042, null, "Ada Novak", 17, null, null, 86400, "active"),
    };

    public static SiteCard Full { get; } = Smallest with
    {
        Contact = new CardContact("+420 555 010 020", "access@harbour.example", "Mon–Fri 8–16"),
        SiteKeys = [Made.SiteKey.Public, Made.NewerSiteKey.Public],
        RevocationList = [1, 2, 3],
        Doors =
        [
            new CardDoor("MAIN-1", Made.Reader, "Hlavní vchod", Way.Bluetooth | Way.Internet, PresentationMode.Present, false,
                ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("cs", "Po–Pá 7–18"), KeyValuePair.Create("en", "Mon–Fri 7–18")]),
                "ws://127.0.0.1:5300/radio"),
            new CardDoor("GATE", Made.OtherReader, "Gate", Way.Internet, PresentationMode.LongRange, true),
        ],
        Switches = CardSwitches.OneTap | CardSwitches.Demo,
        Addresses = ["https://keys.example.com/", "http://127.0.0.1:5400/"],
        Key = new CardKey("Klíč 1", 1042, "99", "Ada Nováková", 17, Made.Now, Made.Now + 86400, 3600, "active"),
        PrivacyText = "https://harbour.example/privacy",
        LowestWalletVersion = 1,
    };

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/site-card.md",
        ["about"] = "read: siteKeys are those of the stored card; none = the first card, which verifies by one of its own. Anything wrong is refused.",
        ["read"] = VectorSet.Group([.. Good(), .. Refused()]),
    };

    private static IEnumerable<JsonObject> Good()
    {
        yield return Vector("smallest", Sign(Smallest), [Made.SiteKey], "ok", Smallest);
        yield return Vector("full", Sign(Full), [Made.SiteKey], "ok", Full);
        yield return Vector("the first card", Sign(Smallest), [], "ok", Smallest);
        yield return Vector("by the newer of two keys", Sign(Full, Made.NewerSiteKey), [Made.SiteKey, Made.NewerSiteKey], "ok", Full);
        yield return Vector("brings a newer key", Sign(Smallest with { SiteKeys = [Made.NewerSiteKey.Public] }), [Made.SiteKey], "ok",
            Smallest with { SiteKeys = [Made.NewerSiteKey.Public] });
        foreach (var (name, grown) in Grown(Entries(Full)))
            yield return Vector(name, Cose(grown).ToBytes(), [Made.SiteKey], "ok", Full);
        foreach (var address in new[] { "https://a", "https://a:8443/x?y#z@\\", "https://[2001:db8::1]:8443/", "http://localhost", "http://[::1]:1/", "http://127.0.0.1:65535/w/" })
            yield return Vector($"address \"{address}\"", Sign(Smallest with { Addresses = [address] }), [Made.SiteKey], "ok", Smallest with { Addresses = [address] });
    }

    private static IEnumerable<(string, RawMap)> Grown(RawMap card)
    {
        yield return ("an unknown number behind", card.With(13, Raw.Int(1)));
        yield return ("an unknown negative key", card.With(-1, Raw.Text("new")));
        yield return ("an unknown key with everything in it",
            card.With(20, Raw.Array(Raw.Bytes([1]), Raw.Map((Raw.Text("a"), Raw.Bool(true)), (Raw.Text("b"), Raw.Int(-5))))));
        yield return ("an unknown key, eight deep", card.With(20, Nested(8)));
        yield return ("an unknown key in the contact, seven deep", InContact(card, Nested(7)));
        yield return ("an unknown key with the largest integers", card.With(20, Raw.Array(Raw.Int((1L << 53) - 1), Raw.Int(1 - (1L << 53)))));
        yield return ("an unknown key with keys of all sizes in order", card.With(20, Raw.Map(
            (Raw.Int(23), Raw.Int(0)), (Raw.Int(24), Raw.Int(0)), (Raw.Int(-1), Raw.Int(0)), (Raw.Text(""), Raw.Int(0)), (Raw.Text("aa"), Raw.Int(0)))));
        yield return ("an unknown key in the contact", InContact(card, Raw.Int(1)));
        yield return ("an unknown key in the key", card.With(10, RawMap.Of(card.Entries.Single(e => e.Key == 10).Value).With(-3, Raw.Int(1)).ToBytes()));
        yield return ("an unknown switch", card.With(8, Raw.Int(1 + 2 + 64)));
    }

    private static IEnumerable<JsonObject> Refused()
    {
        yield return Vector("by another key", Sign(Smallest, Made.NewerSiteKey), [Made.SiteKey], "refused", null);
        yield return Vector("the first card by a key that is not its own", Sign(Smallest, Made.NewerSiteKey), [], "refused", null);
        yield return Vector("the stored key's card under a key it brings itself",
            Sign(Smallest with { SiteKeys = [Made.NewerSiteKey.Public] }, Made.NewerSiteKey), [Made.SiteKey], "refused", null);
        yield return Vector("one bit of the signature",
            (Cose(Entries(Smallest)) with { Signature = s => [(byte)(s[0] ^ 1), .. s[1..]] }).ToBytes(), [Made.SiteKey], "refused", null);
        foreach (var (name, bytes) in Cose(Entries(Smallest)).WrongFrames())
            yield return Vector(name, bytes, [Made.SiteKey], "refused", null);
        foreach (var (name, card) in Wrong(Entries(Full)))
            yield return Vector(name, Cose(card).ToBytes(), [Made.SiteKey], "refused", null);
        yield return Vector("indefinite map", (Cose(Entries(Smallest)) with { Payload = Raw.IndefiniteMap(Entries(Smallest).Entries) }).ToBytes(), [Made.SiteKey], "refused", null);
    }

    private static IEnumerable<(string, RawMap)> Wrong(RawMap card)
    {
        foreach (var key in new long[] { 1, 2, 3, 4, 5, 7, 8, 9, 10, 12 })
            yield return ($"without {key}", card.Without(key));
        yield return ("unsorted", card.Swapped());
        yield return ("a key twice", card.Twice(3));
        yield return ("an unknown key twice", card.With(13, Raw.Int(1)).Twice(13));
        yield return ("an unknown key with a float", card.With(13, [0xF9, 0x3C, 0x00]));
        yield return ("an unknown key with null", card.With(13, Raw.Null));
        yield return ("an unknown key with a tag", card.With(13, Raw.Tag(1, Raw.Int(1))));
        yield return ("an unknown key with a long integer", card.With(13, Raw.LongInt(1)));
        yield return ("an unknown key with an indefinite array", card.With(13, Raw.IndefiniteArray()));
        yield return ("an unknown key with an unsorted map", card.With(13, Raw.Map((Raw.Int(2), Raw.Int(0)), (Raw.Int(1), Raw.Int(0)))));
        yield return ("an unknown key, nine deep", card.With(13, Nested(9)));
        yield return ("an unknown key in the contact, eight deep", InContact(card, Nested(8)));
        yield return ("an unknown key with an integer of 2^53", card.With(13, Raw.Int(1L << 53)));
        yield return ("an unknown key with an integer of -2^53", card.With(13, Raw.Int(-(1L << 53))));
        yield return ("an unknown key with an integer of 64 bits", card.With(13, Raw.LongInt(ulong.MaxValue)));
        yield return ("an unknown key with bytes as a key", card.With(13, Raw.Map((Raw.Bytes([1]), Raw.Int(0)))));
        yield return ("an unknown key with the shorter key first", card.With(13, Raw.Map((Raw.Int(-1), Raw.Int(0)), (Raw.Int(24), Raw.Int(0)))));
        yield return ("no site key", card.With(5, Raw.Array()));
        yield return ("three site keys", card.With(5, Raw.Array(
            Raw.Bytes(Made.SiteKey.Public.Span), Raw.Bytes(Made.NewerSiteKey.Public.Span), Raw.Bytes(Made.Device.Public.Span))));
        yield return ("the same site key twice", card.With(5, Raw.Array(Raw.Bytes(Made.SiteKey.Public.Span), Raw.Bytes(Made.SiteKey.Public.Span))));
        yield return ("a site key off the curve", card.With(5, Raw.Array(Raw.Bytes([2, .. DocumentVectors.OffCurve()]))));
        yield return ("an empty revocation list", card.With(6, Raw.Bytes([])));
        yield return ("no address", card.With(9, Raw.Array()));
        yield return ("a plain address", card.With(9, Raw.Array(Raw.Text("http://keys.example.com/"))));
        yield return ("a script for an address", card.With(9, Raw.Array(Raw.Text("javascript:alert(1)"))));
        yield return ("a script for the privacy text", card.With(11, Raw.Text("javascript:alert(1)")));
        foreach (var address in new[]
        {
            "", "https://", "https:///w", "https:/keys.example.com", "https:keys.example.com", " https://keys.example.com", "https://keys.example.com/ ",
            "https://keys.example.com/\n", "HTTPS://keys.example.com", "https://user@keys.example.com/", "https://keys.example.com?x", "https://keys.example.com#x",
            "https:\\\\keys.example.com", "https://kl\u00ed\u010de.example/", "http://127.0.0.1:80@keys.example.com/", "http://127.0.0.1.keys.example.com/",
            "http://localhost.keys.example.com/", "http://127.0.0.2/", "http://127.0.0.1:/", "http://127.0.0.1:123456/", "ws://127.0.0.1/", "//keys.example.com",
        })
            yield return ($"address \"{address.Replace("\n", "\\n", StringComparison.Ordinal)}\"", card.With(9, Raw.Array(Raw.Text(address))));
        foreach (var (name, key, value) in new (string, long, byte[])[]
        {
            ("user id 0", 2, Raw.Int(0)), ("prefix of one digit", 3, Raw.Text("9")), ("prefix of letters", 3, Raw.Text("ab")), ("key number 4294967295", 5, Raw.Int(uint.MaxValue)),
            ("key from beyond 32 bits", 6, Raw.Int(1L << 32)), ("key until says no end", 7, Raw.Int(uint.MaxValue)), ("key without state", 9, Raw.Null),
        })
            yield return (name, card.With(10, RawMap.Of(card.Entries.Single(entry => entry.Key == 10).Value).With(key, value).ToBytes()));
        foreach (var (name, key, value) in new (string, long, byte[])[]
        {
            ("an empty Reader ID", 1, Raw.Text("")), ("a Reader ID of nine characters", 1, Raw.Text("123456789")), ("a Reader ID with a space", 1, Raw.Text("A B")),
            ("a Reader ID with a control character", 1, Raw.Text("A\u0007")), ("a Reader ID beyond ASCII", 1, Raw.Text("\u0158")), ("a reader of 15 bytes", 2, Raw.Bytes(new byte[15])),
            ("a ninth way", 4, Raw.Int(256)), ("presentation 3", 5, Raw.Int(3)), ("second factor as a number", 6, Raw.Int(1)),
            ("hours of no language", 7, Raw.Map((Raw.Text(""), Raw.Text("x")))), ("hours of a language of 17 bytes", 7, Raw.Map((Raw.Text(new string('a', 17)), Raw.Text("x")))),
            ("hours of 513 bytes", 7, Raw.Map((Raw.Text("en"), Raw.Text(new string('a', 513))))), ("hours unsorted", 7, Raw.Map((Raw.Text("en"), Raw.Text("x")), (Raw.Text("cs"), Raw.Text("x")))),
            ("hours with a number", 7, Raw.Map((Raw.Int(1), Raw.Text("x")))), ("a radio as bytes", 8, Raw.Bytes([1])),
        })
            yield return (name, card.With(7, Raw.Array(FirstDoor(card).With(key, value).ToBytes())));
        yield return ("switches beyond 32 bits", card.With(8, Raw.Int(1L << 32)));
        yield return ("a name of 257 bytes", card.With(3, Raw.Text(new string('a', 257))));
        yield return ("a name with half a character", card.With(3, [0x61, 0xC3]));
    }

    private static RawMap FirstDoor(RawMap card)
    {
        var doors = new System.Formats.Cbor.CborReader(card.Entries.Single(entry => entry.Key == 7).Value);
        doors.ReadStartArray();
        return RawMap.Of(doors.ReadEncodedValue().ToArray());
    }

    private static RawMap InContact(RawMap card, byte[] value) =>
        card.With(4, RawMap.Of(card.Entries.Single(entry => entry.Key == 4).Value).With(9, value).ToBytes());

    private static byte[] Nested(int depth) => depth == 0 ? Raw.Int(0) : Raw.Array(Nested(depth - 1));

    private static byte[] Sign(SiteCard card, ISigner? siteKey = null)
    {
        Assert.Null(SiteCard.Lint(card, out var linted));
        return SiteCard.Sign(linted!, siteKey ?? Made.SiteKey);
    }

    private static RawMap Entries(SiteCard card)
    {
        Assert.True(Protocol.Credentials.Cose.TryRead(Sign(card), Typ.Card, out var signed));
        return RawMap.Of(signed.Payload);
    }

    private static RawCose Cose(RawMap card) => new(Typ.Card, card.ToBytes(), Made.SiteKey);

    private static JsonObject Vector(string name, byte[] bytes, LabelledKey[] siteKeys, string expect, SiteCard? card) => new()
    {
        ["name"] = name,
        ["bytes"] = VectorFile.Hex(bytes),
        ["siteKeys"] = Made.Json(siteKeys, key => VectorFile.Hex(key.Public.Span)),
        ["expect"] = expect,
        ["card"] = card is null ? null : Json(card),
    };

    private static JsonObject Run(JsonObject vector)
    {
        var keys = vector["siteKeys"]!.AsArray().Select(key => key.Key()).ToList();
        return SiteCard.TryRead(vector["bytes"].Bytes(), keys, out var card)
            ? new() { ["expect"] = "ok", ["card"] = Json(card) }
            : new() { ["expect"] = "refused", ["card"] = null };
    }

    private static JsonNode Json(SiteCard card) => JsonNode.Parse(new JsonObject
    {
        ["site"] = VectorFile.Hex(card.Site.ToBytes()), ["issuedAt"] = card.IssuedAt, ["customer"] = card.Customer,
        ["contact"] = new JsonObject { ["phone"] = card.Contact.Phone, ["mail"] = card.Contact.Mail, ["hours"] = card.Contact.Hours },
        ["siteKeys"] = Made.Json(card.SiteKeys, key => VectorFile.Hex(key.Span)),
        ["revocationList"] = card.RevocationList is { } list ? VectorFile.Hex(list) : null,
        ["doors"] = Made.Json(card.Doors, Json),
        ["switches"] = (int)card.Switches,
        ["addresses"] = Made.Json(card.Addresses, address => address),
        ["key"] = Json(card.Key),
        ["privacyText"] = card.PrivacyText,
        ["lowestWalletVersion"] = card.LowestWalletVersion,
    }.ToJsonString())!;

    private static JsonObject Json(CardDoor door) => new()
    {
        ["readerId"] = door.ReaderId, ["reader"] = VectorFile.Hex(door.Reader.ToBytes()), ["name"] = door.Name, ["ways"] = (int)door.Ways,
        ["presentation"] = (int)door.Presentation, ["secondFactor"] = door.SecondFactor,
        ["hours"] = door.Hours is null ? null : new JsonObject(door.Hours.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
        ["radio"] = door.Radio,
    };

    private static JsonObject Json(CardKey key) => new()
    {
        ["name"] = key.Name, ["userId"] = key.UserId, ["prefix"] = key.Prefix, ["holder"] = key.Holder, ["number"] = key.Number,
        ["from"] = key.From, ["until"] = key.Until, ["cycleSeconds"] = key.CycleSeconds, ["state"] = key.State,
    };
}
