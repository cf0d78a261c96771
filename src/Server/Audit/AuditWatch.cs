using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Audit;

/// <summary>
/// Signs where each chain stands, hourly, and looks at every chain whole, daily. It signs only what follows from the checkpoint before, so that a chain which was
/// written anew meanwhile gets no signature.
/// </summary>
sealed class AuditWatch(Store store, SiteSigners signers, TimeProvider time, ILogger<AuditWatch> log) : BackgroundService
{
    public static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    public static readonly TimeSpan LooksEach = TimeSpan.FromHours(24);

    /// <summary>Nobody needs a fresher verdict than this.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                await Sign(stoppingToken);
                await LookAtAll(stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The audit chains could not be looked at; trying again in an hour");
            }
        }
    }

    /// <summary>Signs each chain that has grown since its newest checkpoint.</summary>
    public async Task Sign(CancellationToken cancel)
    {
        List<Guid> grown;
        await using (var db = store.Open())
            grown = await db.AuditHeads.Where(h => h.Seq > h.SignedSeq).Select(h => h.AccountId).ToListAsync(cancel);
        if (grown.Count == 0)
            return;
        var key = await Key(cancel);
        foreach (var account in grown)
        {
            if (!await SignOne(account, key, cancel))
                await Look(account, cancel);
        }
    }

    /// <summary>Looks at every chain that nobody has looked at for a day.</summary>
    public async Task LookAtAll(CancellationToken cancel)
    {
        var due = time.GetUtcNow() - LooksEach;
        List<Guid> accounts;
        await using (var db = store.Open())
            accounts = await db.AuditHeads.Where(h => !db.AuditVerdicts.Any(v => v.AccountId == h.AccountId && v.At > due)).Select(h => h.AccountId).ToListAsync(cancel);
        foreach (var account in accounts)
            await Look(account, cancel);
    }

    /// <summary>Looks at one chain, whole, and keeps what it found.</summary>
    public async Task<AuditVerdict> Look(Guid account, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        ChainReport report;
        await using (var db = store.Open())
        {
            if (await db.AuditVerdicts.AsNoTracking().SingleOrDefaultAsync(v => v.AccountId == account && v.At > now - FreshFor, cancel) is { } fresh)
                return fresh;
            await using var snapshot = await Snapshot.Begin(db, cancel);
            report = await ReadChain.Read(db, account, ReadChain.Public(await ReadChain.Keys(db, cancel)), cancel);
        }
        return await store.Write(
            async db =>
            {
                var verdict = await db.AuditVerdicts.SingleOrDefaultAsync(v => v.AccountId == account, cancel) ?? db.AuditVerdicts.Add(new() { AccountId = account }).Entity;
                var first = report.Findings.Count == 0 ? null : report.Findings[0];
                if (first is not null && verdict.Fault is null)
                    log.LogError("The audit chain of {Account} is not whole: entry {Seq}, {Fault}", account, first.Seq, first.Fault);
                (verdict.At, verdict.Since, verdict.Seq, verdict.Fault, verdict.FaultSeq) = (now, report.Since, report.Seq, first?.Fault, first?.Seq);
                return verdict;
            },
            cancel);
    }

    // Its number is fixed, so that of several replicas one makes it.
    Task<SigningKey> Key(CancellationToken cancel) => store.Write(
        async db => (await ReadChain.Keys(db, cancel)).LastOrDefault(k => k.RetiredAt is null)
            ?? db.SigningKeys.Add(signers.Make(SigningKey.Installation, KeyPurpose.Audit, time.GetUtcNow(), SigningKey.Installation)).Entity,
        cancel);

    Task<bool> SignOne(Guid account, SigningKey key, CancellationToken cancel) => store.Write(
        async db =>
        {
            var head = await AuditChain.Lock(db, account, cancel);
            if (head.Seq == head.SignedSeq)
                return true; // another replica was faster
            var keys = ReadChain.Public(await ReadChain.Keys(db, cancel));
            var last = await db.AuditCheckpoints.AsNoTracking().Where(c => c.AccountId == account).OrderByDescending(c => c.Seq).FirstOrDefaultAsync(cancel);
            var check = new ChainCheck(account, [], keys) { After = last };
            await foreach (var entry in db.AuditEntries.AsNoTracking().Where(e => e.AccountId == account && e.Seq > head.SignedSeq).OrderBy(e => e.Seq).AsAsyncEnumerable().WithCancellation(cancel))
            {
                if (check.Next(entry).Any())
                    return false;
            }
            if (check.End(head).Any())
                return false;
            var checkpoint = new AuditCheckpoint
            {
                AccountId = account,
                Seq = head.Seq,
                PrevSeq = head.SignedSeq,
                At = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
                Hash = head.Hash,
                KeyId = key.Id,
            };
            checkpoint.Signature = signers.Of(key).Sign(checkpoint.Signed());
            db.AuditCheckpoints.Add(checkpoint);
            head.SignedSeq = head.Seq;
            return true;
        },
        cancel);
}
