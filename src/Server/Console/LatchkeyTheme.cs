using MudBlazor;

namespace Latchkey.Server.Console;

/// <summary>
/// What the library's own parts need to know of our looks. Colours are not here: <c>console.css</c> hands the tokens of
/// <c>tokens.css</c> to the library's palette, so that a colour is written down once, for light and dark.
/// </summary>
static class LatchkeyTheme
{
    public static readonly MudTheme Theme = new()
    {
        LayoutProperties = new()
        {
            DefaultBorderRadius = "8px",
            DrawerWidthLeft = "248px",
            DrawerMiniWidthLeft = "72px",
            DrawerWidthRight = "480px",
            AppbarHeight = "60px",
        },
        Typography = new()
        {
            Default = new DefaultTypography { FontFamily = Family, FontSize = "0.875rem", LineHeight = "1.43", LetterSpacing = "normal" },
            H1 = new H1Typography { FontFamily = Family, FontSize = "1.5rem", FontWeight = "650", LineHeight = "1.333", LetterSpacing = "-0.015em" },
            H2 = new H2Typography { FontFamily = Family, FontSize = "1.25rem", FontWeight = "650", LineHeight = "1.4", LetterSpacing = "-0.01em" },
            H3 = new H3Typography { FontFamily = Family, FontSize = "0.9375rem", FontWeight = "620", LineHeight = "1.333", LetterSpacing = "normal" },
            Body1 = new Body1Typography { FontFamily = Family, FontSize = "0.875rem", LineHeight = "1.43", LetterSpacing = "normal" },
            Body2 = new Body2Typography { FontFamily = Family, FontSize = "0.8125rem", LineHeight = "1.385", LetterSpacing = "normal" },
            Button = new ButtonTypography { FontFamily = Family, FontSize = "0.875rem", FontWeight = "550", LetterSpacing = "normal", TextTransform = "none" },
            Caption = new CaptionTypography { FontFamily = Family, FontSize = "0.78rem", LineHeight = "1.36", LetterSpacing = "normal" },
        },
    };

    private static readonly string[] Family = ["var(--font)"];

    public static readonly DialogOptions Sheet = new()
    {
        MaxWidth = MaxWidth.Small,
        FullWidth = true,
        BackdropClick = false,
        CloseOnEscapeKey = true,
        NoHeader = false,
        CloseButton = false,
        // The focus of dialogs is console.js's.
        DefaultFocus = DefaultFocus.None,
    };
}
