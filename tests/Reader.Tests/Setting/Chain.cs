using Latchkey.Protocol.Events;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Tests.Setting;

internal static class Chain
{
    /// <summary>Reads a whole log, from its first event or from where it was trimmed, and holds it to spec/events.md as a server would.</summary>
    public static IReadOnlyList<LoggedEvent> Check(ReaderStore store, ReaderId reader)
    {
        var state = ChainState.Start(reader);
        var entries = new List<LoggedEvent>();
        foreach (var record in store.All(
            "SELECT header, payload FROM events ORDER BY seq",
            row => new EventRecord(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1))))
        {
            if (entries.Count == 0 && EventHeader.TryRead(record.Header, out var first))
                state = new(reader, first.Boot, first.Seq - 1, first.Prev);
            Assert.Equal(ChainVerdict.Next, EventChain.Check(state, record, out state));
            Assert.True(EventHeader.TryRead(record.Header, out var header));
            Assert.True(EventPayload.TryRead(record.Payload, out var payload));
            entries.Add(new(header.Seq, header.TimeMs, header.Kind, payload));
        }

        return entries;
    }
}
