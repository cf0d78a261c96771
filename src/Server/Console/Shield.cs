using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.Localization;
using MudBlazor;

namespace Latchkey.Server.Console;

/// <summary>Around a part beside the page: a fault of it is said in a line and begins it anew; page and circuit live on.</summary>
public sealed class Shield : ErrorBoundaryBase
{
    [Inject] private ISnackbar Bar { get; set; } = null!;
    [Inject] private IStringLocalizer<Texts> T { get; set; } = null!;
    [Inject] private ILogger<Shield> Log { get; set; } = null!;

    protected override Task OnErrorAsync(Exception exception)
    {
        Log.LogError(exception, "A part of the console failed and begins anew");
        Bar.Done(T["Fault.Part"]);
        return Task.CompletedTask;
    }

    // Drawn without its content once, so that this is made anew.
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        if (CurrentException is null)
            builder.AddContent(0, ChildContent);
    }

    protected override void OnAfterRender(bool firstRender) => Recover();
}
