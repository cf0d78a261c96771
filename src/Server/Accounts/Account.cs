using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Accounts;

public enum AccountKind
{
    Operator,
    Distributor,
    Customer,
}

/// <summary>One node of the account tree: an operator holds distributors, a distributor holds customers.</summary>
public sealed class Account : ISearched
{
    public const int NameCharsMax = 80;

    public required Guid Id { get; init; }
    public required AccountKind Kind { get; init; }
    public Guid? ParentId { get; init; }
    public string Name { get; private set; } = "";

    /// <summary>The name folded, by which lists are sorted.</summary>
    public string SortName { get; private set; } = "";

    /// <summary>What the account above finds it by besides its name.</summary>
    public string? AlsoFoundBy { get; private set; }

    /// <summary>The words that searches of the account above find it by.</summary>
    public string SearchText { get; private set; } = "";

    public Guid? SearchedIn => ParentId;
    public SearchKind SearchKind => SearchKind.Account;


    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A deleted account can be restored with everything; while deleted nothing of it works.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    public void Rename(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, SortName, SearchText) = (name, Folding.Fold(name), SearchWords.Text(name, AlsoFoundBy));
    }

    /// <summary>What else searches of the account above find it by, all of it: System ID or code, city, e-mail. Absent ones are left out.</summary>
    public void FindAlsoBy(params IEnumerable<string?> texts)
    {
        AlsoFoundBy = string.Join(' ', texts.Where(t => !string.IsNullOrWhiteSpace(t)));
        Rename(Name);
    }
}
