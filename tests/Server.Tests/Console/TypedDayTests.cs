using Latchkey.Server.Console;
using Xunit;

namespace Latchkey.Server.Tests.Console;

/// <summary>A day that can't be read, or is too far away to mean anything, is never taken for none.</summary>
public class TypedDayTests
{
    [Theory]
    [InlineData("2026-12-31"), InlineData("2000-01-01"), InlineData("2199-12-31"), InlineData("2028-02-29")]
    public void A_day_is_read(string typed) => Assert.Equal(typed, TypedDay.Write(TypedDay.Read(typed, unreadable: false).Day));

    [Theory]
    [InlineData("9999-12-31"), InlineData("20266-12-31"), InlineData("0001-01-01"), InlineData("1999-12-31"), InlineData("2200-01-01"), InlineData("2026-02-30"), InlineData("31.12.2026")]
    public void Another_is_wrong_and_not_none(string typed)
    {
        var read = TypedDay.Read(typed, unreadable: false);
        Assert.True(read.Wrong);
        Assert.Null(read.Day);
        Assert.NotEqual(default, read);
    }

    [Fact]
    public void Half_a_day_is_wrong_although_its_input_says_nothing() => Assert.True(TypedDay.Read("", unreadable: true).Wrong);

    [Theory]
    [InlineData(""), InlineData(null)]
    public void Nothing_is_none(string? typed) => Assert.Equal(default, TypedDay.Read(typed, unreadable: false));
}
