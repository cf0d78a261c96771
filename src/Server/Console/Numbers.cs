using System.Globalization;

namespace Latchkey.Server.Console;

/// <summary>Numbers as people and installers both read them.</summary>
static class Numbers
{
    /// <summary>A User ID in hex, as the manual and many panels write it.</summary>
    public static string Hex(int number) => string.Create(CultureInfo.InvariantCulture, $"(0x{number:x})");
}
