using Latchkey.Protocol.Credentials;

namespace Latchkey.Server.Audit;

/// <summary>What is wrong with a chain.</summary>
public enum AuditFault
{
    /// <summary>An entry is not there: the numbers don't follow one another.</summary>
    Missing,

    /// <summary>What the entry says is not what its hash was made of.</summary>
    Changed,

    /// <summary>The entry does not follow the one before it: one of both was written anew.</summary>
    Unlinked,

    /// <summary>Payload or salt is not what its digest was made of.</summary>
    PayloadChanged,

    /// <summary>Payload or salt is gone. Nothing in this version takes them away.</summary>
    PayloadGone,

    /// <summary>It reads the same, but is not stored as the server stores it.</summary>
    Misspelt,

    /// <summary>The chain does not end where its head says.</summary>
    EndMoved,

    /// <summary>Entries of an account, or an account, without a head.</summary>
    NoHead,

    /// <summary>The signature of a checkpoint is not that of the installation's key.</summary>
    CheckpointForged,

    /// <summary>The chain is not what the checkpoint signed.</summary>
    CheckpointDiffers,

    /// <summary>A checkpoint that others speak of is not there.</summary>
    CheckpointMissing,
}

/// <param name="Seq">The entry; the one that is missing, or the last, where that is the matter.</param>
public sealed record AuditFinding(Guid AccountId, long Seq, AuditFault Fault);

/// <summary>
/// Goes along one chain, entry by entry, and says everything that is wrong with it. Pure: it is fed. After a finding it goes on from what is stored, so that one
/// changed entry is one finding and not all that follow it.
/// </summary>
/// <param name="checkpoints">Of this account, in order.</param>
/// <param name="keys">The installation's keys that checkpoints may be signed with.</param>
sealed class ChainCheck(Guid accountId, IReadOnlyList<AuditCheckpoint> checkpoints, IReadOnlyDictionary<Guid, PublicKey> keys)
{
    readonly Queue<AuditCheckpoint> ahead = new(checkpoints);
    byte[] prev = new byte[AuditChain.HashBytes];
    long signed;

    /// <summary>Where to begin; null is at the first entry. The signature is looked at with what follows it.</summary>
    public AuditCheckpoint? After
    {
        init
        {
            if (value is null)
                return;
            (Seq, prev, signed) = (value.Seq, value.Hash, value.Seq);
            begunForged = !IsSigned(value);
        }
    }

    readonly bool begunForged;

    /// <summary>The last entry so far.</summary>
    public long Seq { get; private set; }

    /// <summary>When the first entry was written.</summary>
    public DateTimeOffset? Since { get; private set; }

    public IEnumerable<AuditFinding> Next(AuditEntry entry)
    {
        Since ??= entry.At;
        if (entry.Seq != Seq + 1)
        {
            yield return new(accountId, Seq + 1, AuditFault.Missing);
            prev = entry.PrevHash;
        }
        Seq = entry.Seq;
        if (!entry.PrevHash.AsSpan().SequenceEqual(prev))
            yield return new(accountId, Seq, AuditFault.Unlinked);
        if (!AuditChain.Hash(entry).AsSpan().SequenceEqual(entry.Hash) || entry.SubjectId == Guid.Empty)
            yield return new(accountId, Seq, AuditFault.Changed);
        if (entry.Payload is null || entry.Salt is null)
            yield return new(accountId, Seq, AuditFault.PayloadGone);
        else if (!AuditChain.Digest(entry.Salt, entry.Payload).AsSpan().SequenceEqual(entry.PayloadDigest))
            yield return new(accountId, Seq, AuditFault.PayloadChanged);
        prev = entry.Hash;
        while (ahead.TryPeek(out var checkpoint) && checkpoint.Seq <= Seq)
        {
            foreach (var finding in Check(ahead.Dequeue()))
                yield return finding;
        }
    }

    /// <param name="head">Null where there is none.</param>
    public IEnumerable<AuditFinding> End(AuditHead? head)
    {
        if (head is null)
            yield return new(accountId, Seq, AuditFault.NoHead);
        else if (begunForged)
            yield return new(accountId, signed, AuditFault.CheckpointForged);
        else if (head.Seq != Seq || !head.Hash.AsSpan().SequenceEqual(prev))
            yield return new(accountId, Math.Max(head.Seq, Seq), AuditFault.EndMoved);
        foreach (var finding in ahead.SelectMany(Check))
            yield return finding;
        if (head is not null && head.SignedSeq != signed)
            yield return new(accountId, head.SignedSeq, AuditFault.CheckpointMissing);
    }

    IEnumerable<AuditFinding> Check(AuditCheckpoint checkpoint)
    {
        if (!IsSigned(checkpoint))
            yield return new(accountId, checkpoint.Seq, AuditFault.CheckpointForged);
        if (checkpoint.PrevSeq != signed)
            yield return new(accountId, checkpoint.PrevSeq, AuditFault.CheckpointMissing);
        if (checkpoint.Seq != Seq || !checkpoint.Hash.AsSpan().SequenceEqual(prev))
            yield return new(accountId, checkpoint.Seq, AuditFault.CheckpointDiffers);
        signed = checkpoint.Seq;
    }

    bool IsSigned(AuditCheckpoint checkpoint) => keys.TryGetValue(checkpoint.KeyId, out var key) && key.Verify(checkpoint.Signed(), checkpoint.Signature);
}
