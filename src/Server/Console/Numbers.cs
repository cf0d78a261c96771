using System.Globalization;

namespace Latchkey.Server.Console;

/// <summary>Numbers as people and installers both read them.</summary>
static class Numbers
{
    /// <summary>A User ID in hex, as the manual and many panels write it.</summary>
    public static string Hex(int number) => string.Create(CultureInfo.InvariantCulture, $"(0x{number:x})");

    /// <summary>A count that ends at a limit: beyond it, the limit and a plus.</summary>
    public static string Capped(int count, int max) =>
        count > max ? string.Create(CultureInfo.CurrentCulture, $"{max:N0}+") : count.ToString("N0", CultureInfo.CurrentCulture);
}
