namespace Latchkey.Server.Accounts;

/// <summary>What those above a customer, its distributor and the operator, may do inside it.</summary>
public enum DistributorAccess
{
    /// <summary>What their role lets them.</summary>
    Full,

    /// <summary>Look.</summary>
    ViewOnly,

    /// <summary>Nothing. In an emergency they break the glass, and the customer's owners hear of it.</summary>
    Off,
}

/// <summary>
/// Somebody from above has come in although the customer shut the door; its owners were told. It lets do what a key manager may, and no more.
/// </summary>
public sealed class BrokenGlass
{
    public const int LifeHours = 4;
    public const int WhyCharsMin = 10;
    public const int WhyCharsMax = 300;

    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required Guid AdministratorId { get; init; }
    public required string Why { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
}

public static class StandingGlasses
{
    /// <summary>Those of one administrator that let it in now.</summary>
    public static IQueryable<BrokenGlass> Standing(this IQueryable<BrokenGlass> glasses, Guid customerId, Guid administratorId, DateTimeOffset now) =>
        glasses.Where(g => g.CustomerId == customerId && g.AdministratorId == administratorId && g.EndsAt > now);
}
