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
/// <param name="StatusSequence">Sequence of these lists, so that a phone sees which readers know less; 0 with none.</param>
/// <param name="Now">The server's time, seconds.</param>
public sealed record Grant(
    string Site, uint Key, string Document, string SiteCard, IReadOnlyList<string> StatusLists, uint StatusSequence, long Now);

/// <summary>What was stored about a document before it is signed. The signature follows the commit, and can be made again.</summary>
sealed record Issued(GrantCustomer At, MobileKey Key, User User, PublicKey Device, long Serial, DateTimeOffset Now)
{
    public Guid CustomerId => Key.CustomerId;
    public Customer Customer => At.Customer;

    /// <summary>As they stood in the transaction that gave the serial.</summary>
    public Rights Rights { get; init; } = new([], []);
}

/// <summary>What a customer signs with, and what every phone of it is told the same.</summary>
/// <param name="SiteKeys">Newest first.</param>
/// <param name="Revoked">The list of deleted readers, or null when there is none.</param>
sealed record GrantKeys(ISigner Issuer, ISigner Site, IReadOnlyList<PublicKey> SiteKeys, byte[]? Revoked, SignedStatusLists StatusLists);

/// <summary>Makes grants.</summary>
sealed class Grants(SiteSigners signers, SiteStatusLists statusLists, Settings settings)
{
    /// <summary>When the document of a key ends: after the lifespan, at the latest with the key.</summary>
    public static DateTimeOffset DocumentEnd(Customer customer, MobileKey key, DateTimeOffset now)
    {
        var byLifespan = customer.DocumentsEndBy(now);
        return key.ValidTo is { } end && end < byLifespan ? end : byLifespan;
    }

    public async Task<GrantKeys> KeysOf(Db db, Guid customerId, DateTimeOffset now, CancellationToken cancel)
    {
        var keys = await db.SigningKeys.AsNoTracking()
            .Where(k => k.CustomerId == customerId && k.RetiredAt == null)
            .OrderByDescending(k => k.CreatedAt).ToListAsync(cancel);
        var site = keys.Where(k => k.Purpose == KeyPurpose.Site).Take(Bundle.SiteKeysMax).ToList();
        var siteKey = signers.Of(site[0]);
        var issuer = signers.Of(keys.First(k => k.Purpose == KeyPurpose.Issuer));
        return new(
            issuer, siteKey, site.ConvertAll(k => Point(k.PublicKey)), await RevokedReaders.List(db, customerId, siteKey, now, cancel),
            await statusLists.Of(db, customerId, issuer, cancel));
    }

    public Grant Sign(Issued issued)
    {
        var document = AccessDocument.Sign(Lint(Document(issued)), issued.At.Keys.Issuer);
        var card = SiteCard.Sign(Lint(Card(issued)), issued.At.Keys.Site);
        return new(
            Binary.Text(SiteId.From(issued.CustomerId).ToBytes()), (uint)issued.Key.KeyNumber,
            Binary.Text(document), Binary.Text(card),
            [.. issued.At.Keys.StatusLists.Lists.Select(list => Binary.Text(list))], issued.At.Keys.StatusLists.Sequence, issued.Now.ToUnix());
    }

    static AccessDocument Document(Issued issued)
    {
        var now = issued.Now.ToUnix();
        var end = DocumentEnd(issued.Customer, issued.Key, issued.Now);
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
            Rules = [.. issued.Rights.Rules],
            Flags = issued.Customer.OneTap ? DocumentFlags.OneTap : DocumentFlags.None,
        };
    }

    SiteCard Card(Issued issued) => new()
    {
        Site = SiteId.From(issued.CustomerId),
        IssuedAt = issued.Now.ToUnix(),
        Customer = issued.At.Name,
        Contact = new(issued.Customer.Contact.Phone, issued.Customer.Contact.Email, issued.Customer.Contact.Hours),
        // Newest first from the store, newest last on the card.
        SiteKeys = [.. issued.At.Keys.SiteKeys.Reverse()],
        RevocationList = issued.At.Keys.Revoked,
        Doors = [.. issued.Rights.Doors.Select(Door)],
        Switches = (issued.Customer.OneTap ? CardSwitches.OneTap : CardSwitches.None)
            | (issued.Customer.IsDemo ? CardSwitches.Demo : CardSwitches.None),
        Addresses = [settings.Origin.GetLeftPart(UriPartial.Authority)],
        Key = new(
            issued.Customer.KeyName, (uint)issued.User.Number, issued.Customer.Prefix, issued.User.Name, (uint)issued.Key.KeyNumber,
            issued.Key.ValidFrom.ToUnix(), issued.Key.ValidTo.ToUnixEnd(), (uint)issued.Customer.KeyCycleHours * 3600,
            KeyEnd.Word(issued.Key.StateAt(issued.Now))),
        PrivacyText = issued.Customer.PrivacyUrl,
        LowestWalletVersion = (uint)issued.Customer.LowestWalletOn(issued.Key.Device?.Platform),
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

    // The code is spent by now, so a card that has no room for all its doors says as many as it can: the key opens the others all the same.
    static Linted<SiteCard> Lint(SiteCard card) => SiteCard.Lint(card, out var linted) switch
    {
        null => linted!,
        CardFault.TooLarge when card.Doors.Length > 0 => Lint(SiteCard.Trim(card)),
        var fault => throw new InvalidOperationException($"The site card does not pass its lint: {fault}."),
    };
}
