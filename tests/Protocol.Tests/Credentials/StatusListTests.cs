using System.Security.Cryptography;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Credentials;

public sealed class StatusListTests
{
    /// <summary>A million keys, one in a hundred revoked: at most 1.6 times what chance itself takes.</summary>
    [Fact]
    public void A_million_keys_stay_small()
    {
        const int keys = 1_000_000;
        const int revoked = keys / 100;
        // Spread as chance would, the same each run: the ten thousand smallest of a million hashes.
        var chosen = Enumerable.Range(0, keys)
            .OrderBy(key => BitConverter.ToUInt64(SHA256.HashData(BitConverter.GetBytes(key)))).Take(revoked).Select(key => (uint)key)
            .ToLookup(key => key / StatusList.KeysPerChunk);
        var bytes = Enumerable.Range(0, (keys + StatusList.KeysPerChunk - 1) / StatusList.KeysPerChunk).Sum(chunk => StatusList.Sign(
            StatusList.Build(Made.Site, (uint)chunk, 8, 1, Made.Now, Made.Now + 1, 1, chosen[(uint)chunk].Select(key => (key, KeyState.Revoked))), Made.Issuer).Length);
        const double share = (double)revoked / keys;
        var entropy = -keys * (share * Math.Log2(share) + (1 - share) * Math.Log2(1 - share)) / 8;
        Assert.InRange(bytes / entropy, 1.0, 1.6);
    }

    [Fact]
    public void The_fullest_list_still_fits()
    {
        var states = Enumerable.Range(0, StatusList.KeysPerChunk).Select(key => ((uint)key, (KeyState)(SHA256.HashData(BitConverter.GetBytes(key))[0] % 4)));
        var bytes = StatusList.Sign(StatusList.Build(Made.Site, 0, 1, 1, Made.Now, Made.Now + 1, 1, states), Made.Issuer);
        Assert.Null(StatusList.TryRead(bytes, Made.Site, [Made.Issuer.Public], out _));
    }

    /// <summary>What phones carry is one sealed message; the guide and the spec name these numbers.</summary>
    [Fact]
    public void Of_fifteen_thousand_keys_any_and_of_more_two_thousand_withdrawn_ones_fit_one_message()
    {
        static byte Chance(int key) => SHA256.HashData(BitConverter.GetBytes(key))[0];
        static int Carried(IEnumerable<(uint, KeyState)> states) => new StatusListsMessage([
            StatusList.Sign(StatusList.Build(Made.Site, 0, 1, 1, Made.Now, Made.Now + 1, 1, states), Made.Issuer)]).Write().Length;
        Assert.InRange(Carried(Enumerable.Range(0, 15_000).Select(key => ((uint)key, (KeyState)(Chance(key) % 4)))), 1, SealedChannel.MessageBytesMax);
        var spread = Enumerable.Range(0, StatusList.KeysPerChunk).OrderBy(key => BitConverter.ToUInt64(SHA256.HashData(BitConverter.GetBytes(key)))).ToList();
        Assert.InRange(Carried(spread.Take(2_000).Select(key => ((uint)key, KeyState.Revoked))), 1, SealedChannel.MessageBytesMax);
    }

    [Theory]
    [InlineData(5u, 0, 6u, 0, true)]
    [InlineData(5u, 0, 6u, -1, true)]
    [InlineData(5u, 0, 5u, 1, true)]
    [InlineData(5u, 0, 5u, 0, false)]
    [InlineData(5u, 0, 4u, 9, false)]
    public void A_list_replaces_an_older_one(uint stored, int storedAt, uint sequence, int at, bool replaces) =>
        Assert.Equal(replaces, List(sequence, at).Replaces(List(stored, storedAt)));

    [Fact]
    public void A_key_of_another_chunk_is_a_mistake_of_the_caller()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => List(1, 0).StateOf(StatusList.KeysPerChunk));
        Assert.Throws<ArgumentException>(() => StatusList.Build(Made.Site, 1, 2, 1, 0, 1, 0, [(0, KeyState.Revoked)]));
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(1u, 1u)]
    [InlineData(5u, 3u)]
    [InlineData(0u, 32769u)]
    [InlineData(32768u, 32769u)]
    public void A_chunk_is_one_of_the_chunks(uint chunk, uint chunks) =>
        Assert.Throws<ArgumentException>(() => StatusList.Build(Made.Site, chunk, chunks, 1, 0, 1, 0, []));

    private static StatusList List(uint sequence, int at) => StatusList.Build(Made.Site, 0, 1, sequence, Made.Now + at, Made.Now + 100, 1, []).Value;
}
