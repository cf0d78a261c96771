using System.ComponentModel.DataAnnotations.Schema;

namespace Latchkey.Server.Accounts;

/// <summary>How to reach the people of an account. All of it is optional.</summary>
[ComplexType]
public sealed record Contact
{
    public const int LineCharsMax = 120;

    /// <summary>Who answers: a person, a reception.</summary>
    public string? Name { get; init; }

    /// <summary>Street and house number.</summary>
    public string? Street { get; init; }

    public string? Zip { get; init; }
    public string? City { get; init; }
    public string? Email { get; init; }

    /// <summary>With the country code.</summary>
    public string? Phone { get; init; }

    /// <summary>When somebody answers.</summary>
    public string? Hours { get; init; }

    public string? Web { get; init; }
}
