using System.Globalization;
using System.Xml.Linq;

namespace Latchkey.Journey.Tests.Setting;

/// <summary>The console's words in one language, so that one journey is walked in several.</summary>
sealed class Words
{
    readonly Dictionary<string, string> texts;
    readonly CultureInfo culture;

    public Words(string language)
    {
        culture = CultureInfo.GetCultureInfo(language);
        var file = Path.Combine(Repository.Root, "src", "Server", "Console", language == "en" ? "Texts.resx" : $"Texts.{language}.resx");
        texts = XDocument.Load(file).Root!.Elements("data").ToDictionary(d => (string)d.Attribute("name")!, d => (string)d.Element("value")!);
    }

    public string this[string key, params object[] values] => string.Format(culture, texts[key], values);
}
