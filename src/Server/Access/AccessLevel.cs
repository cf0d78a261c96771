namespace Latchkey.Server.Access;

/// <summary>Which readers, on which schedule. The level <i>Everybody</i> (all readers, always) is made with the customer.</summary>
public sealed class AccessLevel
{
    public const int NameCharsMax = 60;

    /// <summary>The schedule that every customer has: always.</summary>
    public const int Always = 0;

    /// <summary>The number of the level that is made with the customer: all readers, always.</summary>
    public const int Everybody = 1;

    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }

    /// <summary>The highest number that documents and bundles can say.</summary>
    public const int NumberMax = ushort.MaxValue;

    /// <summary>
    /// Small number of the level's reader set in documents and bundles. The number of a deleted level is given again only after all others were: a document
    /// that still names it must name nothing.
    /// </summary>
    public required int Number { get; init; }

    public required string Name { get; set; }

    /// <summary>All readers of the customer, also those that come later.</summary>
    public bool AllReaders { get; set; }

    public int Schedule { get; set; } = Always;
    public required DateTimeOffset ChangedAt { get; set; }

    /// <summary>The number that lies so many behind another: behind the last comes the first after <see cref="Everybody"/>.</summary>
    public static int NumberBehind(int number, long by) => (int)((number - Everybody - 1 + by) % (NumberMax - Everybody)) + Everybody + 1;
}

/// <summary>A reader named by an access level that does not hold all readers.</summary>
public sealed class AccessLevelReader
{
    public required Guid CustomerId { get; init; }
    public required Guid LevelId { get; init; }
    public required Guid ReaderId { get; init; }
}

public sealed class UserAccessLevel
{
    public required Guid CustomerId { get; init; }
    public required Guid UserId { get; init; }
    public required Guid LevelId { get; init; }
    public AccessLevel? Level { get; init; }
}
