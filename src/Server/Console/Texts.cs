using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Server.Customers;
using Latchkey.Server.Hosting;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>The console's words, by key, in <c>Texts.resx</c> (English) and one file per further language.</summary>
public sealed class Texts;

public static partial class TextsExtensions
{
    /// <summary>The form of a counted sentence that <paramref name="count"/> asks for; <c>key.one</c>, <c>key.few</c>, <c>key.other</c>.</summary>
    public static string Count(this IStringLocalizer<Texts> texts, string key, int count, params object[] arguments) =>
        texts[$"{key}.{Plural.Form(CultureInfo.CurrentUICulture, count)}", arguments.Length == 0 ? [count] : arguments];

    /// <summary>A whole sentence in which <c>**this**</c> is bold. Arguments are encoded, so names can't become markup.</summary>
    public static MarkupString Rich(this IStringLocalizer<Texts> texts, string key, params object[] arguments)
    {
        var safe = Array.ConvertAll(arguments, a => (object)WebUtility.HtmlEncode(Convert.ToString(a, CultureInfo.CurrentCulture) ?? ""));
        return new MarkupString(Bold.Replace(texts[key, safe], "<b>$1</b>"));
    }

    /// <summary>A refusal in words; without words of ours for this one, the table's own.</summary>
    public static string Say(this IStringLocalizer<Texts> texts, Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        if (refused is { Refusal: Refusal.SignInWait, RetryAfterSeconds: { } seconds })
            return texts.Count("SignIn.Wait", seconds);
        if (refused is { Refusal: Refusal.CreditMissing, Customer: { } distributor })
            return texts["Refusal.CreditMissing.Who", distributor];
        if (refused is { Refusal: Refusal.CreditMissing, Field: not null })
            return texts["Refusal.CreditMissing.Amount"];
        if (refused is { Refusal: Refusal.FeatureOff, State: { } feature, Customer: { } who })
            return texts["Refusal.FeatureOff.By", texts[$"Feature.{feature}"].Value, who];
        if (refused is { Refusal: Refusal.StateUnfit, Field: "systemType", State: { } type })
            return texts[type == nameof(SystemType.Demo) ? "Refusal.StateUnfit.DemoKeys" : "Refusal.StateUnfit.LiveKeys"];
        var said = texts[$"Refusal.{refused.Refusal}"];
        return said.ResourceNotFound ? refused.Detail ?? texts["Refusal.Other"] : said.Value;
    }

    [GeneratedRegex(@"\*\*(.+?)\*\*")]
    private static partial Regex Bold { get; }
}
