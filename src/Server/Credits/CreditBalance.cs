namespace Latchkey.Server.Credits;

/// <summary>
/// What lies in an account's purses, in whole credits. One row an account, so that a key that takes a credit touches one row of its own customer. Written by
/// <see cref="Ledger"/> alone.
/// </summary>
public sealed class CreditBalance
{
    public required Guid AccountId { get; init; }
    public long Sold { get; init; }
    public long Given { get; init; }
    public long Paid { get; init; }
    public long Trial { get; init; }
    public long PaidUsed { get; init; }
    public long TrialUsed { get; init; }

    /// <summary>The number of the account's last line; lines have no gaps.</summary>
    public long Line { get; init; }
}

/// <summary>One side of a posting: what went into a purse or out of it. Never changed, never deleted; a mistake is put right by another posting.</summary>
public sealed class CreditEntry
{
    public const int AboutCharsMax = 80;
    public const int WordsCharsMax = 200;

    public required Guid AccountId { get; init; }

    /// <summary>Counted in the account, from 1, in the order of commits. Both sides of a posting within one account stand on one line.</summary>
    public required long Line { get; init; }

    public required CreditKind Kind { get; init; }
    public required CreditAct Act { get; init; }

    /// <summary>The posting; with the act it is unique in a purse, so nothing is posted twice.</summary>
    public required Guid PostingId { get; init; }

    /// <summary>Signed: above zero came in, below zero went out, never zero.</summary>
    public required long Amount { get; init; }

    /// <summary>What the purse held then: that of the purse's entry before and the amount.</summary>
    public required long BalanceAfter { get; init; }

    /// <summary>The account on the other side.</summary>
    public required Guid OtherId { get; init; }

    /// <summary>The mobile key that took the credit, or gave it back.</summary>
    public Guid? MobileKeyId { get; init; }

    /// <summary>The other account by the name it had then; a use's User ID.</summary>
    public required string About { get; init; }

    /// <summary>The words of <see cref="About"/>, as <see cref="Storage.SearchWords.Text"/> makes them.</summary>
    public required string Words { get; init; }

    /// <summary>Administrator, API token or server.</summary>
    public required Guid ActorId { get; init; }

    public required DateTimeOffset At { get; init; }
}
