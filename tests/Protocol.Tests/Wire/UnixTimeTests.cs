using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Wire;

public sealed class UnixTimeTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00Z", 0)]
    [InlineData("1969-12-31T23:59:59Z", 0)]
    [InlineData("2026-01-01T00:00:00.999Z", 1767225600)]
    [InlineData("2026-01-01T01:00:00+01:00", 1767225600)]
    [InlineData("2199-12-31T00:00:00Z", UnixTime.End)]
    public void A_time_is_cut_to_whole_seconds_and_32_bits(string time, long seconds) => Assert.Equal(seconds, DateTimeOffset.Parse(time).ToUnix());

    [Theory]
    [InlineData(null, null)]
    [InlineData("2106-02-07T06:28:14Z", UnixTime.End - 1)]
    [InlineData("2106-02-07T06:28:15Z", null)]
    [InlineData("2199-12-31T00:00:00Z", null)]
    public void An_end_beyond_32_bits_is_none(string? time, long? seconds) =>
        Assert.Equal(seconds, (time is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(time)).ToUnixEnd());
}
