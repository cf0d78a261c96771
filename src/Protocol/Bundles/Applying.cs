using System.Collections.Immutable;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

/// <summary>Why a statement is not applied, in order of precedence (spec/statements.md, Applying).</summary>
public enum StatementRefusal
{
    Malformed,
    BadSignature,
    NotMine,
    AlreadyApplied,
    Rollback,
    EpochInDelta,
    EpochByOldKey,
    Expired,
    Gap,
    Mismatch,
}

/// <summary>What a reader keeps durably about the word of its site.</summary>
public sealed record BundleState
{
    public required SiteId Site { get; init; }

    public required ReaderId Reader { get; init; }

    /// <summary>One or two, the newer last: from pairing at first, then from the bundle.</summary>
    public required ImmutableArray<PublicKey> SiteKeys { get; init; }

    /// <summary>Null until the first snapshot.</summary>
    public Bundle? Bundle { get; init; }

    /// <summary>0 = nothing applied yet.</summary>
    public long Epoch { get; init; }

    public long Seq { get; init; }

    public long IssuedAt { get; init; }

    public long ExpiresAt { get; init; }

    /// <summary>SHA-256 of the last applied statement; empty before the first.</summary>
    public byte[] LastHash { get; init; } = [];

    /// <summary>SHA-256 of the bundle; empty before the first.</summary>
    public byte[] StateHash { get; init; } = [];
}

/// <param name="Refusal">Null when the statement was applied.</param>
/// <param name="State">What to keep: the new state, or the old one unchanged.</param>
public readonly record struct ApplyOutcome(StatementRefusal? Refusal, BundleState State);

/// <summary>Steps 1 to 8 of spec/statements.md, Applying. Step 9, keeping it before using it, is the reader's.</summary>
public static class Applying
{
    /// <param name="now">Seconds; looked at only when <paramref name="clockTrusted"/>.</param>
    public static ApplyOutcome Apply(BundleState current, ReadOnlySpan<byte> statement, long now, bool clockTrusted)
    {
        ArgumentNullException.ThrowIfNull(current);
        // statements 1
        if (!Statement.TryRead(statement, out var read, out var signed))
            return new(StatementRefusal.Malformed, current);
        // statements 2
        if (current.SiteKeys.FirstOrDefault(signed.VerifiedBy) is not { } signer)
            return new(StatementRefusal.BadSignature, current);
        // statements 3
        if (read.Site != current.Site || read.Reader != current.Reader)
            return new(StatementRefusal.NotMine, current);
        // statements 4
        var order = (read.Epoch, read.Seq, read.IssuedAt).CompareTo((current.Epoch, current.Seq, current.IssuedAt));
        if (order == 0 && read.StateHash.AsSpan().SequenceEqual(current.StateHash))
            return new(StatementRefusal.AlreadyApplied, current);
        if (order <= 0)
            return new(StatementRefusal.Rollback, current);
        // statements 5
        if (read.Epoch > current.Epoch && read.Delta is not null)
            return new(StatementRefusal.EpochInDelta, current);
        if (read.Epoch > current.Epoch && signer != current.SiteKeys[^1])
            return new(StatementRefusal.EpochByOldKey, current);
        // statements 6
        if (clockTrusted && read.ExpiresAt <= now)
            return new(StatementRefusal.Expired, current);
        // statements 7
        if (read.Delta is not null && !read.Prev.AsSpan().SequenceEqual(current.LastHash))
            return new(StatementRefusal.Gap, current);
        // statements 8
        if (Next(current, read) is not { } bundle)
            return new(StatementRefusal.Mismatch, current);
        return new(null, current with
        {
            Bundle = bundle,
            SiteKeys = bundle.SiteKeys,
            Epoch = read.Epoch,
            Seq = read.Seq,
            IssuedAt = read.IssuedAt,
            ExpiresAt = read.ExpiresAt,
            LastHash = Statement.HashOf(statement),
            StateHash = read.StateHash,
        });
    }

    /// <summary>The word of spec/statements.md, such as <c>epoch_in_delta</c>.</summary>
    public static string Name(this StatementRefusal refusal) => refusal switch
    {
        StatementRefusal.Malformed => "malformed",
        StatementRefusal.BadSignature => "bad_signature",
        StatementRefusal.NotMine => "not_mine",
        StatementRefusal.AlreadyApplied => "already_applied",
        StatementRefusal.Rollback => "rollback",
        StatementRefusal.EpochInDelta => "epoch_in_delta",
        StatementRefusal.EpochByOldKey => "epoch_by_old_key",
        StatementRefusal.Expired => "expired",
        StatementRefusal.Gap => "gap",
        StatementRefusal.Mismatch => "mismatch",
    };

    private static Bundle? Next(BundleState current, Statement statement)
    {
        var bundle = statement.Snapshot;
        if (statement.Delta is { } delta && (current.Bundle is null || !current.Bundle.TryApply(delta, out bundle)))
            return null;
        var fits = bundle is not null
            && bundle.Site == current.Site && bundle.Reader == current.Reader
            && bundle.StateHash().AsSpan().SequenceEqual(statement.StateHash)
            && Bundle.Lint(bundle) is null;
        return fits ? bundle : null;
    }
}
