using Latchkey.Server.Readers;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>A reader's settings as people say them.</summary>
static class ReaderWords
{
    public static string Presented(this IStringLocalizer<Texts> texts, ReaderRow reader) =>
        reader.SecondFactor == SecondFactor.PhoneUnlocked
            ? texts["Reader.PresentedUnlocked", texts[$"Reader.Presentation.{reader.Presentation}"].Value]
            : texts[$"Reader.Presentation.{reader.Presentation}"];

    public static string Range(this IStringLocalizer<Texts> texts, int percent) => texts[$"Reader.Range.{percent}"];

    public static string WaysOf(this IStringLocalizer<Texts> texts, ReaderRow reader) =>
        string.Join(", ", reader.Ways.Select(way => texts[$"Way.{char.ToUpperInvariant(way[0])}{way[1..]}"].Value));
}
