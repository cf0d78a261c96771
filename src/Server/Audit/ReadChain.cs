using Latchkey.Protocol.Credentials;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Audit;

/// <param name="Since">When the first entry was written; null where there is none.</param>
/// <param name="Seq">The last entry.</param>
/// <param name="Findings">What is wrong, in the order of the chain; at most <see cref="ReadChain.FindingsMax"/>.</param>
sealed record ChainReport(Guid AccountId, long Entries, int Checkpoints, DateTimeOffset? Since, long Seq, IReadOnlyList<AuditFinding> Findings);

/// <summary>Reads one account's chain, whole and in order, and checks every entry and checkpoint. Memory does not grow with the chain.</summary>
static class ReadChain
{
    /// <summary>More would say no more.</summary>
    public const int FindingsMax = 100;

    // One spelling for each value: what reads the same but is stored otherwise was not stored by the server. As SQLite would take a number for a text.
    const string MisspeltSqlite =
        """
        typeof("Seq") <> 'integer' OR typeof("At") <> 'integer' OR "At" NOT BETWEEN 0 AND 253402300799999
        OR typeof("ActorId") <> 'text' OR length("ActorId") <> 36 OR "ActorId" <> upper("ActorId")
        OR typeof("Act") <> 'text' OR instr(CAST("Act" AS BLOB), x'00') > 0
        OR ("SubjectId" IS NOT NULL AND (typeof("SubjectId") <> 'text' OR length("SubjectId") <> 36 OR "SubjectId" <> upper("SubjectId")))
        OR typeof("Salt") NOT IN ('blob', 'null') OR typeof("Payload") NOT IN ('text', 'null') OR instr(CAST("Payload" AS BLOB), x'00') > 0
        OR typeof("PayloadDigest") <> 'blob' OR typeof("PrevHash") <> 'blob' OR typeof("Hash") <> 'blob'
        """;

    const string MisspeltPostgres = """NOT isfinite("At") OR date_trunc('milliseconds', "At") <> "At" """;

    const string Strange = "SELECT CAST(\"Seq\" AS bigint) AS \"Value\" FROM \"AuditEntries\" WHERE \"AccountId\" = {0} AND ";
    const string Plain = "SELECT * FROM \"AuditEntries\" WHERE \"AccountId\" = {0} AND NOT ";

    static readonly (string Strange, string Plain) Sqlite = (Strange + "(" + MisspeltSqlite + ")", Plain + "(" + MisspeltSqlite + ")");
    static readonly (string Strange, string Plain) Postgres = (Strange + "(" + MisspeltPostgres + ")", Plain + "(" + MisspeltPostgres + ")");

    /// <summary>The keys that this installation signs checkpoints with.</summary>
    public static Task<List<SigningKey>> Keys(Db db, CancellationToken cancel) => db.SigningKeys.AsNoTracking()
        .Where(k => k.CustomerId == SigningKey.Installation && k.Purpose == KeyPurpose.Audit).OrderBy(k => k.CreatedAt).ToListAsync(cancel);

    public static Dictionary<Guid, PublicKey> Public(IEnumerable<SigningKey> keys)
    {
        var read = new Dictionary<Guid, PublicKey>();
        foreach (var key in keys)
        {
            if (PublicKey.TryRead(key.PublicKey, out var known))
                read[key.Id] = known;
        }
        return read;
    }

    /// <param name="db">In a <see cref="Snapshot"/>.</param>
    public static async Task<ChainReport> Read(Db db, Guid accountId, IReadOnlyDictionary<Guid, PublicKey> keys, CancellationToken cancel)
    {
        var findings = new List<AuditFinding>();
        var entries = 0L;
        var checkpoints = 0;
        ChainCheck? check = null;
        try
        {
            var head = await db.AuditHeads.AsNoTracking().SingleOrDefaultAsync(h => h.AccountId == accountId, cancel);
            var signed = await db.AuditCheckpoints.AsNoTracking().Where(c => c.AccountId == accountId).OrderBy(c => c.Seq).ToListAsync(cancel);
            checkpoints = signed.Count;
            var sql = db.Database.IsSqlite() ? Sqlite : Postgres;
            var strange = await db.Database.SqlQueryRaw<long>(sql.Strange, accountId).ToListAsync(cancel);
            findings.AddRange(strange.Order().Select(seq => new AuditFinding(accountId, seq, AuditFault.Misspelt)));
            check = new(accountId, signed, keys);
            var inOrder = db.AuditEntries.FromSqlRaw(sql.Plain, accountId).AsNoTracking().OrderBy(e => e.Seq).AsAsyncEnumerable();
            await foreach (var entry in inOrder.WithCancellation(cancel))
            {
                entries++;
                // An entry that is there but misspelt is not missing.
                Take(check.Next(entry).Where(f => f.Fault != AuditFault.Missing || !strange.Contains(f.Seq)));
            }
            Take(check.End(head));
        }
        catch (Exception fault) when (fault is FormatException or InvalidCastException or OverflowException or ArgumentException or InvalidOperationException)
        {
            // A value that can't be read at all: the head's, or a checkpoint's.
            Take([new(accountId, check?.Seq ?? 0, AuditFault.Misspelt)]);
        }
        return new(accountId, entries, checkpoints, check?.Since, check?.Seq ?? 0, findings);

        void Take(IEnumerable<AuditFinding> found) => findings.AddRange(found.Take(Math.Max(0, FindingsMax - findings.Count)));
    }
}
