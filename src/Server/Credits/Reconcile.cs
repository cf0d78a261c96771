using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>A place in the ledger that does not fit the rest.</summary>
/// <param name="Line">The line; 0 where it is what the account holds that does not fit its lines.</param>
public sealed record LedgerBreak(Guid AccountId, long Line);

/// <summary>What a look at a whole ledger found.</summary>
/// <param name="Accounts">Accounts that have purses.</param>
/// <param name="Lines">Lines of all of them.</param>
/// <param name="Sum">Of all purses, in credits: zero in a whole ledger.</param>
/// <param name="Breaks">The first ones; none in a whole ledger.</param>
public sealed record ReconcileAnswer(long Accounts, long Lines, long Sum, IReadOnlyList<LedgerBreak> Breaks)
{
    public bool IsWhole => Sum == 0 && Breaks.Count == 0;
}

/// <summary>
/// Checks the ledger of an operator and all below it, line by line: no line is missing, each purse's balance follows from the one before, what an account holds
/// is what its lines say, both sides of every posting are there, and all purses together hold nothing.
/// </summary>
public sealed class Reconcile(Acts acts)
{
    public const int BreaksMax = 20;

    // Made of the names of an enum, which are the names of columns; the operator is a parameter.
    static readonly string[] Kinds = Enum.GetNames<CreditKind>();

    const string Tree =
        """
        "AccountId" IN (SELECT "Id" FROM "Accounts" WHERE "Id" = {0} OR "ParentId" = {0}
            OR "ParentId" IN (SELECT "Id" FROM "Accounts" WHERE "ParentId" = {0}))
        """;

    static readonly string All =
        $"""
        SELECT COUNT(*) AS "Accounts", CAST(COALESCE(SUM("Line"), 0) AS BIGINT) AS "Lines",
            CAST(COALESCE(SUM({string.Join(" + ", Kinds.Select(k => $"\"{k}\""))}), 0) AS BIGINT) AS "Sum"
        FROM "CreditBalances" WHERE {Tree}
        """;

    static readonly string Chains =
        $"""
        SELECT "AccountId", MIN("Line") AS "Line" FROM (
            SELECT "AccountId", "Line",
                "BalanceAfter" - "Amount" - LAG("BalanceAfter", 1, CAST(0 AS BIGINT)) OVER (PARTITION BY "AccountId", "Kind" ORDER BY "Line") AS "Off",
                "Line" - LAG("Line", 1, CAST(0 AS BIGINT)) OVER (PARTITION BY "AccountId" ORDER BY "Line", "Kind") AS "Step"
            FROM "CreditEntries" WHERE {Tree}) AS "Chain"
        WHERE "Off" <> 0 OR "Step" < 0 OR "Step" > 1 GROUP BY "AccountId" LIMIT {BreaksMax}
        """;

    static readonly string Held =
        $"""
        SELECT b."AccountId", CAST(0 AS BIGINT) AS "Line" FROM "CreditBalances" AS b LEFT JOIN (
            SELECT "AccountId" AS "Id", MAX("Line") AS "Last",
                {string.Join(", ", Kinds.Select(k => $"SUM(CASE WHEN \"Kind\" = '{k}' THEN \"Amount\" ELSE 0 END) AS \"{k}\""))}
            FROM "CreditEntries" WHERE {Tree} GROUP BY "AccountId") AS e ON e."Id" = b."AccountId"
        WHERE b.{Tree} AND (b."Line" <> COALESCE(e."Last", 0) OR {string.Join(" OR ", Kinds.Select(k => $"b.\"{k}\" <> COALESCE(e.\"{k}\", 0)"))})
        LIMIT {BreaksMax}
        """;

    static readonly string Halves =
        $"""
        SELECT "AccountId", MIN("Line") AS "Line" FROM "CreditEntries" WHERE {Tree} AND "PostingId" IN (
            SELECT "PostingId" FROM "CreditEntries" WHERE {Tree} GROUP BY "PostingId", "Act" HAVING SUM("Amount") <> 0)
        GROUP BY "AccountId" LIMIT {BreaksMax}
        """;

    public Task<Outcome<ReconcileAnswer>> Ask(Actor actor, Guid operatorId, CancellationToken cancel) =>
        acts.Ask<ReconcileAnswer>(actor, operatorId, Role.Auditor, async q => await Read(q.Db, operatorId, q.Cancel), cancel);

    internal static async Task<ReconcileAnswer> Read(Db db, Guid operatorId, CancellationToken cancel)
    {
        // One moment for all questions: postings go on meanwhile.
        await using var moment = await Snapshot.Begin(db, cancel);
        var all = (await db.Database.SqlQueryRaw<Totals>(All, operatorId).ToListAsync(cancel)).Single();
        var breaks = new List<LedgerBreak>();
        foreach (var question in new[] { Chains, Held, Halves })
            breaks.AddRange(await db.Database.SqlQueryRaw<LedgerBreak>(question, operatorId).ToListAsync(cancel));
        return new(all.Accounts, all.Lines, all.Sum, [.. breaks.Take(BreaksMax)]);
    }

    sealed record Totals(long Accounts, long Lines, long Sum);
}
