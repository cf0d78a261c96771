using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using System.Text.Json;
using Latchkey.Server.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Latchkey.Server.Storage;

/// <summary>Where the next page begins: behind this name or word and this id.</summary>
/// <param name="Key">The name as lists sort it, or the word that was found.</param>
/// <param name="Id">Parts those of the same name or word.</param>
/// <param name="ByWord">The list is in the order of the words found, since too many fit to be put in order of their names.</param>
public sealed record ListCursor(string Key, Guid Id, bool ByWord = false)
{
    /// <summary>As clients hand it back.</summary>
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{(ByWord ? 'w' : 'n')}{Id:N}{Key}"));

    public static bool TryRead(string text, [NotNullWhen(true)] out ListCursor? cursor)
    {
        cursor = null;
        if (!Base64Url.IsValid(text))
            return false;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        if (plain.Length < 33 || plain[0] is not ('n' or 'w') || !Guid.TryParseExact(plain[1..33], "N", out var id) || !PlainText.IsPlain(plain))
            return false;
        cursor = new(plain[33..], id, plain[0] == 'w');
        return true;
    }
}

/// <summary>One page of a list.</summary>
/// <param name="Rows">In order. Fewer than a page holds, even none, may come with a <paramref name="Next"/>: that was as far as one question looks.</param>
/// <param name="Next">Goes on from there; null at the end.</param>
public sealed record ListPage<T>(IReadOnlyList<T> Rows, ListCursor? Next);

/// <summary>How many there are, counted as far as one question looks.</summary>
/// <param name="Number">Those found.</param>
/// <param name="OrMore">There may be more: counting ended before the rows did.</param>
public readonly record struct Counted(int Number, bool OrMore = false)
{
    /// <summary>No question counts over more rows of an index than this.</summary>
    public const int Max = 10_000;

    /// <summary>Nor over more rows than this where each has to be looked at.</summary>
    public const int LookedMax = 2_000;

    /// <summary>As people read it in the language of the moment: <c>1,234</c> or <c>10,000+</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.CurrentCulture, $"{Number:N0}{(OrMore ? "+" : "")}");

    /// <summary>Counts the rows of a question, up to <see cref="Max"/>. What narrows the rows must be a range of an index, or most rows must fit.</summary>
    public static async Task<Counted> Of<T>(IQueryable<T> rows, CancellationToken cancel)
    {
        var counted = await rows.Take(Max + 1).CountAsync(cancel);
        return new(Math.Min(counted, Max), counted > Max);
    }

    /// <summary>Counts those that fit among the rows that an index tells of, looking at no more than <see cref="LookedMax"/> of them.</summary>
    public static async Task<Counted> Of<T>(IQueryable<T> told, Func<IQueryable<T>, IQueryable<T>> fitting, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(fitting);
        var looked = await told.Take(LookedMax + 1).CountAsync(cancel);
        return looked == 0 ? default : new(await fitting(told.Take(LookedMax)).CountAsync(cancel), looked > LookedMax);
    }

    public static Counted operator +(Counted one, Counted other) => new(one.Number + other.Number, one.OrMore || other.OrMore);

    public static Counted Add(Counted left, Counted right) => left + right;
}

/// <summary>
/// Lists by name and searches by word, a page at a time, whose cost does not grow with the list: each page looks at a bounded number of rows and says where the
/// next goes on.
/// </summary>
public static class Listing
{
    /// <summary>As many as a search or a filter finds at most to be put in order of their names; of more, a search answers in order of the words.</summary>
    public const int SortedMax = 1_000;

    // A page is most often among the first few; where what fits is rare, the rounds grow, and five thousand rows are as far as one question looks.
    static readonly int[] Rounds = [100, 900, 4_000];

    /// <summary>Reads one page.</summary>
    /// <param name="db">The store.</param>
    /// <param name="kind">What is listed.</param>
    /// <param name="accountId">Whose list it is: <see cref="ISearched.SearchedIn"/> of all rows.</param>
    /// <param name="all">Every row of that account, not narrowed; an index over account, name and id puts it in order.</param>
    /// <param name="fitting">Narrows the rows to those shown, as a filter does.</param>
    /// <param name="search">What was typed; each word of it begins a word of each row found. Blank finds all.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="rows">Rows of a page.</param>
    /// <param name="rare">The ids of those that fit, by an index; asked when nothing is searched, so that a few among very many are found at once.</param>
    /// <param name="cancel">Ends the question.</param>
    public static async Task<ListPage<T>> Page<T>(
        Db db, SearchKind kind, Guid accountId, IQueryable<T> all, Func<IQueryable<T>, IQueryable<T>> fitting, string? search, ListCursor? after, int rows,
        CancellationToken cancel, IQueryable<Guid>? rare = null)
        where T : class, ISearched
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(fitting);
        IReadOnlyList<string> words = [];
        List<Guid>? few = null;
        if (string.IsNullOrWhiteSpace(search))
        {
            if (rare is not null && await rare.Take(SortedMax + 1).ToListAsync(cancel) is { Count: <= SortedMax } found)
                few = found;
        }
        else
        {
            words = SearchWords.Asked(search);
            var counted = new List<(string Word, int Count)>();
            foreach (var word in words)
                counted.Add((word, await SearchWords.Beginning(db, kind, accountId, word).Take(Counted.Max).CountAsync(cancel)));
            if (counted.Count == 0 || counted.Exists(c => c.Count == 0))
                return new([], null);
            // The rarest leads; among those too common to be counted, the longest.
            words = [.. counted.OrderBy(c => c.Count).ThenByDescending(c => c.Word.Length).Select(c => c.Word)];
            if (after is null ? counted.Min(c => c.Count) <= SortedMax : !after.ByWord)
                few = await SearchWords.Beginning(db, kind, accountId, words[0]).Select(w => w.SubjectId).Take(Counted.Max).ToListAsync(cancel);
            // The words of a page that goes on stay in their order, also where their counts have changed meanwhile.
            else if (after is not null)
                words = [.. words.OrderBy(w => after.Key.StartsWith(w, StringComparison.Ordinal) ? 0 : 1)];
        }
        // No word holds a sign that LIKE reads as anything but itself.
        IQueryable<T> Fit(List<Guid> ids) => words.Select(w => $"% {w}%")
            .Aggregate(fitting(Among(db, all, ids)), (fit, pattern) => fit.Where(r => EF.Functions.Like(r.SearchText, pattern)));
        return few is { Count: 0 }
            ? new([], null)
            : few is not null
            ? await ByName(Fit(few), after, rows, cancel)
            : await Walk(db, kind, accountId, all, Fit, words.Count > 0 ? words[0] : null, after, rows, cancel);
    }

    /// <summary>
    /// Those of the rows that bear one of the ids. SQLite knows how many rows an account has on average only, and would look through all of one that has
    /// very many: it is told to begin with the ids.
    /// </summary>
    internal static IQueryable<T> Among<T>(Db db, IQueryable<T> rows, List<Guid> ids)
        where T : class, ISearched
    {
        if (!db.Database.IsSqlite())
            return rows.Where(r => EF.Parameter(ids).Contains(r.Id));
        var table = db.Model.FindEntityType(typeof(T))!.GetTableName();
        var json = JsonSerializer.Serialize(ids.Distinct().Select(id => id.ToString().ToUpperInvariant()));
#pragma warning disable EF1002 // The name of the table is the model's own; the ids are a parameter.
        var begun = db.Set<T>().FromSqlRaw($"SELECT r.* FROM json_each({{0}}) AS j CROSS JOIN \"{table}\" AS r ON r.\"Id\" = j.value", json);
#pragma warning restore EF1002
        return rows.Provider.CreateQuery<T>(new BeginWith<T>(begun.Expression).Visit(rows.Expression));
    }

    sealed class BeginWith<T>(Expression begun) : ExpressionVisitor
    {
        [return: NotNullIfNotNull(nameof(node))]
        public override Expression? Visit(Expression? node) =>
            node is EntityQueryRootExpression root && root.EntityType.ClrType == typeof(T) ? begun : base.Visit(node);
    }

    // So few that fit are put in order of their names, whatever the list.
    static async Task<ListPage<T>> ByName<T>(IQueryable<T> fit, ListCursor? after, int rows, CancellationToken cancel)
        where T : class, ISearched
    {
        var page = await Behind(fit, after).OrderBy(r => r.SortName).ThenBy(r => r.Id).Take(rows + 1).ToListAsync(cancel);
        return page.Count > rows ? new(page[..rows], new(page[rows - 1].SortName, page[rows - 1].Id)) : new(page, null);
    }

    // Looks at rows in their order, by name or by the word that leads, until a page is full or enough were looked at.
    static async Task<ListPage<T>> Walk<T>(
        Db db, SearchKind kind, Guid accountId, IQueryable<T> all, Func<List<Guid>, IQueryable<T>> fit, string? word, ListCursor? after, int rows, CancellationToken cancel)
        where T : class, ISearched
    {
        var page = new List<T>();
        foreach (var round in Rounds)
        {
            var looked = word is null
                ? await Names(all, after, round, cancel)
                : await Words(SearchWords.Beginning(db, kind, accountId, word), after, round, cancel);
            var ids = looked.ConvertAll(l => l.Id);
            var found = (await fit(ids).ToListAsync(cancel)).ToDictionary(r => r.Id);
            foreach (var at in looked)
            {
                // A thing that two words bring is shown with the first of them.
                if (!found.TryGetValue(at.Id, out var row) || (word is not null && First(row, word) != at.Key))
                    continue;
                if (page.Count == rows)
                    return new(page, after);
                page.Add(row);
                after = at;
            }
            if (looked.Count < round)
                return new(page, null);
            after = looked[^1];
        }
        return new(page, after);
    }

    static string First(ISearched row, string beginning) =>
        SearchWords.Of(row.SearchText).Where(w => w.StartsWith(beginning, StringComparison.Ordinal)).MinBy(w => w, ByteOrder)!;

    static readonly Comparer<string> ByteOrder = Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)));

    // Behind a name and an id lie first the rest of that name and then the names behind it: two ranges of the index, which an OR of both would not be.
    static async Task<List<ListCursor>> Names<T>(IQueryable<T> all, ListCursor? after, int count, CancellationToken cancel)
        where T : class, ISearched
    {
        var looked = new List<ListCursor>();
        if (after is not null)
            looked.AddRange(await all.Where(r => r.SortName == after.Key && r.Id.CompareTo(after.Id) > 0).OrderBy(r => r.Id).Take(count)
                .Select(r => new ListCursor(r.SortName, r.Id, false)).ToListAsync(cancel));
        if (looked.Count < count)
            looked.AddRange(await (after is null ? all : all.Where(r => r.SortName.CompareTo(after.Key) > 0)).OrderBy(r => r.SortName).ThenBy(r => r.Id)
                .Take(count - looked.Count).Select(r => new ListCursor(r.SortName, r.Id, false)).ToListAsync(cancel));
        return looked;
    }

    static async Task<List<ListCursor>> Words(IQueryable<SearchWord> words, ListCursor? after, int count, CancellationToken cancel)
    {
        var looked = new List<ListCursor>();
        if (after is not null)
            looked.AddRange(await words.Where(w => w.Word == after.Key && w.SubjectId.CompareTo(after.Id) > 0).OrderBy(w => w.SubjectId).Take(count)
                .Select(w => new ListCursor(w.Word, w.SubjectId, true)).ToListAsync(cancel));
        if (looked.Count < count)
            looked.AddRange(await (after is null ? words : words.Where(w => w.Word.CompareTo(after.Key) > 0)).OrderBy(w => w.Word).ThenBy(w => w.SubjectId)
                .Take(count - looked.Count).Select(w => new ListCursor(w.Word, w.SubjectId, true)).ToListAsync(cancel));
        return looked;
    }

    static IQueryable<T> Behind<T>(IQueryable<T> rows, ListCursor? after)
        where T : class, ISearched =>
        after is null ? rows : rows.Where(r => r.SortName.CompareTo(after.Key) > 0 || (r.SortName == after.Key && r.Id.CompareTo(after.Id) > 0));
}
