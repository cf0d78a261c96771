using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

internal static class StatementWire
{
    private const int Site = 1, Reader = 2, Epoch = 3, Seq = 4, IssuedAt = 5, ExpiresAt = 6, Prev = 7, Snapshot = 8, DeltaKey = 9, StateHash = 10;

    public static StatementFault? FaultOf(Statement statement, bool bundleWasRead)
    {
        if (statement.Epoch < 1)
            return StatementFault.EpochZero;
        if (statement.Epoch > CborSource.SafeIntegerMax || statement.Seq is < 0 or > CborSource.SafeIntegerMax
            || statement.IssuedAt < 0 || statement.ExpiresAt > UnixTime.End)
            return StatementFault.NumberOutOfRange;
        if (statement.ExpiresAt <= statement.IssuedAt)
            return StatementFault.ExpiresNotAfterIssue;
        if (statement.Snapshot is null == statement.Delta is null)
            return StatementFault.SnapshotAndDelta;
        if (statement is { Snapshot: not null, Prev: not null })
            return StatementFault.PrevInSnapshot;
        if (statement is { Delta: not null, Prev: null })
            return StatementFault.DeltaWithoutPrev;
        if (statement.StateHash.Length != Statement.HashBytes || statement.Prev is { Length: not Statement.HashBytes })
            return StatementFault.HashLength;
        return bundleWasRead || statement.Snapshot is null ? null : SnapshotFaultOf(statement, statement.Snapshot);
    }

    // What a reader finds out only while applying; nothing such is ever signed.
    private static StatementFault? SnapshotFaultOf(Statement statement, Bundle snapshot)
    {
        if (Bundle.Lint(snapshot) is not null)
            return StatementFault.BundleUnsound;
        if (snapshot.Site != statement.Site || snapshot.Reader != statement.Reader)
            return StatementFault.BundleOfAnotherReader;
        return snapshot.StateHash().AsSpan().SequenceEqual(statement.StateHash) ? null : StatementFault.HashOfAnotherBundle;
    }

    public static byte[] Write(Statement statement) => Cbor.Write(writer =>
    {
        writer.WriteStartMap(null);
        writer.Bytes(Site, statement.Site.ToBytes()).Bytes(Reader, statement.Reader.ToBytes());
        writer.Uint(Epoch, statement.Epoch).Uint(Seq, statement.Seq);
        writer.Uint(IssuedAt, statement.IssuedAt).Uint(ExpiresAt, statement.ExpiresAt);
        if (statement.Prev is not null)
            writer.Bytes(Prev, statement.Prev);
        if (statement.Snapshot is not null)
        {
            writer.WriteInt32(Snapshot);
            BundleWire.Write(writer, statement.Snapshot);
        }

        if (statement.Delta is not null)
        {
            writer.WriteInt32(DeltaKey);
            writer.WriteEncodedValue(statement.Delta.Span);
        }

        writer.Bytes(StateHash, statement.StateHash);
        writer.WriteEndMap();
    });

    public static Statement Read(CborSource source)
    {
        source.OpenMap();
        var statement = new Statement
        {
            Site = source.Key(Site).Bytes<SiteId>(SiteId.Bytes, SiteId.TryRead),
            Reader = source.Key(Reader).Bytes<ReaderId>(ReaderId.Bytes, ReaderId.TryRead),
            Epoch = source.Key(Epoch).Uint(CborSource.SafeIntegerMax, min: 1),
            Seq = source.Key(Seq).Uint(CborSource.SafeIntegerMax),
            IssuedAt = source.Key(IssuedAt).Time(),
            ExpiresAt = source.Key(ExpiresAt).Time(),
            Prev = source.HasKey(Prev) ? source.Bytes(Statement.HashBytes) : null,
            Snapshot = source.HasKey(Snapshot) ? BundleWire.Read(source) : null,
            Delta = source.HasKey(DeltaKey) ? ReadDelta(source) : null,
            StateHash = source.Key(StateHash).Bytes(Statement.HashBytes),
        };
        source.CloseMap();
        return FaultOf(statement, bundleWasRead: true) is { } fault ? throw CborSource.Refuse(fault.ToString()) : statement;
    }

    private static Delta ReadDelta(CborSource source) =>
        Delta.TryRead(source.Encoded(), out var delta) ? delta : throw CborSource.Refuse("a delta that cannot be");
}
