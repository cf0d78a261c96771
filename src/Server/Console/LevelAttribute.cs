using Latchkey.Server.Accounts;

namespace Latchkey.Server.Console;

/// <summary>At which levels of account a page has something to show. Pages without it are a customer's.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LevelAttribute(params AccountKind[] kinds) : Attribute
{
    public IReadOnlyList<AccountKind> Kinds { get; } = kinds;

    public static bool Fits(Type? page, AccountKind kind) =>
        page is null || (Attribute.GetCustomAttribute(page, typeof(LevelAttribute)) is LevelAttribute level ? level.Kinds.Contains(kind) : kind == AccountKind.Customer);
}
