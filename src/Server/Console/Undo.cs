using Microsoft.Extensions.Localization;
using MudBlazor;

namespace Latchkey.Server.Console;

/// <summary>Says that something is done, with a way back while it stands.</summary>
static class Undo
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PlainTime = TimeSpan.FromSeconds(4);

    public static void Done(this ISnackbar bar, string said) => bar.Add(said, Severity.Normal, o =>
    {
        o.HideIcon = true;
        o.VisibleStateDuration = (int)PlainTime.TotalMilliseconds;
    });

    public static void Done(this ISnackbar bar, string said, IStringLocalizer<Texts> texts, Func<Task> back) =>
        bar.Add(said, Severity.Normal, o =>
        {
            o.HideIcon = true;
            o.Action = texts["Undo"];
            o.OnClick = _ => back();
        });
}
