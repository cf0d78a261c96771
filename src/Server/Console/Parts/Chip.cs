namespace Latchkey.Server.Console.Parts;

public enum Tone
{
    Mute,
    Ok,
    Info,
    Warn,
    Bad,
}

/// <summary>A state as people see it: icon, word and colour, and on hover what comes next.</summary>
public sealed record Chip(string Icon, Tone Tone, string Text, string? Hint = null);

public static class Tones
{
    public static string Css(this Tone tone) => tone switch
    {
        Tone.Mute => "mute",
        Tone.Ok => "ok",
        Tone.Info => "info",
        Tone.Warn => "warn",
        Tone.Bad => "bad",
    };
}
