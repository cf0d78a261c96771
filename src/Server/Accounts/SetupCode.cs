namespace Latchkey.Server.Accounts;

/// <summary>What proves at a new installation that its first administrator can read the server's own disk. Only its hash is kept here.</summary>
public sealed class SetupCode
{
    /// <summary>How long it can be used; a start of the server draws a new one.</summary>
    public const int LifeHours = 24;

    public required byte[] Hash { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
}
