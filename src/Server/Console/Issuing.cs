using Latchkey.Server.Console.Pages;
using MudBlazor;

namespace Latchkey.Server.Console;

/// <summary>Opens the dialogs in which codes are made, from wherever they are offered.</summary>
public sealed class Issuing(IDialogService dialogs)
{
    /// <summary>The dialog for a new mobile key; with <paramref name="forUser"/>, for one more device of that user.</summary>
    public Task Open(Guid? forUser = null, string? name = null, string? email = null) =>
        dialogs.ShowAsync<NewKeyDialog>(null, new DialogParameters<NewKeyDialog> { { d => d.ForUser, forUser }, { d => d.ForName, name }, { d => d.ForEmail, email } }, LatchkeyTheme.Sheet);

    /// <summary>A fresh code for a key that waits: the earlier one stops.</summary>
    public Task OpenNewCode(Guid mobileKeyId, string name, string? email) =>
        dialogs.ShowAsync<NewCodeDialog>(null, new DialogParameters<NewCodeDialog> { { d => d.KeyId, mobileKeyId }, { d => d.Name, name }, { d => d.Email, email } }, LatchkeyTheme.Sheet);
}
