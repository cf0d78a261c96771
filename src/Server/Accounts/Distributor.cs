using System.Globalization;

namespace Latchkey.Server.Accounts;

/// <summary>Settings of one distributor account: an installer or reseller, who makes customers and sells them credits.</summary>
public sealed class Distributor
{
    public const int CodeChars = 4;

    public required Guid AccountId { get; init; }
    public Account? Account { get; init; }

    /// <summary>The first half of its customers' System IDs, the XXXX of <c>XXXXYYYY</c>; unique, so that theirs are.</summary>
    public required string Code { get; init; }

    /// <summary>The highest YYYY proposed so far; raised under the account's lock.</summary>
    public int LastInstallation { get; set; }

    /// <summary>The YYYY that is proposed next.</summary>
    public string NextInstallation => string.Create(CultureInfo.InvariantCulture, $"{LastInstallation + 1:D4}");

    /// <summary>A System ID was given, as proposed or typed: the next proposal lies above it.</summary>
    public void Took(string systemId)
    {
        ArgumentNullException.ThrowIfNull(systemId);
        if (int.TryParse(systemId[CodeChars..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            LastInstallation = Math.Max(LastInstallation, number);
    }

    /// <summary>A System ID for the next customer, to be given in the same transaction.</summary>
    public string NextSystemId() => string.Create(CultureInfo.InvariantCulture, $"{Code}{++LastInstallation:D4}");

    /// <summary>
    /// Whether mobile keys of its customers take credits. The operator says so; not at the house of the first set-up, whose owner would sell to nobody but itself.
    /// </summary>
    public bool CreditsCounted { get; set; } = true;

    public Contact Contact { get; set; } = new();

    /// <summary>What the operator finds it by. Call it after a change of contact.</summary>
    public void FindAlso() => Account!.FindAlsoBy(Code, Contact.City, Contact.Email);
}
