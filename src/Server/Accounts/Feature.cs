namespace Latchkey.Server.Accounts;

/// <summary>What can be allowed or not, for the whole installation, a distributor or a customer.</summary>
public enum Feature
{
    /// <summary>New mobile keys can be made. Keys that are there go on.</summary>
    MobileAccess,

    /// <summary>Doors can be opened once from the console and the API.</summary>
    RemoteOpening,
}

/// <summary>What was set at one account; without a row it takes what holds above it.</summary>
public sealed class FeatureSetting
{
    public required Guid AccountId { get; init; }
    public required Feature Feature { get; init; }
    public bool Allowed { get; set; }
}

/// <summary>One account on the way from the operator down, and what is set there.</summary>
/// <param name="Set">Null takes what holds above.</param>
public sealed record FeatureLevel(Guid AccountId, AccountKind Kind, string Name, bool? Set);

/// <summary>What holds at an account.</summary>
/// <param name="IsOn">Whether it is allowed.</param>
/// <param name="From">Where that was set; null is nowhere: it is allowed unless somebody says no.</param>
/// <param name="Own">What is set at the account itself; null takes what holds above.</param>
/// <param name="ChangedBy">Whose owners can change what holds.</param>
public sealed record EffectiveFeature(Feature Feature, bool IsOn, FeatureLevel? From, bool? Own, FeatureLevel ChangedBy);

/// <summary>
/// One rule for every switch: a no holds for everything below it, so what an operator forbids no distributor allows. Mobile access is a level's to allow to the one
/// below; remote opening a customer can forbid to itself, too.
/// </summary>
public static class Features
{
    /// <param name="path">From the operator down to the account itself.</param>
    public static EffectiveFeature Resolve(Feature feature, IReadOnlyList<FeatureLevel> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var no = path.FirstOrDefault(level => level.Set == false);
        var from = no ?? path.LastOrDefault(level => level.Set == true);
        return new(feature, no is null, from, path[^1].Set, SetBy(feature, no is null ? path.Count - 1 : path.ToList().IndexOf(no), path));
    }

    /// <summary>Whose owners set it at the account at this place of the path: its own, where the switch is theirs, else those above.</summary>
    internal static FeatureLevel SetBy(Feature feature, int at, IReadOnlyList<FeatureLevel> path) =>
        at == 0 || IsOwn(feature, path[at].Kind) ? path[at] : path[at - 1];

    /// <summary>Whether an account sets it for itself.</summary>
    public static bool IsOwn(Feature feature, AccountKind kind) => kind == AccountKind.Operator || feature switch
    {
        Feature.MobileAccess => false,
        Feature.RemoteOpening => true,
    };
}
