using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Credits;

/// <summary>What an account holds, in whole credits.</summary>
/// <param name="Level">Whose account it is.</param>
/// <param name="Counted">Whether mobile keys take credits here; at an operator always.</param>
/// <param name="Available">What can be used or passed on; of an operator, what it has sold.</param>
/// <param name="Trial">A customer's credits for nothing, used first; what a distributor's customers were given.</param>
/// <param name="Used">What the customer's mobile keys have taken and not given back.</param>
/// <param name="From">Who can add some: the distributor of a customer, the operator of a distributor.</param>
/// <param name="IsLow">So few that somebody should see to it.</param>
public sealed record CreditStanding(Guid AccountId, AccountKind Level, string Name, bool Counted, long Available, long Trial, long Used, string? From, bool IsLow)
{
    /// <summary>New mobile keys that it is enough for.</summary>
    public long EnoughFor => (Level == AccountKind.Customer ? Available + Trial : Available) / CreditRules.KeyCredits;
}

/// <summary>One line of a statement.</summary>
/// <param name="Amount">Signed; of an operator, what was sold counts up.</param>
/// <param name="IsTrial">Of the credits for nothing; at a distributor it leaves the balance as it is.</param>
/// <param name="About">The other account by the name it had then; of a use, the User ID.</param>
/// <param name="BalanceAfter">Of paid or of trial credits, whichever the line is of; absent where the line moves no balance.</param>
public sealed record CreditLine(
    long Line, DateTimeOffset At, CreditType Type, CreditAct Act, long Amount, bool IsTrial, string About, long? BalanceAfter, CreditStatus Status);

/// <param name="Next">Behind this line the next page begins; absent at the end.</param>
public sealed record CreditPage(IReadOnlyList<CreditLine> Lines, long? Next);

/// <summary>A word sought, as <see cref="SearchWords.Asked"/> gives it: it begins a word of what the line is about, or names one of these acts in the language of who seeks.</summary>
public sealed record SoughtWord(string Word, IReadOnlyCollection<CreditAct> Acts);

/// <summary>What an account holds, and how it came to it.</summary>
public sealed class CreditStatement(Acts acts, Settings settings)
{
    public const int PageLinesMax = 100;
    public const int LookedAtMax = 5_000;

    public Task<Outcome<CreditStanding>> Standing(Actor actor, Guid accountId, CancellationToken cancel) =>
        acts.Ask<CreditStanding>(actor, accountId, Role.Auditor, async q => await Read(q.Db, accountId, q.Cancel), cancel);

    /// <summary>How an account stands that lies directly below: what the one above may always see, since it sold what is there.</summary>
    public Task<Outcome<CreditStanding>> Below(Actor actor, Guid accountId, Guid belowId, CancellationToken cancel) =>
        acts.Ask<CreditStanding>(actor, accountId, Role.Auditor, async q =>
            await q.Db.Accounts.AnyAsync(a => a.Id == belowId && a.ParentId == accountId && a.DeletedAt == null, q.Cancel)
                ? await Read(q.Db, belowId, q.Cancel)
                : Refusal.NotFound, cancel);

    /// <summary>
    /// The lines of an account, the newest first. A search looks at no more than <see cref="LookedAtMax"/> lines for a page: one with few lines, even none, may
    /// have a next.
    /// </summary>
    /// <param name="sought">Each must fit; null is no search.</param>
    /// <param name="after">Where the page before ended; null begins.</param>
    /// <param name="lines">1 to <see cref="PageLinesMax"/>.</param>
    public Task<Outcome<CreditPage>> Page(
        Actor actor, Guid accountId, IReadOnlyList<SoughtWord>? sought, long? after, int lines, CancellationToken cancel) =>
        acts.Ask<CreditPage>(actor, accountId, Role.Auditor, async q =>
        {
            if (lines is < 1 or > PageLinesMax)
                return new Refused(Refusal.SettingOutOfRange, "limit");
            var level = await q.Db.Accounts.Where(a => a.Id == accountId).Select(a => a.Kind).SingleAsync(q.Cancel);
            var shown = CreditRules.Shown(level).ToArray();
            var behind = after ?? await q.Db.CreditBalances.Where(b => b.AccountId == accountId).Select(b => b.Line).SingleOrDefaultAsync(q.Cancel) + 1;
            var from = sought is null ? 0 : Math.Max(0, behind - LookedAtMax);
            if (sought is { Count: 0 })
                return new CreditPage([], null);
            var entries = q.Db.CreditEntries.AsNoTracking().Where(e => e.AccountId == accountId && shown.Contains(e.Kind) && e.Line < behind && e.Line >= from);
            foreach (var word in sought ?? [])
            {
                // No word holds a sign that LIKE reads as anything but itself.
                var (pattern, acts) = ($"% {word.Word}%", word.Acts.ToArray());
                entries = entries.Where(e => EF.Functions.Like(e.Words, pattern) || acts.Contains(e.Act));
            }
            var page = await entries.OrderByDescending(e => e.Line).Take(lines + 1).ToListAsync(q.Cancel);
            var more = page.Count > lines;
            if (more)
                page.RemoveAt(lines);
            return new CreditPage([.. page.Select(e => Line(level, e))], more ? page[^1].Line : from > 1 ? from : null);
        }, cancel);

    static CreditLine Line(AccountKind level, CreditEntry entry)
    {
        // An operator reads what it has sold, which the ledger holds below zero.
        var sign = entry.Kind == CreditKind.Sold ? -1 : 1;
        return new(
            entry.Line, entry.At, CreditRules.Type(level, entry.Act), entry.Act, sign * entry.Amount, entry.Kind is CreditKind.Trial or CreditKind.Given, entry.About,
            entry.Kind == CreditKind.Given ? null : sign * entry.BalanceAfter, CreditRules.Status(entry.Act));
    }

    internal async Task<CreditStanding> Read(Db db, Guid accountId, CancellationToken cancel)
    {
        var account = await db.Accounts.AsNoTracking().Where(a => a.Id == accountId)
            .Select(a => new { a.Kind, a.Name, From = db.Accounts.Where(p => p.Id == a.ParentId).Select(p => p.Name).SingleOrDefault() }).SingleAsync(cancel);
        var holds = await db.CreditBalances.AsNoTracking().SingleOrDefaultAsync(b => b.AccountId == accountId, cancel) ?? new() { AccountId = accountId };
        return account.Kind switch
        {
            AccountKind.Operator => new(accountId, account.Kind, account.Name, true, -holds.Sold, 0, 0, null, false),
            AccountKind.Distributor => Of(
                await db.Distributors.Where(d => d.AccountId == accountId).Select(d => d.CreditsCounted).SingleAsync(cancel), holds.Paid, -holds.Given, 0, holds.Paid),
            AccountKind.Customer => Of(
                await CreditBook.Counts(db, accountId, cancel), holds.Paid, holds.Trial, holds.PaidUsed + holds.TrialUsed, holds.Paid + holds.Trial),
        };

        CreditStanding Of(bool counted, long available, long trial, long used, long left) =>
            new(accountId, account.Kind, account.Name, counted, available, trial, used, account.From, counted && left <= settings.LowCredit);
    }
}
