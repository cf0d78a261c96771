using System.Text.RegularExpressions;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Customers;

public enum SystemType
{
    /// <summary>A real building: an own System ID and System Key.</summary>
    Live,

    /// <summary>For shows and tests: System ID and System Key are known to everybody.</summary>
    Demo,
}

/// <summary>What all demo systems have in common.</summary>
public static class DemoSystem
{
    public const string SystemId = "demo0001";
    public const string SystemKey = "demo";
}

/// <summary>What of an account's own data is good; each part is looked at only where it is given.</summary>
static partial class CustomerDetails
{
    public const int KeyNameCharsMax = 40;
    public const int SystemIdChars = 8;
    public const int SystemKeyChars = 8;

    public static Refused? Name(string? name) =>
        string.IsNullOrWhiteSpace(name) ? new(Refusal.NameMissing, "name")
        : PlainText.Lint(name.Trim(), Account.NameCharsMax, "name", Refusal.NameTooLong);

    public static Refused? System(string code, SystemType type, string? systemId, string? systemKey)
    {
        if (type == SystemType.Demo)
            return null;
        if (systemId is null || !SystemIdShape.IsMatch(systemId) || !systemId.StartsWith(code, StringComparison.Ordinal))
            return new(Refusal.SystemIdWrong, "systemId", $"A System ID has 8 letters or digits and begins with {code}.");
        return systemKey is null || !SystemKeyShape.IsMatch(systemKey) ? new(Refusal.SystemKeyWrong, "systemKey") : null;
    }

    public static Refused? Of(Contact contact)
    {
        foreach (var (line, field) in new[]
        {
            (contact.Name, "contact.name"), (contact.Street, "contact.street"), (contact.Zip, "contact.zip"), (contact.City, "contact.city"),
            (contact.Hours, "contact.hours"), (contact.Web, "contact.web"),
        })
        {
            if (PlainText.Lint(line, Contact.LineCharsMax, field) is { } wrong)
                return wrong;
        }
        if (contact.Email is { } email && !MailAddress.IsGood(email))
            return new(Refusal.EmailWrong, "contact.email");
        return contact.Phone is { } phone && !PhoneShape.IsMatch(phone) ? new(Refusal.PhoneWrong, "contact.phone") : null;
    }

    public static Refused? Key(string? keyName, string? prefix, DateTimeOffset? defaultValidTo, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(keyName))
            return new(Refusal.NameMissing, "keyName");
        if (PlainText.Lint(keyName.Trim(), KeyNameCharsMax, "keyName", Refusal.NameTooLong) is { } wrong)
            return wrong;
        if (prefix is not null && !PrefixShape.IsMatch(prefix))
            return new(Refusal.PrefixWrong, "prefix");
        return defaultValidTo <= now ? new(Refusal.ValidityOver, "defaultValidTo") : null;
    }

    /// <summary>Blank lines of a form are none.</summary>
    public static Contact Tidy(Contact contact) => new()
    {
        Name = Line(contact.Name),
        Street = Line(contact.Street),
        Zip = Line(contact.Zip),
        City = Line(contact.City),
        Email = Line(contact.Email),
        Phone = Line(contact.Phone),
        Hours = Line(contact.Hours),
        Web = Line(contact.Web),
    };

    static string? Line(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    [GeneratedRegex("^[0-9A-Za-z]{8}$")]
    private static partial Regex SystemIdShape { get; }

    [GeneratedRegex("^[0-9A-Za-z]{8}$")]
    private static partial Regex SystemKeyShape { get; }

    [GeneratedRegex("^[1-9][0-9]{1,2}$")]
    private static partial Regex PrefixShape { get; }

    [GeneratedRegex(@"^\+[1-9][0-9]*( ?[0-9]+)*$")]
    private static partial Regex PhoneDigits { get; }

    static class PhoneShape
    {
        // E.164: at most 15 digits behind the sign; blanks as people write them.
        public static bool IsMatch(string phone) => phone.Length <= 24 && PhoneDigits.IsMatch(phone) && phone.Count(char.IsAsciiDigit) is >= 6 and <= 15;
    }
}
