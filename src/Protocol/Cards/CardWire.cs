using System.Collections.Immutable;
using System.Formats.Cbor;
using System.Text.RegularExpressions;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Cards;

// The site card as bytes. All its maps may grow, so what reads need not write back; what was written does.
internal static partial class CardWire
{
    private const int LanguagesMax = 16;
    private const int LanguageBytesMax = 16;
    private const int HoursBytesMax = 512;
    private const long KnownSwitches = (long)(CardSwitches.OneTap | CardSwitches.Demo);

    public static CardFault? FaultOf(SiteCard card)
    {
        if (!InTime(card.IssuedAt) || !InTime(card.Key.From) || !InTime(card.Key.Until)
            // No end is said by leaving it out.
            || card.Key.Until == UnixTime.End)
            return CardFault.TimeOutOfRange;
        if (!Texts(card).All(IsText))
            return CardFault.TextTooLong;
        if (card.SiteKeys.Length is < 1 or > Bundle.SiteKeysMax || card.SiteKeys.Distinct().Count() != card.SiteKeys.Length)
            return CardFault.SiteKeys;
        if (card.RevocationList is { Length: 0 })
            return CardFault.RevocationList;
        if (card.Doors.Length > SiteCard.DoorsMax || !card.Doors.All(IsDoor))
            return CardFault.Doors;
        if (card.Addresses.Length is < 1 or > SiteCard.AddressesMax || !card.Addresses.All(Address().IsMatch)
            || card.PrivacyText is { } privacy && !Address().IsMatch(privacy))
            return CardFault.Addresses;
        if (card.Key.UserId == 0 || card.Key.Prefix is { } prefix && !DocumentWire.IsPrefix(prefix) || card.Key.Number == uint.MaxValue)
            return CardFault.Key;
        return null;
    }

    public static byte[] Write(SiteCard card) => Cbor.Write(writer =>
    {
        writer.WriteStartMap(null);
        writer.Bytes(1, card.Site.ToBytes()).Uint(2, card.IssuedAt).Text(3, card.Customer);
        writer.WriteInt32(4);
        writer.WriteStartMap(null);
        writer.Text(1, card.Contact.Phone).Text(2, card.Contact.Mail).Text(3, card.Contact.Hours);
        writer.WriteEndMap();
        writer.WriteInt32(5);
        BundleWire.WriteArray(writer, card.SiteKeys, BundleWire.WriteKey);
        if (card.RevocationList is not null)
            writer.Bytes(6, card.RevocationList);
        writer.WriteInt32(7);
        BundleWire.WriteArray(writer, card.Doors, WriteDoor);
        writer.Uint(8, (long)card.Switches);
        writer.WriteInt32(9);
        BundleWire.WriteArray(writer, card.Addresses, (w, address) => w.WriteTextString(address));
        writer.WriteInt32(10);
        WriteKey(writer, card.Key);
        writer.Text(11, card.PrivacyText).Uint(12, card.LowestWalletVersion);
        writer.WriteEndMap();
    });

    public static byte[] Write(CardDoor door) => Cbor.Write(writer => WriteDoor(writer, door));

    public static SiteCard Read(CborSource source)
    {
        source.OpenMap(mayGrow: true);
        var card = new SiteCard
        {
            Site = source.Key(1).Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead),
            IssuedAt = source.Key(2).Time(),
            Customer = Text(source.Key(3)),
            Contact = ReadContact(source.Key(4)),
            SiteKeys = BundleWire.ReadArray(source.Key(5), Bundle.SiteKeysMax, BundleWire.ReadKey, min: 1),
            RevocationList = source.HasKey(6) ? source.Bytes(1, SiteCard.BytesMax) : null,
            Doors = BundleWire.ReadArray(source.Key(7), SiteCard.DoorsMax, ReadDoor),
            // Switches grow too: an unknown bit is skipped like an unknown key.
            Switches = (CardSwitches)(source.Key(8).Uint32() & KnownSwitches),
            Addresses = BundleWire.ReadArray(source.Key(9), SiteCard.AddressesMax, Text, min: 1),
            Key = ReadKey(source.Key(10)),
            PrivacyText = source.HasKey(11) ? Text(source) : null,
            LowestWalletVersion = source.Key(12).Uint32(),
        };
        source.CloseMap();
        return FaultOf(card) is { } fault ? throw CborSource.Refuse(fault.ToString()) : card;
    }

    private static CardContact ReadContact(CborSource source)
    {
        source.OpenMap(mayGrow: true);
        var contact = new CardContact(
            source.HasKey(1) ? Text(source) : null, source.HasKey(2) ? Text(source) : null, source.HasKey(3) ? Text(source) : null);
        source.CloseMap();
        return contact;
    }

    private static void WriteDoor(CborWriter writer, CardDoor door)
    {
        writer.WriteStartMap(null);
        writer.Text(1, door.ReaderId).Bytes(2, door.Reader.ToBytes()).Text(3, door.Name);
        writer.Uint(4, (long)door.Ways).Uint(5, (long)door.Presentation).Bool(6, door.SecondFactor);
        if (door.Hours is not null)
        {
            writer.WriteInt32(7);
            writer.WriteStartMap(door.Hours.Count);
            foreach (var (language, words) in door.Hours)
            {
                writer.WriteTextString(language);
                writer.WriteTextString(words);
            }

            writer.WriteEndMap();
        }

        writer.Text(8, door.Radio);
        writer.WriteEndMap();
    }

    private static CardDoor ReadDoor(CborSource source)
    {
        source.OpenMap(mayGrow: true);
        var door = new CardDoor(
            source.Key(1).Text(ReaderSettings.ReaderIdLengthMax, bytesMin: 1),
            source.Key(2).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            Text(source.Key(3)),
            (Way)source.Key(4).Uint(byte.MaxValue),
            (PresentationMode)source.Key(5).Uint((long)PresentationMode.LongRange),
            source.Key(6).Bool(),
            source.HasKey(7) ? ReadHours(source) : null,
            source.HasKey(8) ? Text(source) : null);
        source.CloseMap();
        return door;
    }

    private static ImmutableSortedDictionary<string, string> ReadHours(CborSource source) =>
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, source.Table(LanguagesMax, s => s.Text(LanguageBytesMax, bytesMin: 1), s => s.Text(HoursBytesMax)));

    private static void WriteKey(CborWriter writer, CardKey key)
    {
        writer.WriteStartMap(null);
        writer.Text(1, key.Name).Uint(2, key.UserId).Text(3, key.Prefix).Text(4, key.Holder).Uint(5, key.Number);
        writer.Uint(6, key.From).Uint(7, key.Until).Uint(8, key.CycleSeconds).Text(9, key.State);
        writer.WriteEndMap();
    }

    private static CardKey ReadKey(CborSource source)
    {
        source.OpenMap(mayGrow: true);
        var key = new CardKey(
            Text(source.Key(1)),
            source.Key(2).Uint32(min: 1),
            source.HasKey(3) ? source.Text(3) : null,
            Text(source.Key(4)),
            source.Key(5).Uint32(),
            source.HasKey(6) ? source.Time() : null,
            source.HasKey(7) ? source.Time() : null,
            source.Key(8).Uint32(),
            Text(source.Key(9)));
        source.CloseMap();
        return key;
    }

    private static IEnumerable<string?> Texts(SiteCard card) =>
    [
        card.Customer, card.Contact.Phone, card.Contact.Mail, card.Contact.Hours, card.Key.Name, card.Key.Holder, card.Key.State,
        card.PrivacyText, .. card.Addresses, .. card.Doors.Select(door => door.Name), .. card.Doors.Select(door => door.Radio),
    ];

    private static bool IsText(string? text) => WellFormed.Text(text, SiteCard.TextBytesMax);

    private static string Text(CborSource source) => source.Text(SiteCard.TextBytesMax);

    private static bool IsDoor(CardDoor door) =>
        ReaderSettings.IsReaderId(door.ReaderId)
        && door.Presentation <= PresentationMode.LongRange
        && (door.Hours is null || (door.Hours.Count <= LanguagesMax && door.Hours.All(entry =>
            WellFormed.Text(entry.Key, LanguageBytesMax, bytesMin: 1) && WellFormed.Text(entry.Value, HoursBytesMax))));

    // Spelled out, because no two platforms take apart a strange address alike. \z, since $ lets a line break pass.
    [GeneratedRegex(@"\A(https://[A-Za-z0-9.\-:\[\]]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)(/[!-~]*)?\z")]
    public static partial Regex Address();

    private static bool InTime(long? time) => time is null or (>= 0 and <= UnixTime.End);
}
