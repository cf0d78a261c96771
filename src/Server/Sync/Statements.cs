using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Server.Sync;

/// <summary>Makes the next statement for one reader from what it acknowledged last (decision record 0002).</summary>
public static class Statements
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(Statement.LifeSeconds);

    /// <summary>A linked reader gets a fresh statement at least so often, changed or not.</summary>
    public static readonly TimeSpan RefreshedEach = TimeSpan.FromDays(1);

    /// <summary>Signs the step from what the reader has to what it should have; a snapshot where that is unknown or shorter.</summary>
    /// <param name="row">What was sent to the reader and acknowledged; takes the new statement as sent.</param>
    /// <param name="knowsAcked">The reader holds exactly what it acknowledged last.</param>
    /// <returns>The signed statement.</returns>
    public static byte[] Next(
        ReaderStatement row, bool knowsAcked, Bundle desired, long epoch, long seq, ISigner siteKey, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(desired);
        var after = desired.ToCbor();
        var delta = knowsAcked && row.AckedEpoch == epoch && Bundle.TryRead(row.AckedBundle, out var before)
            ? Bundle.Diff(before, desired)
            : null;
        if (delta?.ToBytes().Length >= after.Length)
            delta = null;
        // A reader takes nothing that is not later than the last; within one second, or after the clock went back, count on.
        var issuedAt = now.ToUnix();
        if (row.SentIssuedAt is { } last && (epoch, seq) == (row.SentEpoch, row.SentSeq))
            issuedAt = Math.Max(issuedAt, last.ToUnix() + 1);
        var statement = new Statement
        {
            Site = desired.Site,
            Reader = desired.Reader,
            Epoch = epoch,
            Seq = seq,
            IssuedAt = issuedAt,
            ExpiresAt = issuedAt + Statement.LifeSeconds,
            Prev = delta is null ? null : row.AckedHash,
            Snapshot = delta is null ? desired : null,
            Delta = delta,
            StateHash = desired.StateHash(),
        };
        if (Statement.Lint(statement, out var linted) is { } fault)
            throw new InvalidOperationException($"A statement for reader {desired.Reader} did not pass its lint: {fault}.");
        var signed = Statement.Sign(linted!, siteKey);
        row.SentEpoch = epoch;
        row.SentSeq = seq;
        row.SentIssuedAt = UnixTime.FromUnix(issuedAt);
        row.SentHash = Statement.HashOf(signed);
        row.SentBundle = after;
        return signed;
    }

    /// <summary>The reader told that it applied the newest statement sent.</summary>
    public static void Acknowledge(ReaderStatement row, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(row);
        row.AckedEpoch = row.SentEpoch;
        row.AckedSeq = row.SentSeq;
        row.AckedHash = row.SentHash;
        row.AckedBundle = row.SentBundle;
        row.AckedAt = now;
        row.Refusal = null;
    }
}
