using System.Text.Json;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Console;

/// <summary>Which acts to list; what is absent does not narrow.</summary>
/// <param name="Search">Begins a word of who acted or of what was acted on, or is part of the act's words.</param>
/// <param name="Who">Of this administrator, token or phone.</param>
/// <param name="Of">On this object.</param>
/// <param name="From">At or after.</param>
/// <param name="To">Before.</param>
public sealed record AuditFilter(string? Search = null, Guid? Who = null, Guid? Of = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>One act as people read it.</summary>
/// <param name="By">Who, by name; null where the payload is gone.</param>
/// <param name="As">The account above, in whose name they came.</param>
/// <param name="Where">The network address they acted from, where it is known.</param>
/// <param name="Subject">What was acted on, as it is called now; null is no longer known.</param>
/// <param name="Href">Its page.</param>
/// <param name="Details">JSON: what it said before and after; null is nothing.</param>
public sealed record AuditLine(
    long Seq, DateTimeOffset At, string Act, Guid ActorId, string? By, string? As, string? Where, Guid? SubjectId, string? Subject, string? Href,
    string? Details, byte[] Hash);

/// <param name="Next">Where the next page begins; null at the end.</param>
public sealed record AuditPageAnswer(IReadOnlyList<AuditLine> Lines, long? Next);

/// <param name="Verdict">Null before the first look.</param>
/// <param name="Keys">The installation's public keys for checkpoints, in hexadecimal.</param>
public sealed record AuditStandAnswer(AuditVerdict? Verdict, long Entries, long SignedSeq, DateTimeOffset? SignedAt, IReadOnlyList<string> Keys);

/// <summary>The audit chain of an account, newest first, a page at a time by keyset: a page costs the same however deep it lies.</summary>
static class AuditQuestion
{
    public const int PageRows = 50;

    /// <summary>Of each kind of thing that a search may name; the search is made narrower beyond.</summary>
    const int NamedMax = 100;

    /// <param name="acts">Acts whose words fit the search.</param>
    public static async Task<Outcome<AuditPageAnswer>> Read(
        Question q, AuditFilter filter, IReadOnlyCollection<string> acts, long? before = null, int rows = PageRows)
    {
        var all = q.Db.AuditEntries.AsNoTracking().Where(e => e.AccountId == q.AccountId);
        var entries = all;
        if (filter.Who is { } who)
            entries = entries.Where(e => e.ActorId == who);
        if (filter.Of is { } of)
            entries = entries.Where(e => e.SubjectId == of);
        // The chain is in the order of time, so a span of days is a span of numbers.
        if (filter.From is { } from)
        {
            var first = await all.Where(e => e.At >= from).OrderBy(e => e.At).ThenBy(e => e.Seq).Select(e => (long?)e.Seq).FirstOrDefaultAsync(q.Cancel) ?? long.MaxValue;
            entries = entries.Where(e => e.Seq >= first);
        }
        if (filter.To is { } to)
        {
            var last = await all.Where(e => e.At < to).OrderByDescending(e => e.At).ThenByDescending(e => e.Seq).Select(e => (long?)e.Seq).FirstOrDefaultAsync(q.Cancel) ?? 0;
            entries = entries.Where(e => e.Seq <= last);
        }
        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            var named = await Named(q, filter.Search);
            var subjects = named.ConvertAll(id => (Guid?)id);
            entries = entries.Where(e => named.Contains(e.ActorId) || subjects.Contains(e.SubjectId) || acts.Contains(e.Act));
        }
        if (before is { } seq)
            entries = entries.Where(e => e.Seq < seq);
        var page = await entries.OrderByDescending(e => e.Seq).Take(rows + 1).ToListAsync(q.Cancel);
        var more = page.Count > rows;
        if (more)
            page.RemoveAt(rows);
        var names = await Names(q, page.Select(e => e.SubjectId).OfType<Guid>().Distinct().ToList());
        return new AuditPageAnswer(page.ConvertAll(e => Line(e, names)), more ? page[^1].Seq : null);
    }

    /// <summary>How the chain stands.</summary>
    public static async Task<Outcome<AuditStandAnswer>> Stand(Question q)
    {
        var head = await q.Db.AuditHeads.AsNoTracking().SingleAsync(h => h.AccountId == q.AccountId, q.Cancel);
        return new AuditStandAnswer(
            await q.Db.AuditVerdicts.AsNoTracking().SingleOrDefaultAsync(v => v.AccountId == q.AccountId, q.Cancel),
            head.Seq, head.SignedSeq,
            await q.Db.AuditCheckpoints.Where(c => c.AccountId == q.AccountId && c.Seq == head.SignedSeq).Select(c => (DateTimeOffset?)c.At).SingleOrDefaultAsync(q.Cancel),
            (await ReadChain.Keys(q.Db, q.Cancel)).ConvertAll(k => Convert.ToHexStringLower(k.PublicKey)));
    }

    static AuditLine Line(AuditEntry e, Dictionary<Guid, (string Name, string? Href)> names)
    {
        var (by, through, where, details) = Payload(e.Payload);
        (string Name, string? Href)? subject = e.SubjectId is { } id && names.TryGetValue(id, out var found) ? found : null;
        return new(e.Seq, e.At, e.Act, e.ActorId, by, through, where, e.SubjectId, subject?.Name, subject?.Href, details, e.Hash);
    }

    static (string? By, string? As, string? Where, string? Details) Payload(string? payload)
    {
        if (payload is null)
            return default;
        using var read = JsonDocument.Parse(payload);
        string? Text(string name) => read.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return (Text("by"), Text("as"), Text("from"),
            read.RootElement.TryGetProperty("details", out var details) && details.ValueKind != JsonValueKind.Null ? details.GetRawText() : null);
    }

    /// <summary>What the objects are called now, and where their pages are.</summary>
    static async Task<Dictionary<Guid, (string Name, string? Href)>> Names(Question q, List<Guid> ids)
    {
        var names = new Dictionary<Guid, (string, string?)>();
        if (ids.Count == 0)
            return names;
        foreach (var user in await q.Db.Users.AsNoTracking().Where(u => u.CustomerId == q.AccountId && ids.Contains(u.Id)).Select(u => new { u.Id, u.Name, u.Number }).ToListAsync(q.Cancel))
            names[user.Id] = (user.Name, FormattableString.Invariant($"/users/{user.Number}"));
        foreach (var reader in await q.Db.Readers.AsNoTracking().Where(r => r.CustomerId == q.AccountId && ids.Contains(r.Id)).Select(r => new { r.Id, r.Name, r.ReaderId, r.DeletedAt }).ToListAsync(q.Cancel))
            names[reader.Id] = (reader.Name, reader.DeletedAt is null ? $"/readers/{Uri.EscapeDataString(reader.ReaderId)}" : null);
        foreach (var level in await q.Db.AccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId && ids.Contains(l.Id)).Select(l => new { l.Id, l.Name }).ToListAsync(q.Cancel))
            names[level.Id] = (level.Name, null);
        foreach (var token in await q.Db.ApiTokens.AsNoTracking().Where(t => t.CustomerId == q.AccountId && ids.Contains(t.Id)).Select(t => new { t.Id, t.Name }).ToListAsync(q.Cancel))
            names[token.Id] = (token.Name, "/api-tokens");
        foreach (var pairing in await q.Db.ReaderPairings.AsNoTracking().Where(p => p.CustomerId == q.AccountId && ids.Contains(p.Id)).Select(p => new { p.Id, p.Name, p.ReaderName }).ToListAsync(q.Cancel))
            names[pairing.Id] = (pairing.ReaderName ?? pairing.Name ?? "–", null);
        foreach (var administrator in await q.Db.Administrators.AsNoTracking().Where(a => ids.Contains(a.Id)).Select(a => new { a.Id, a.Name }).ToListAsync(q.Cancel))
            names[administrator.Id] = (administrator.Name, null);
        foreach (var account in await q.Db.Accounts.AsNoTracking().Where(a => ids.Contains(a.Id)).Select(a => new { a.Id, a.Name, a.Kind, a.ParentId }).ToListAsync(q.Cancel))
            names[account.Id] = (account.Name, account.ParentId == q.AccountId ? $"/{(account.Kind == AccountKind.Distributor ? "distributors" : "customers")}/{account.Id}" : null);
        return names;
    }

    /// <summary>Everybody and everything of this account whose name has words that begin so.</summary>
    static async Task<List<Guid>> Named(Question q, string search)
    {
        var words = SearchWords.Asked(search).OrderByDescending(w => w.Length).ToList();
        if (words.Count == 0)
            return [];
        var path = await Actor.AccountPath(q.Db, q.AccountId, q.Cancel);
        // Of these an account has few: compared here.
        var others = await q.Db.Memberships.AsNoTracking().Where(m => path.Contains(m.AccountId)).Select(m => new { Id = m.AdministratorId, m.Administrator!.Name }).ToListAsync(q.Cancel);
        others.AddRange(await q.Db.Readers.AsNoTracking().Where(r => r.CustomerId == q.AccountId).Select(r => new { r.Id, r.Name }).ToListAsync(q.Cancel));
        others.AddRange(await q.Db.AccessLevels.AsNoTracking().Where(l => l.CustomerId == q.AccountId).Select(l => new { l.Id, l.Name }).ToListAsync(q.Cancel));
        others.AddRange(await q.Db.ApiTokens.AsNoTracking().Where(t => t.CustomerId == q.AccountId).Select(t => new { t.Id, t.Name }).ToListAsync(q.Cancel));
        return
        [
            .. await Found(q, SearchKind.User, words), .. await Found(q, SearchKind.Account, words),
            .. others.Where(o => words.TrueForAll(w => SearchWords.Text(o.Name).Contains(" " + w, StringComparison.Ordinal))).Select(o => o.Id).Distinct().Take(NamedMax),
        ];
    }

    static Task<List<Guid>> Found(Question q, SearchKind kind, List<string> words)
    {
        var ids = SearchWords.Beginning(q.Db, kind, q.AccountId, words[0]).Select(w => w.SubjectId);
        foreach (var word in words.Skip(1))
        {
            var others = SearchWords.Beginning(q.Db, kind, q.AccountId, word).Select(w => w.SubjectId);
            ids = ids.Where(id => others.Contains(id));
        }
        return ids.Distinct().Take(NamedMax).ToListAsync(q.Cancel);
    }
}
