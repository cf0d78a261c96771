using System.Globalization;
using System.Text;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Storage;

/// <summary>What can be searched for by words.</summary>
public enum SearchKind
{
    /// <summary>Users of a customer.</summary>
    User,

    /// <summary>Accounts right below an account: the customers of a distributor, the distributors of an operator.</summary>
    Account,
}

/// <summary>
/// A row that lists show by name and searches find by the beginnings of its words. Its words follow <see cref="SearchText"/> into the table of
/// <see cref="SearchWord"/> by themselves, in the transaction that saves the row.
/// </summary>
public interface ISearched
{
    Guid Id { get; }

    /// <summary>Whose lists show it: the customer of a user, the parent of an account; null is nobody's.</summary>
    Guid? SearchedIn { get; }

    SearchKind SearchKind { get; }

    /// <summary>The name folded (<see cref="Folding.Fold"/>), as lists sort it on both engines.</summary>
    string SortName { get; }

    /// <summary>What it is found by: made by <see cref="SearchWords.Text"/>, nothing else.</summary>
    string SearchText { get; }
}

/// <summary>One word of one thing. The key leads with whose list it is in, then the word: a search for its beginning asks for a range of the key.</summary>
public sealed class SearchWord
{
    public required Guid AccountId { get; init; }
    public required SearchKind Kind { get; init; }
    public required string Word { get; init; }
    public required Guid SubjectId { get; init; }
}

/// <summary>
/// The words of names, addresses and numbers. A word is a run of letters and digits, folded: <c>Jana Nováková, jana.n@alfa.example</c> has
/// jana, novakova, n, alfa, example. Searching finds things of which each word typed begins some word.
/// </summary>
public static class SearchWords
{
    public const int WordCharsMax = 40;

    /// <summary>Words that a search is narrowed by; what is typed behind them is not looked at.</summary>
    public const int AskedMax = 8;

    /// <summary>Words that one thing is found by; enough for a name, an address and some numbers.</summary>
    public const int WordsMax = 40;

    /// <summary>What a thing is found by: its words, each between blanks, each once.</summary>
    public static string Text(params IEnumerable<string?> texts) => $" {string.Join(' ', texts.SelectMany(t => Split(t ?? "")).Distinct().Take(WordsMax))} ";

    /// <summary>The words of a search, the longest of those that begin one another; none where only signs were typed.</summary>
    public static IReadOnlyList<string> Asked(string search)
    {
        var words = Split(search).Distinct().ToList();
        return [.. words.Where(w => !words.Exists(longer => longer != w && longer.StartsWith(w, StringComparison.Ordinal))).Take(AskedMax)];
    }

    /// <summary>The words of a thing from its <see cref="ISearched.SearchText"/>.</summary>
    internal static string[] Of(string searchText) => searchText.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The range of words that begin so, in byte order, as the words sort on both engines.</summary>
    internal static IQueryable<SearchWord> Beginning(Db db, SearchKind kind, Guid accountId, string beginning)
    {
        var behind = beginning + "\U0010FFFF";
        return db.SearchWords.AsNoTracking()
            .Where(w => w.AccountId == accountId && w.Kind == kind && w.Word.CompareTo(beginning) >= 0 && w.Word.CompareTo(behind) < 0);
    }

    /// <summary>Brings the table of words in step with the rows that are about to be saved.</summary>
    internal static void Follow(Db db)
    {
        db.ChangeTracker.DetectChanges();
        if (!db.ChangeTracker.Entries<ISearched>().Any())
            return;
        // Looking at the rows that are tracked would look for changes of all of them, once for each word.
        var automatic = db.ChangeTracker.AutoDetectChangesEnabled;
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var tracked = db.SearchWords.Local;
        foreach (var entry in db.ChangeTracker.Entries<ISearched>().ToList())
        {
            if (entry.Entity.SearchedIn is not { } accountId)
                continue;
            var text = entry.Property(nameof(ISearched.SearchText));
            var before = entry.State is EntityState.Modified or EntityState.Deleted ? Of((string)text.OriginalValue!) : [];
            var after = entry.State is EntityState.Added or EntityState.Modified ? Of((string)text.CurrentValue!) : [];
            if (entry.State == EntityState.Unchanged)
                continue;
            foreach (var word in after.Except(before))
                db.SearchWords.Add(Row(word));
            foreach (var word in before.Except(after))
                db.SearchWords.Remove(Row(word));

            SearchWord Row(string word) =>
                tracked.FindEntryUntyped([accountId, entry.Entity.SearchKind, word, entry.Entity.Id])?.Entity
                ?? new() { AccountId = accountId, Kind = entry.Entity.SearchKind, Word = word, SubjectId = entry.Entity.Id };
        }
        db.ChangeTracker.AutoDetectChangesEnabled = automatic;
    }

    static IEnumerable<string> Split(string text)
    {
        // Nothing that is stored holds a control character or half a letter, and PostgreSQL takes no question with U+0000.
        if (!PlainText.IsPlain(text) || text.EnumerateRunes().Contains(Rune.ReplacementChar))
            yield break;
        var folded = Folding.Fold(text);
        for (var i = 0; i < folded.Length; i++)
        {
            var from = i;
            while (i < folded.Length && IsOfWord(folded[i]))
                i++;
            if (i > from)
                yield return Short(folded[from..i]);
        }
    }

    static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpacingCombiningMark;

    static string Short(string word) =>
        word.Length <= WordCharsMax ? word : word[..(char.IsHighSurrogate(word[WordCharsMax - 1]) ? WordCharsMax - 1 : WordCharsMax)];
}
