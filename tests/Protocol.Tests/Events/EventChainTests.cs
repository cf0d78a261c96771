using CsCheck;
using Latchkey.Protocol.Events;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Events;

public sealed class EventChainTests
{
    private static Gen<List<EventRecord>> Chains { get; } = Gens.Payload.Array[1, 8].Select(payloads =>
    {
        var state = ChainState.Start(Made.Reader);
        var records = new List<EventRecord>();
        foreach (var payload in payloads)
        {
            (var record, state) = EventChain.Append(state, payload, state.Seq / 3 + 1, Made.Now * 1000, EventKind.Decision);
            records.Add(record);
        }

        return records;
    });

    [Fact]
    public void A_chain_is_stored_once_however_it_comes() => Gen.Select(Chains, Gen.Int[0, 50].Array[30]).Sample((records, order) =>
    {
        var server = new Server();
        foreach (var at in order.Select(at => at % records.Count).Concat(Enumerable.Range(0, records.Count)))
        {
            var before = server.Stored.Count;
            var expected = at < before ? ChainVerdict.Duplicate : at == before ? ChainVerdict.Next : ChainVerdict.Gap;
            if (server.Take(records[at]) != expected)
                return false;
        }

        return server.Stored.SequenceEqual(records);
    }, iter: Rounds.Of(300));

    /// <summary>One byte changed anywhere, in header or payload of any event: never taken for a good one.</summary>
    [Fact]
    public void Any_byte_changed_is_found() => Gen.Select(Chains, Gen.Int[0, 7], Gen.Int[0, 4000], Gen.Byte[1, 255]).Sample((records, which, at, change) =>
    {
        which %= records.Count;
        var good = records[which];
        byte[] all = [.. good.Header, .. good.Payload];
        all[at % all.Length] ^= change;
        EventRecord changed = new(all[..good.Header.Length], all[good.Header.Length..]);
        var server = new Server();
        foreach (var record in records.Take(which))
            server.Take(record);
        var verdict = server.Take(changed);
        // A header may be changed into another event's: what was stored of it then is found out by the next event, or the receipt.
        if (verdict == ChainVerdict.Next)
            return changed.Payload.SequenceEqual(good.Payload)
                && (which + 1 == records.Count || server.Take(records[which + 1]) == ChainVerdict.Broken)
                && !server.State.Hash.SequenceEqual(EventHeader.HashOf(good.Header));
        return verdict is ChainVerdict.Broken or ChainVerdict.Fork or ChainVerdict.Gap;
    }, iter: Rounds.Of(3000));

    [Fact]
    public void A_changed_event_behind_the_newest_is_a_fork_or_broken() => Gen.Select(Chains, Gen.Int[0, 7], Gen.Int[0, 400], Gen.Byte[1, 255]).Sample((records, which, at, change) =>
    {
        which %= records.Count;
        var server = new Server();
        foreach (var record in records)
            server.Take(record);
        byte[] header = [.. records[which].Header];
        header[at % header.Length] ^= change;
        return server.Take(records[which] with { Header = header }) is ChainVerdict.Broken or ChainVerdict.Fork or ChainVerdict.Gap;
    }, iter: Rounds.Of(1000));

    [Fact]
    public void Purging_a_payload_leaves_the_chain_whole()
    {
        var (first, one) = EventChain.Append(ChainState.Start(Made.Reader), EventVectors.Full, 1, 0, EventKind.Decision);
        var (second, _) = EventChain.Append(one, EventVectors.Bare, 1, 0, EventKind.Opened);
        // What is left of the first is its header: the second still follows it.
        Assert.True(EventHeader.TryRead(first.Header, out var header));
        var after = new ChainState(header.Reader, header.Boot, header.Seq, EventHeader.HashOf(first.Header));
        Assert.Equal(ChainVerdict.Next, EventChain.Check(after, second, out _));
    }

    /// <summary>A reader's log must not stop because somebody typed much, or presented much.</summary>
    [Fact]
    public void What_is_too_long_is_cut_before_it_is_chained()
    {
        var payload = EventVectors.Full with { Text = string.Concat(Enumerable.Repeat("dveře 🔑", 200)), Document = new byte[4096] };
        Assert.Null(payload.Document);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(payload.Text!) is > EventPayload.TextBytesMax - 4 and <= EventPayload.TextBytesMax);
        Assert.Null((payload with { Document = [] }).Document);
        Assert.Equal("a\uFFFDb", (payload with { Text = "a\uD83Db" }).Text);
        var largest = EventVectors.Full with { Text = new string('x', 512), Document = new byte[1024] };
        foreach (var each in new[] { payload, largest })
        {
            var (record, _) = EventChain.Append(ChainState.Start(Made.Reader), each, 1, CborSource.SafeIntegerMax, EventKind.Decision);
            Assert.Equal(ChainVerdict.Next, EventChain.Check(ChainState.Start(Made.Reader), record, out _));
        }
    }

    [Fact]
    public void What_would_not_read_back_is_not_chained()
    {
        var start = ChainState.Start(Made.Reader);
        Assert.Throws<ArgumentException>(() => EventChain.Append(start, EventVectors.Bare with { Salt = new byte[15] }, 1, 0, EventKind.Started));
        Assert.Throws<ArgumentException>(() => EventChain.Append(start, EventVectors.Bare with { Way = Way.Bluetooth | Way.Qr }, 1, 0, EventKind.Started));
        Assert.Throws<ArgumentOutOfRangeException>(() => EventChain.Append(start with { Boot = 5 }, EventVectors.Bare, 4, 0, EventKind.Started));
    }

    // As the server stores: by seq, each once.
    private sealed class Server
    {
        public List<EventRecord> Stored { get; } = [];

        public ChainState State { get; private set; } = ChainState.Start(Made.Reader);

        public ChainVerdict Take(EventRecord record)
        {
            var stored = EventHeader.TryRead(record.Header, out var header) && header.Seq <= Stored.Count ? EventHeader.HashOf(Stored[(int)header.Seq - 1].Header) : [];
            var verdict = EventChain.Check(State, record, stored, out var next);
            State = next;
            if (verdict == ChainVerdict.Next)
                Stored.Add(record);
            return verdict;
        }
    }
}
