using System.Security.Cryptography;
using CsCheck;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Tests.Credentials;

public sealed class CodeTests
{
    private const string Base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static TheoryData<CodeForm> Forms => [.. Enum.GetValues<CodeForm>()];

    [Theory, MemberData(nameof(Forms))]
    public void Every_single_wrong_character_is_found(CodeForm form)
    {
        for (var round = 0; round < 20; round++)
        {
            var good = New(form).Canonical;
            Assert.True(Reads(form, good));
            for (var at = 0; at < good.Length; at++)
                foreach (var other in form == CodeForm.Digits ? Base32[..10] : Base32)
                    Assert.Equal(other == good[at], Reads(form, good[..at] + other + good[(at + 1)..]));
        }
    }

    /// <summary>Neighbours, and for base32 any two characters.</summary>
    [Theory, MemberData(nameof(Forms))]
    public void Every_swap_is_found(CodeForm form)
    {
        for (var round = 0; round < 20; round++)
        {
            var good = New(form).Canonical;
            for (var i = 0; i < good.Length; i++)
                for (var j = i + 1; j < (form == CodeForm.Digits ? Math.Min(i + 2, good.Length) : good.Length); j++)
                {
                    var swapped = good.ToCharArray();
                    (swapped[i], swapped[j]) = (swapped[j], swapped[i]);
                    Assert.Equal(good[i] == good[j], Reads(form, new string(swapped)));
                }
        }
    }

    [Theory, MemberData(nameof(Forms))]
    public void Every_character_comes_up_about_as_often(CodeForm form)
    {
        var codes = Enumerable.Range(0, 2000).Select(_ => New(form).Canonical[..^1]).ToList();
        Assert.Distinct(codes);
        var counts = codes.SelectMany(code => code).CountBy(character => character).ToDictionary();
        var alphabet = form == CodeForm.Digits ? 10 : 32;
        var expected = codes.Sum(code => code.Length) / (double)alphabet;
        Assert.Equal(alphabet, counts.Count);
        // Ten standard deviations: a bias of the naive modulo (2.4 %) in the digits would be 15.
        Assert.All(counts.Values, count => Assert.InRange(count, expected - 10 * Math.Sqrt(expected), expected + 10 * Math.Sqrt(expected)));
    }

    [Fact]
    public void Digits_are_drawn_without_bias()
    {
        // 250 to 255 would favour 0 to 5: they are drawn again.
        byte[] draws = [255, 250, 251, 7, .. Enumerable.Repeat((byte)13, 40)];
        var used = 0;
        var code = ActivationCode.NewDigits(span => span[0] = draws[used++]);
        Assert.StartsWith("733", code.Canonical, StringComparison.Ordinal);
        Assert.Equal(31 + 3, used);
    }

    [Fact]
    public void Whatever_is_typed_reads_or_says_what_is_wrong() => Gen.String.Sample(typed =>
    {
        if (ActivationCode.TryRead(typed, out var code, out var problem))
            return ActivationCode.TryRead(code.Grouped, out var again, out _) && again == code;
        return problem.Refusal switch
        {
            CodeRefusal.BadCharacter => problem.Character is not null && typed.Contains(problem.Character, StringComparison.Ordinal),
            CodeRefusal.Incomplete => problem.Count < problem.Expected,
            CodeRefusal.TooLong => problem.Count > problem.Expected,
            CodeRefusal.Mistyped => problem.Count == problem.Expected,
        };
    }, iter: Rounds.Of(5000));

    [Fact]
    public void A_code_does_not_show_itself() =>
        Assert.DoesNotContain(New(CodeForm.Base32) is var code ? code.Canonical[..4] : "", code.ToString(), StringComparison.Ordinal);

    [Fact]
    public void Another_key_is_another_hash()
    {
        var code = New(CodeForm.Base32);
        Assert.Equal(code.Hash([1]), code.Hash([1]));
        Assert.NotEqual(code.Hash([1]), code.Hash([2]));
    }

    private static ActivationCode New(CodeForm form) => form switch
    {
        CodeForm.Base32 => ActivationCode.NewBase32(RandomNumberGenerator.Fill),
        CodeForm.Digits => ActivationCode.NewDigits(RandomNumberGenerator.Fill),
        CodeForm.Pairing => ActivationCode.NewPairing(RandomNumberGenerator.Fill),
    };

    private static bool Reads(CodeForm form, string typed) => form == CodeForm.Pairing
        ? ActivationCode.TryReadPairing(typed, out _, out _)
        : ActivationCode.TryRead(typed, out _, out _);
}
