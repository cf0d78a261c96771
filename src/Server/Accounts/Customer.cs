using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Accounts;

/// <summary>What a reader does with documents once its bundle is past its end and no fresh statement comes.</summary>
public enum OfflinePolicy
{
    DocumentsOnly,
    DenyAll,
}

/// <summary>Settings of one customer account: one access control system, one site. Its account id is the site identifier on the wire.</summary>
public sealed class Customer
{
    public const int LifespanHoursMax = 720;
    public const int CodeLifeHoursMin = 1;
    public const int CodeLifeHoursMax = 31 * 24;

    public required Guid AccountId { get; init; }
    public Account? Account { get; init; }

    /// <summary>What an installer types when pairing; never a cryptographic key of a door.</summary>
    public required string SystemId { get; set; }

    /// <summary>The system key, sealed by the secret box under the purpose <c>system-key</c>.</summary>
    public required byte[] SystemKeySealed { get; set; }

    public bool IsDemo { get; set; }

    /// <summary>Key name: what the wallet shows above the doors of this site.</summary>
    public required string KeyName { get; set; }

    /// <summary>Two or three digits before the User ID in card numbers, so that it never meets a card made elsewhere; null is none.</summary>
    public string? Prefix { get; set; }

    /// <summary>Until when a new key is valid unless the administrator says otherwise, exclusive; null is without end.</summary>
    public DateTimeOffset? DefaultValidTo { get; set; }

    /// <summary>IANA name; schedules are wall time in this zone.</summary>
    public string TimeZone { get; set; } = "Europe/Prague";

    public int KeyCycleHours { get; set; } = 12;
    public int KeyLifespanHours { get; set; } = 24;

    /// <summary>When every document given out by <paramref name="now"/> has died of its lifespan; without one it lives as long as its key.</summary>
    public DateTimeOffset DocumentsEndBy(DateTimeOffset now) => DocumentsEndBy(KeyLifespanHours, now);

    public static async Task<DateTimeOffset> DocumentsEndBy(Db db, Guid customerId, DateTimeOffset now, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        return DocumentsEndBy(await db.Customers.Where(c => c.AccountId == customerId).Select(c => c.KeyLifespanHours).SingleAsync(cancel), now);
    }

    static DateTimeOffset DocumentsEndBy(int lifespanHours, DateTimeOffset now) =>
        lifespanHours == 0 ? DateTimeOffset.MaxValue : now.AddHours(lifespanHours);

    public int CodeLifeHours { get; set; } = 168;
    public string Language { get; set; } = "en";

    /// <summary>One-tap opening allowed at this site.</summary>
    public bool OneTap { get; set; }

    /// <summary>Opening from the wallet by itself, without a tap, allowed at this site.</summary>
    public bool AutomaticIdentification { get; set; } = true;

    /// <summary>Older wallets on Android, and on anything but iOS, are told to reload.</summary>
    public int LowestWalletAndroid { get; set; }

    /// <summary>Older wallets on iPhones and iPads are told to reload.</summary>
    public int LowestWalletIos { get; set; }

    /// <param name="platform">As the phone names itself when it activates.</param>
    public int LowestWalletOn(string? platform) =>
        platform is not null && (platform.StartsWith("iPhone", StringComparison.Ordinal) || platform.StartsWith("iPad", StringComparison.Ordinal))
            ? LowestWalletIos
            : LowestWalletAndroid;

    public OfflinePolicy OfflinePolicy { get; set; } = OfflinePolicy.DocumentsOnly;
    /// <summary>Whom users of this site ask, and where it is.</summary>
    public Contact Contact { get; set; } = new();

    /// <summary>What its distributor finds it by. Call it after a change of System ID or contact.</summary>
    public void FindAlso() => Account!.FindAlsoBy(SystemId, Contact.City, Contact.Email);

    /// <summary>What the accounts above may do here; only the customer's own owners set it.</summary>
    public DistributorAccess DistributorAccess { get; set; }

    /// <summary>Several users may bear one User ID; only the distributor allows it.</summary>
    public bool AllowsDuplicateUserNumbers { get; set; }

    public string? PrivacyUrl { get; set; }

    /// <summary>
    /// Numbers given last. They are raised under the account's lock, so none is given twice; those of keys and levels jump when a backup was put back, over
    /// what the store may have forgotten.
    /// </summary>
    public int LastKeyNumber { get; set; } = -1;
    public int LastUserNumber { get; set; }
    public int LastLevelNumber { get; set; } = Access.AccessLevel.Everybody;
}
