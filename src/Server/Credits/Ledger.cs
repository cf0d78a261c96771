using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>Credits that go from one purse to another.</summary>
/// <param name="Id">Names the posting for ever: the same act posts an id once.</param>
/// <param name="FromId">The account they leave.</param>
/// <param name="ToId">The account they reach; may be the same.</param>
/// <param name="Amount">Credits, above zero.</param>
/// <param name="FromAbout">What the line of the account they leave says; <paramref name="ToAbout"/> likewise.</param>
sealed record Posting(
    Guid Id, CreditAct Act, CreditWay Way, Guid FromId, Guid ToId, long Amount, string FromAbout, string ToAbout, Guid ActorId, Guid? MobileKeyId = null);

/// <summary>
/// The ledger: append-only, double entry. What a purse must hold is asked in the very statement that takes it, so of any number of callers, each with whatever
/// it believes to have read, no two take the same credit.
/// </summary>
static class Ledger
{
    sealed record Moved(long Line, long Holds);

    sealed record MovedWithin(long Line, long FromHolds, long ToHolds);

    /// <summary>Posts, in the transaction of the act. False, and nothing done, where the purse does not hold that much.</summary>
    public static async Task<bool> Post(Db db, Posting posting, DateTimeOffset now, CancellationToken cancel)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("A posting belongs in the transaction of its act.");
        if (posting.Amount <= 0)
            throw new ArgumentOutOfRangeException(nameof(posting), "A posting moves at least one credit.");
        var (from, to) = (posting.Way.From.Kind, posting.Way.To.Kind);
        if (posting.FromId == posting.ToId)
        {
            if (await Within(db, posting, cancel) is not { } within)
                return false;
            Enter(posting.FromId, within.Line, from, -posting.Amount, within.FromHolds, posting.FromAbout);
            Enter(posting.ToId, within.Line, to, posting.Amount, within.ToHolds, posting.ToAbout);
            return true;
        }
        if (CreditRules.IsSource(from))
            await Open(db, posting.FromId, cancel);
        if (await Take(db, posting.FromId, from, posting.Amount, cancel) is not { } taken)
            return false;
        await Open(db, posting.ToId, cancel);
        var given = await Give(db, posting.ToId, to, posting.Amount, cancel);
        Enter(posting.FromId, taken.Line, from, -posting.Amount, taken.Holds, posting.FromAbout);
        Enter(posting.ToId, given.Line, to, posting.Amount, given.Holds, posting.ToAbout);
        return true;

        void Enter(Guid account, long line, CreditKind kind, long amount, long holds, string about) => db.CreditEntries.Add(new()
        {
            AccountId = account,
            Line = line,
            Kind = kind,
            Act = posting.Act,
            PostingId = posting.Id,
            Amount = amount,
            BalanceAfter = holds,
            OtherId = account == posting.FromId ? posting.ToId : posting.FromId,
            MobileKeyId = posting.MobileKeyId,
            About = about,
            Words = SearchWords.Text(about),
            ActorId = posting.ActorId,
            At = now,
        });
    }

    // Made once of the names of an enum, which are the names of columns; all that a caller says is a parameter.
    static readonly Dictionary<CreditKind, string> Taking = Enum.GetValues<CreditKind>().ToDictionary(kind => kind, kind =>
        $$"""
        UPDATE "CreditBalances" SET "{{kind}}" = "{{kind}}" - {1}, "Line" = "Line" + 1
        WHERE "AccountId" = {0} AND {{Enough(kind)}} RETURNING "Line", "{{kind}}" AS "Holds"
        """);

    static readonly Dictionary<CreditKind, string> Giving = Enum.GetValues<CreditKind>().ToDictionary(kind => kind, kind =>
        $$"""
        UPDATE "CreditBalances" SET "{{kind}}" = "{{kind}}" + {1}, "Line" = "Line" + 1
        WHERE "AccountId" = {0} RETURNING "Line", "{{kind}}" AS "Holds"
        """);

    static readonly Dictionary<(CreditKind, CreditKind), string> MovingWithin = Enum.GetValues<CreditAct>().SelectMany(act => CreditRules.Ways(act))
        .Where(way => way.From.Level == way.To.Level).ToDictionary(way => (way.From.Kind, way.To.Kind), way =>
            $$"""
            UPDATE "CreditBalances"
            SET "{{way.From.Kind}}" = "{{way.From.Kind}}" - {1}, "{{way.To.Kind}}" = "{{way.To.Kind}}" + {1}, "Line" = "Line" + 1
            WHERE "AccountId" = {0} AND {{Enough(way.From.Kind)}}
            RETURNING "Line", "{{way.From.Kind}}" AS "FromHolds", "{{way.To.Kind}}" AS "ToHolds"
            """);

    static string Enough(CreditKind kind) => CreditRules.IsSource(kind) ? "1 = 1" : $"\"{kind}\" >= {{1}}";

    static Task<int> Open(Db db, Guid account, CancellationToken cancel) => db.Database.ExecuteSqlRawAsync(
        """
        INSERT INTO "CreditBalances" ("AccountId", "Sold", "Given", "Paid", "Trial", "PaidUsed", "TrialUsed", "Line")
        VALUES ({0}, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT ("AccountId") DO NOTHING
        """, [account], cancel);

    static async Task<Moved?> Take(Db db, Guid account, CreditKind kind, long amount, CancellationToken cancel) =>
        (await db.Database.SqlQueryRaw<Moved>(Taking[kind], account, amount).ToListAsync(cancel)).SingleOrDefault();

    static async Task<Moved> Give(Db db, Guid account, CreditKind kind, long amount, CancellationToken cancel) =>
        (await db.Database.SqlQueryRaw<Moved>(Giving[kind], account, amount).ToListAsync(cancel)).Single();

    static async Task<MovedWithin?> Within(Db db, Posting posting, CancellationToken cancel) =>
        (await db.Database.SqlQueryRaw<MovedWithin>(MovingWithin[(posting.Way.From.Kind, posting.Way.To.Kind)], posting.FromId, posting.Amount)
            .ToListAsync(cancel)).SingleOrDefault();
}
