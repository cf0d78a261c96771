using System.Collections.Immutable;
using Latchkey.Server.Accounts;

namespace Latchkey.Server.Credits;

/// <summary>What moves credits.</summary>
public enum CreditAct
{
    /// <summary>The operator sells to a distributor.</summary>
    Purchase,

    /// <summary>The operator takes back what a distributor has not passed on.</summary>
    TakeBack,

    /// <summary>A distributor passes credits on to a customer.</summary>
    Transfer,

    /// <summary>A distributor takes back what a customer has not used.</summary>
    Refund,

    /// <summary>Credits that a new customer gets for nothing.</summary>
    Trial,

    /// <summary>A mobile key is made.</summary>
    Use,

    /// <summary>The invitation to a mobile key ended unused.</summary>
    GiveBack,
}

/// <summary>
/// The purses of an account. Every credit lies in exactly one purse of one account; those below zero say what was put into the world, so the sum of all
/// purses is zero at any moment.
/// </summary>
public enum CreditKind
{
    /// <summary>An operator's: what it has sold. Never above zero.</summary>
    Sold,

    /// <summary>A distributor's: what its customers were given for nothing. Never above zero.</summary>
    Given,

    /// <summary>What can be passed on or used.</summary>
    Paid,

    /// <summary>A customer's: for nothing, used first, never passed on.</summary>
    Trial,

    /// <summary>A customer's: what its keys have taken of <see cref="Paid"/>.</summary>
    PaidUsed,

    /// <summary>A customer's: what its keys have taken of <see cref="Trial"/>.</summary>
    TrialUsed,
}

/// <summary>One purse, as the table of rules names it: of which level of account, and which.</summary>
public readonly record struct Purse(AccountKind Level, CreditKind Kind);

/// <summary>One way that credits may go.</summary>
public readonly record struct CreditWay(Purse From, Purse To)
{
    public CreditWay Back => new(To, From);
}

/// <summary>What a line of a statement is called; the words of the billing pages.</summary>
public enum CreditType
{
    Sale,
    PurchaseCredit,
    Transfer,
    Refunding,
    Trial,
    Adding,
    Purchase,
}

public enum CreditStatus
{
    Paid,
    Refunded,
}

/// <summary>The rules of credits, as a table. Pure: the ledger does what it says, in one statement that can't take what is not there.</summary>
public static class CreditRules
{
    /// <summary>Credits in one sale or transfer.</summary>
    public const int AmountMax = 1_000_000;

    /// <summary>Credits that a new customer gets for nothing.</summary>
    public const int TrialCredits = 5;

    /// <summary>Credits that a mobile key takes.</summary>
    public const int KeyCredits = 1;

    static readonly Purse Sold = new(AccountKind.Operator, CreditKind.Sold);
    static readonly Purse AtDistributor = new(AccountKind.Distributor, CreditKind.Paid);
    static readonly Purse Given = new(AccountKind.Distributor, CreditKind.Given);
    static readonly Purse AtCustomer = new(AccountKind.Customer, CreditKind.Paid);
    static readonly Purse Trial = new(AccountKind.Customer, CreditKind.Trial);
    static readonly Purse PaidUsed = new(AccountKind.Customer, CreditKind.PaidUsed);
    static readonly Purse TrialUsed = new(AccountKind.Customer, CreditKind.TrialUsed);

    /// <summary>The ways of an act, in the order they are tried: the first that has enough is taken. What is given back goes the way back that its use came.</summary>
    public static ImmutableArray<CreditWay> Ways(CreditAct act) => act switch
    {
        CreditAct.Purchase => [new(Sold, AtDistributor)],
        CreditAct.TakeBack => [new(AtDistributor, Sold)],
        CreditAct.Transfer => [new(AtDistributor, AtCustomer)],
        CreditAct.Refund => [new(AtCustomer, AtDistributor)],
        CreditAct.Trial => [new(Given, Trial)],
        CreditAct.Use => [new(Trial, TrialUsed), new(AtCustomer, PaidUsed)],
        CreditAct.GiveBack => [.. Ways(CreditAct.Use).Select(w => w.Back)],
    };

    /// <summary>Purses that say what was put into the world: they stand below zero, and nothing bounds them.</summary>
    public static bool IsSource(CreditKind kind) => kind is CreditKind.Sold or CreditKind.Given;

    /// <summary>Whether <paramref name="amount"/> may leave a purse that holds <paramref name="balance"/>.</summary>
    public static bool Has(CreditKind kind, long balance, long amount) => IsSource(kind) || balance >= amount;

    /// <summary>Whether a purse may hold that.</summary>
    public static bool Fits(CreditKind kind, long balance) => IsSource(kind) ? balance <= 0 : balance >= 0;

    /// <summary>The purses whose lines the owner of an account reads; the others are their counterparts.</summary>
    public static ImmutableArray<CreditKind> Shown(AccountKind level) => level switch
    {
        AccountKind.Operator => [CreditKind.Sold],
        AccountKind.Distributor => [CreditKind.Paid, CreditKind.Given],
        AccountKind.Customer => [CreditKind.Paid, CreditKind.Trial],
    };

    /// <summary>What an act is called on the statement of an account of that level.</summary>
    public static CreditType Type(AccountKind level, CreditAct act) => (level, act) switch
    {
        (AccountKind.Operator, CreditAct.Purchase) => CreditType.Sale,
        (AccountKind.Distributor, CreditAct.Purchase) => CreditType.PurchaseCredit,
        (AccountKind.Customer, CreditAct.Transfer or CreditAct.Trial) => CreditType.Adding,
        (_, CreditAct.Transfer) => CreditType.Transfer,
        (_, CreditAct.Trial) => CreditType.Trial,
        (_, CreditAct.Use or CreditAct.Purchase) => CreditType.Purchase,
        (_, CreditAct.TakeBack or CreditAct.Refund or CreditAct.GiveBack) => CreditType.Refunding,
    };

    public static CreditStatus Status(CreditAct act) =>
        act is CreditAct.TakeBack or CreditAct.Refund or CreditAct.GiveBack ? CreditStatus.Refunded : CreditStatus.Paid;

    /// <summary>Whether a mobile key takes a credit.</summary>
    /// <param name="distributorCounted">Whether its customer's distributor is counted.</param>
    /// <param name="isDemo">Whether its customer is a demo.</param>
    public static bool Counts(bool distributorCounted, bool isDemo) => distributorCounted && !isDemo;
}
