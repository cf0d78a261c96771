using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Health;

/// <summary>Whether this installation has all that mobile access needs; for operators.</summary>
public sealed class ReadHealth(Acts acts, Settings settings, IConfiguration configuration, OriginProbe probe, IServiceProvider services, TimeProvider time)
{
    public async Task<Outcome<IReadOnlyList<HealthLine>>> Ask(Actor actor, Guid operatorId, CancellationToken cancel)
    {
        var asked = await acts.Ask<HealthFacts>(
            actor, operatorId, Role.Auditor,
            async q => await q.Db.Accounts.AnyAsync(a => a.Id == operatorId && a.Kind == AccountKind.Operator, q.Cancel) ? await Stored(q) : Refusal.NotFound, cancel);
        if (!asked.Done)
            return asked.Refused;
        // Beside the store: nobody waits for a slow address with a connection in hand.
        var answer = await probe.Ask(cancel);
        var files = services.GetService<CertificateFiles>();
        return HealthTable.Judge(asked.Value with { OriginFault = answer.Fault, CertificateEndsAt = files?.EndsAt ?? answer.CertificateEndsAt }).ToList();
    }

    async Task<HealthFacts> Stored(Question q)
    {
        var db = q.Db;
        var waiting = db.Messages.Where(m => m.Delivery == Delivery.Queued || m.Delivery == Delivery.HeldUp);
        var fresh = q.Now - 2 * Links.ContactWritten;
        var readers = db.Readers.Where(r => r.State != ReaderState.Deleted);
        var folder = new DriveInfo(settings.DataFolder);
        return await Engine(db, q.Cancel) with
        {
            Now = q.Now,
            Origin = settings.Origin,
            BehindProxy = configuration["Latchkey:Proxy"] is { Length: > 0 },
            Mail = settings.Mailbox ? MailWay.Kept : settings.Smtp is null ? MailWay.None : MailWay.Server,
            MailServer = settings.Smtp?.ToString() ?? "",
            ClockSynchronized = SystemClock.IsSynchronized(),
            DataFolder = settings.DataFolder,
            FreeBytes = folder.AvailableFreeSpace,
            DataOpen = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(settings.DataFolder) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0,
            BackupAt = await db.BackupsMade.MaxAsync(b => (DateTimeOffset?)b.At, q.Cancel),
            MailsWaiting = await waiting.CountAsync(q.Cancel),
            MailsHeldUp = await db.Messages.CountAsync(m => m.Delivery == Delivery.HeldUp, q.Cancel),
            OldestMailAt = await db.Messages.Where(m => m.Delivery == Delivery.Queued).MinAsync(m => (DateTimeOffset?)m.CreatedAt, q.Cancel),
            Readers = await readers.CountAsync(q.Cancel),
            ReadersLinked = await readers.CountAsync(r => r.LinkedSince != null && r.LastContactAt > fresh, q.Cancel),
            Chains = await db.AuditHeads.CountAsync(q.Cancel),
            ChainsBroken = await db.AuditVerdicts.CountAsync(v => v.Fault != null, q.Cancel),
        };
    }

    async Task<HealthFacts> Engine(Db db, CancellationToken cancel)
    {
        var facts = new HealthFacts { Now = default, Origin = settings.Origin };
        if (db.Database.IsSqlite())
        {
            return facts with
            {
                IsSqlite = true,
                EngineVersion = new SqliteConnection().ServerVersion,
                DatabaseBytes = File.Exists(settings.DatabaseFile) ? new FileInfo(settings.DatabaseFile).Length : 0,
            };
        }
        var store = await db.Database.SqlQuery<PostgresFacts>(
            $"""
            SELECT current_setting('server_version') AS "Version", pg_database_size(current_database()) AS "Bytes", clock_timestamp() AS "Clock",
              (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = {HintRelay.ListenSql}) AS "Replicas"
            """).SingleAsync(cancel);
        return facts with
        {
            EngineVersion = store.Version,
            DatabaseBytes = store.Bytes,
            AheadOfStore = time.GetUtcNow() - store.Clock,
            // Each replica listens for the others' hints on a connection of its own.
            Replicas = (int)Math.Max(1, store.Replicas),
        };
    }

    sealed record PostgresFacts(string Version, long Bytes, DateTimeOffset Clock, long Replicas);
}
