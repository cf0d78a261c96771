namespace Latchkey.Server.Console.Parts;

/// <summary>How much a button asks for: one primary a page, danger only where something ends.</summary>
public enum Look
{
    Plain,
    Primary,
    Text,
    Danger,
    DangerText,
    DangerFill,
}

public static class Looks
{
    public static string Css(this Look look) => look switch
    {
        Look.Plain => "",
        Look.Primary => " primary",
        Look.Text => " text",
        Look.Danger => " danger",
        Look.DangerText => " text danger",
        Look.DangerFill => " danger-fill",
    };
}
