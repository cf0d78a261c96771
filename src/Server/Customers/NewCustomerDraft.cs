using Latchkey.Server.Accounts;
using Latchkey.Server.Customers;

namespace Latchkey.Server.Console.Pages;

/// <summary>What was typed into the wizard: it outlives the dialog, so that a closed one goes on where it stopped.</summary>
public sealed class NewCustomerDraft
{
    public const int Steps = 4;

    /// <summary>Of the customer that comes of it: pressed twice, it is made once.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>The distributor in whose workplace it was begun.</summary>
    public required Guid DistributorId { get; init; }

    public required string Code { get; init; }
    public int Step { get; set; } = 1;
    public string Name { get; set; } = "";
    public SystemType SystemType { get; set; }
    public required string Installation { get; set; }
    public required string SystemKey { get; set; }
    public required string TimeZone { get; set; }
    public required string Language { get; set; }
    public TypedContact Contact { get; } = new();
    public AccountWay Account { get; set; } = AccountWay.Invite;
    public string Password { get; set; } = "";
    public string KeyName { get; set; } = "";
    public string Prefix { get; set; } = "";
    public TypedDay LastDay { get; set; }
    public int Credits { get; set; }
    public bool OneTap { get; set; } = true;
    public bool AutomaticIdentification { get; set; } = true;

    public string SystemId => SystemType == SystemType.Demo ? DemoSystem.SystemId : Code + Installation.Trim();

    public string ShownKeyName => KeyName.Trim() is { Length: > 0 } typed ? typed : Name.Trim();
}

/// <summary>How the customer's first administrator comes to sign in.</summary>
public enum AccountWay
{
    Invite,
    Password,

    /// <summary>Nobody signs in until an administrator is made on the customer's card.</summary>
    None,
}

/// <summary>A contact as a form holds it.</summary>
public sealed class TypedContact
{
    public string Name { get; set; } = "";
    public string Street { get; set; } = "";
    public string Zip { get; set; } = "";
    public string City { get; set; } = "";
    public string Email { get; set; } = "";
    public string Phone { get; set; } = "";
    public string Hours { get; set; } = "";
    public string Web { get; set; } = "";

    public static TypedContact Of(Contact contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        return new()
        {
            Name = contact.Name ?? "", Street = contact.Street ?? "", Zip = contact.Zip ?? "", City = contact.City ?? "",
            Email = contact.Email ?? "", Phone = contact.Phone ?? "", Hours = contact.Hours ?? "", Web = contact.Web ?? "",
        };
    }

    public Contact Typed => CustomerDetails.Tidy(new() { Name = Name, Street = Street, Zip = Zip, City = City, Email = Email, Phone = Phone, Hours = Hours, Web = Web });
}

/// <summary>One draft for each circuit.</summary>
public sealed class NewCustomerDrafts
{
    public NewCustomerDraft? Kept { get; set; }

    /// <summary>Whether there is something to go on with in that workplace.</summary>
    public bool Begun(Guid distributorId) => Kept is { Name.Length: > 0 } kept && kept.DistributorId == distributorId;
}
