using System.Globalization;
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace Latchkey.Server.Console;

/// <summary>The component library's own words (close, next month, …) in the console's languages.</summary>
sealed class LibraryTexts(IStringLocalizer<Texts> texts) : MudLocalizer
{
    /// <summary>Ours where we have said it; a key we have not met falls back to the library's English.</summary>
    public override LocalizedString this[string key] => texts["Library." + key] is { ResourceNotFound: false } ours
        ? new LocalizedString(key, ours.Value)
        : new LocalizedString(key, key, resourceNotFound: true);

    public override LocalizedString this[string key, params object[] arguments] => this[key] is { ResourceNotFound: false } ours
        ? new LocalizedString(key, string.Format(CultureInfo.CurrentCulture, ours.Value, arguments))
        : new LocalizedString(key, key, resourceNotFound: true);
}
