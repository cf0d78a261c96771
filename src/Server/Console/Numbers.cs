using System.Globalization;
using Microsoft.Extensions.Localization;

namespace Latchkey.Server.Console;

/// <summary>Numbers as people and installers both read them.</summary>
static class Numbers
{
    /// <summary>A number of bytes in the largest unit that leaves one before the comma.</summary>
    public static string Size(this IStringLocalizer<Texts> texts, long bytes) => bytes switch
    {
        >= 1_000_000_000 => texts["Size.GB", (bytes / 1e9).ToString("0.#", CultureInfo.CurrentCulture)],
        >= 1_000_000 => texts["Size.MB", (bytes / 1e6).ToString("0.#", CultureInfo.CurrentCulture)],
        _ => texts["Size.kB", (bytes / 1e3).ToString("0.#", CultureInfo.CurrentCulture)],
    };

    /// <summary>A User ID in hex, as the manual and many panels write it.</summary>
    public static string Hex(int number) => string.Create(CultureInfo.InvariantCulture, $"(0x{number:x})");
}
