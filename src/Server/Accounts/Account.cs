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
    public required string Name { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A deleted account can be restored with everything; while deleted nothing of it works.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}
