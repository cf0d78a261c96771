using System.Text;
using Latchkey.Server.Administrators;
using Xunit;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>Against the words of RFC 6238, appendix B, as far as six digits go, and RFC 4648.</summary>
public class TotpTests
{
    static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    [Theory]
    [InlineData(59, "287082"), InlineData(1111111109, "081804"), InlineData(1111111111, "050471"), InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037"), InlineData(20000000000, "353130")]
    public void Codes_are_the_standards(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory]
    [InlineData("12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), InlineData("f", "MY"), InlineData("fo", "MZXQ"), InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ"), InlineData("fooba", "MZXW6YTB"), InlineData("foobar", "MZXW6YTBOI"), InlineData("", "")]
    public void The_secret_is_written_in_base32(string bytes, string text) => Assert.Equal(text, Totp.Text(Encoding.ASCII.GetBytes(bytes)));

    [Fact]
    public void A_code_counts_a_step_before_and_after_its_own_and_never_at_or_before_one_that_was_used()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1234567890);
        var step = Totp.StepAt(at);
        foreach (var aside in new[] { -1, 0, 1 })
            Assert.Equal(step + aside, Totp.StepOf(Secret, Totp.Code(Secret, step + aside), at, step - 2));
        foreach (var aside in new[] { -2, 2 })
            Assert.Null(Totp.StepOf(Secret, Totp.Code(Secret, step + aside), at, 0));
        Assert.Equal(step, Totp.StepOf(Secret, Totp.Code(Secret, step).Insert(3, " "), at, step - 1));
        Assert.Null(Totp.StepOf(Secret, Totp.Code(Secret, step), at, step));
        Assert.Null(Totp.StepOf(Secret, Totp.Code(Secret, step - 1), at, step));
        Assert.Null(Totp.StepOf(Secret, "", at, 0));
        Assert.Null(Totp.StepOf(Secret, Totp.Code(Secret, step)[..5], at, 0));
    }
}
