using System.Globalization;
using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>Lines of a statement in words.</summary>
static class BillingWords
{
    public static string TypeOf(this IStringLocalizer<Texts> texts, CreditType type) => texts[$"Billing.Type.{type}"];

    public static string StatusOf(this IStringLocalizer<Texts> texts, CreditStatus status) => texts[$"Billing.Status.{status}"];

    public static string AboutOf(this IStringLocalizer<Texts> texts, AccountKind level, CreditLine line) =>
        texts[$"Billing.About.{level}.{line.Act}", line.About];

    /// <summary>With its sign, a real minus: "+5", "−1".</summary>
    public static string Signed(long amount) => amount.ToString("+#,0;\u2212#,0;0", CultureInfo.CurrentCulture);

    public static string Plain(long amount) => amount.ToString("#,0;\u2212#,0", CultureInfo.CurrentCulture);

    /// <summary>"17", or "17 + 3 (trial)".</summary>
    public static string Left(this IStringLocalizer<Texts> texts, CreditStanding standing) => standing is { Level: AccountKind.Customer, Trial: > 0 }
        ? texts["Billing.PlusTrial", Plain(standing.Available), Plain(standing.Trial)]
        : Plain(standing.Available);

    /// <summary>A number for the sentence that counts it.</summary>
    public static int Counted(long number) => (int)Math.Min(number, int.MaxValue);

    /// <summary>What was typed into the search: a word may also name a type of line, in the language of the page.</summary>
    public static IReadOnlyList<SoughtWord>? Sought(this IStringLocalizer<Texts> texts, AccountKind level, string? search) => string.IsNullOrWhiteSpace(search)
        ? null
        : [.. SearchWords.Asked(search).Select(word => new SoughtWord(word, [.. Enum.GetValues<CreditAct>().Where(act => Names(texts, level, act, word))]))];

    static bool Names(IStringLocalizer<Texts> texts, AccountKind level, CreditAct act, string word) =>
        $"{Folding.Fold(texts.TypeOf(CreditRules.Type(level, act)))} {Folding.Fold(texts.StatusOf(CreditRules.Status(act)))}"
            .Split(' ').Any(named => named.StartsWith(word, StringComparison.Ordinal));
}
