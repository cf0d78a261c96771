using Latchkey.Protocol.Bundles;
using Latchkey.Server.Access;
using Xunit;

namespace Latchkey.Server.Tests.Access;

public class ZoneTableTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 23, 14, 5, 0, TimeSpan.Zero);

    [Fact]
    public void Prague_changes_twice_a_year_at_one_in_the_morning_UTC()
    {
        var table = ZoneTable.At(TimeZoneInfo.FindSystemTimeZoneById("Europe/Prague"), Now);
        Assert.Equal(new ZoneStep(0, 60), table[0]);
        Assert.Equal(new ZoneStep(new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), 120), table[1]);
        Assert.Equal(new ZoneStep(new DateTimeOffset(2026, 10, 25, 1, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), 60), table[2]);
        Assert.Equal(1 + 2 * (1 + ZoneTable.YearsAhead), table.Length);
    }

    [Fact]
    public void A_zone_without_changes_has_one_entry() =>
        Assert.Equal([new ZoneStep(0, 0)], ZoneTable.At(TimeZoneInfo.Utc, Now));

    [Theory, InlineData("Europe/Prague"), InlineData("America/New_York"), InlineData("Australia/Lord_Howe"), InlineData("Africa/Casablanca"), InlineData("Asia/Kathmandu")]
    public void The_table_says_what_the_zone_says_at_every_hour(string id)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(id);
        var table = ZoneTable.At(zone, Now);
        for (var moment = new DateTimeOffset(Now.Year, 1, 1, 0, 0, 0, TimeSpan.Zero); moment < Now.AddYears(ZoneTable.YearsAhead); moment = moment.AddHours(1))
        {
            var offset = table.Last(s => s.From <= moment.ToUnixTimeSeconds()).OffsetMinutes;
            Assert.Equal((int)zone.GetUtcOffset(moment).TotalMinutes, offset);
        }
    }
}
