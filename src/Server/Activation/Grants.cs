using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;
using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Activation;

/// <summary>What a phone gets: its access document, the site card, and the newest status lists.</summary>
/// <param name="Site">Site identifier, 16 bytes in base64url.</param>
/// <param name="Key">Dense key number within the site.</param>
/// <param name="Document">Access document, base64url.</param>
/// <param name="SiteCard">Site card, base64url.</param>
/// <param name="StatusLists">Status lists, base64url, one per chunk.</param>
/// <param name="Now">The server's time, seconds.</param>
public sealed record Grant(
    string Site, uint Key, string Document, string SiteCard, IReadOnlyList<string> StatusLists, long Now);

/// <summary>What was stored about a document before it is signed. The signature follows the commit, and can be made again.</summary>
sealed record Issued(
    Guid CustomerId, string CustomerName, Customer Customer, MobileKey Key, User User, PublicKey Device, long Serial, DateTimeOffset At);

/// <summary>Makes grants.</summary>
sealed class Grants(Store store, SiteSigners signers, Settings settings)
{
    /// <summary>When the document of a key ends: after the lifespan, at the latest with the key.</summary>
    public static DateTimeOffset DocumentEnd(Customer customer, MobileKey key, DateTimeOffset now)
    {
        var byLifespan = customer.KeyLifespanHours == 0 ? DateTimeOffset.MaxValue : now.AddHours(customer.KeyLifespanHours);
        return key.ValidTo is { } end && end < byLifespan ? end : byLifespan;
    }

    public async Task<Grant> Sign(Issued issued, CancellationToken cancel)
    {
        await using var db = store.Open();
        var rules = await AccessRules.For(db, issued.CustomerId, issued.User.Id, cancel);
        var doors = await AccessRules.Doors(db, issued.CustomerId, issued.User.Id, cancel);
        var issuer = await signers.Of(db, issued.CustomerId, KeyPurpose.Issuer, cancel);
        var siteKey = await signers.Of(db, issued.CustomerId, KeyPurpose.Site, cancel);
        var siteKeys = await db.SigningKeys.AsNoTracking()
            .Where(k => k.CustomerId == issued.CustomerId && k.Purpose == KeyPurpose.Site && k.RetiredAt == null)
            .OrderByDescending(k => k.CreatedAt).Take(Bundle.SiteKeysMax).Select(k => k.PublicKey).ToListAsync(cancel);
        var revoked = await RevokedReaders.List(db, issued.CustomerId, siteKey, cancel);

        var document = AccessDocument.Sign(Lint(Document(issued, rules)), issuer);
        var card = SiteCard.Sign(Lint(Card(issued, doors, siteKeys, revoked)), siteKey);
        return new(
            Binary.Text(SiteId.From(issued.CustomerId).ToBytes()), (uint)issued.Key.KeyNumber,
            Binary.Text(document), Binary.Text(card), [], issued.At.ToUnix());
    }

    static AccessDocument Document(Issued issued, IReadOnlyList<Rule> rules)
    {
        var now = issued.At.ToUnix();
        var end = DocumentEnd(issued.Customer, issued.Key, issued.At);
        var from = issued.Key.ValidFrom.ToUnix();
        return new()
        {
            Site = SiteId.From(issued.CustomerId),
            Key = (uint)issued.Key.KeyNumber,
            Device = issued.Device,
            IssuedAt = now,
            NotBefore = from > now ? from : null,
            Expires = end == DateTimeOffset.MaxValue ? UnixTime.End : end.ToUnix(),
            Until = issued.Key.ValidTo.ToUnixEnd(),
            Serial = (uint)issued.Serial,
            UserId = (uint)issued.User.Number,
            Prefix = issued.Customer.Prefix,
            Rules = [.. rules],
            Flags = issued.Customer.OneTap ? DocumentFlags.OneTap : DocumentFlags.None,
        };
    }

    SiteCard Card(Issued issued, List<Reader> doors, List<byte[]> siteKeys, byte[]? revoked) => new()
    {
        Site = SiteId.From(issued.CustomerId),
        IssuedAt = issued.At.ToUnix(),
        Customer = issued.CustomerName,
        Contact = new(issued.Customer.ContactPhone, issued.Customer.ContactEmail, issued.Customer.ContactHours),
        // Newest first from the store, newest last on the card.
        SiteKeys = [.. siteKeys.Select(Point).Reverse()],
        RevocationList = revoked,
        Doors = [.. doors.Take(SiteCard.DoorsMax).Select(Door)],
        Switches = (issued.Customer.OneTap ? CardSwitches.OneTap : CardSwitches.None)
            | (issued.Customer.IsDemo ? CardSwitches.Demo : CardSwitches.None),
        Addresses = [settings.Origin.GetLeftPart(UriPartial.Authority)],
        Key = new(
            issued.Customer.KeyName, (uint)issued.User.Number, issued.Customer.Prefix, issued.User.Name, (uint)issued.Key.KeyNumber,
            issued.Key.ValidFrom.ToUnix(), issued.Key.ValidTo.ToUnixEnd(), (uint)issued.Customer.KeyCycleHours * 3600,
            KeyEnd.Word(issued.Key.StateAt(issued.At))),
        PrivacyText = issued.Customer.PrivacyUrl,
        LowestWalletVersion = (uint)issued.Customer.LowestWalletVersion,
    };

    static CardDoor Door(Reader reader) => new(
        reader.ReaderId, ReaderId.From(reader.Id), reader.Name, (Way)(int)reader.Ways, (PresentationMode)(int)reader.Presentation,
        reader.SecondFactor == SecondFactor.PhoneUnlocked, Radio: reader.RadioAddress);

    static PublicKey Point(byte[] bytes) =>
        PublicKey.TryRead(bytes, out var key) ? key : throw new InvalidOperationException("A stored site key is no point.");

    static Linted<AccessDocument> Lint(AccessDocument document) =>
        AccessDocument.Lint(document, out var linted) is { } fault
            ? throw new InvalidOperationException($"The document does not pass its lint: {fault}.")
            : linted!;

    static Linted<SiteCard> Lint(SiteCard card) =>
        SiteCard.Lint(card, out var linted) is { } fault
            ? throw new InvalidOperationException($"The site card does not pass its lint: {fault}.")
            : linted!;
}
