using Latchkey.Server.Hosting;

namespace Latchkey.Server.Accounts;

public enum AccountKind
{
    Operator,
    Distributor,
    Customer,
}

/// <summary>One node of the account tree: an operator holds distributors, a distributor holds customers.</summary>
public sealed class Account
{
    public const int NameCharsMax = 80;

    public required Guid Id { get; init; }
    public required AccountKind Kind { get; init; }
    public Guid? ParentId { get; init; }
    public string Name { get; private set; } = "";

    /// <summary>The name folded, by which lists are sorted.</summary>
    public string SortName { get; private set; } = "";

    public void Rename(string name) => (Name, SortName) = (name, Folding.Fold(name));

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A deleted account can be restored with everything; while deleted nothing of it works.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}
