namespace Latchkey.Server.Administrators;

static class AdministratorsSetup
{
    public static void AddAdministrators(this IServiceCollection services)
    {
        services.AddSingleton<SignIn>();
        services.AddSingleton<SignOut>();
        services.AddSingleton<FirstSetup>();
        services.AddSingleton<ChangePassword>();
        services.AddSingleton<ListSessions>();
        services.AddSingleton<EndSessions>();
        services.AddSingleton<AdministratorMails>();
        services.AddSingleton<ListAdministrators>();
        services.AddSingleton<InviteAdministrator>();
        services.AddSingleton<ChangeAdministrator>();
        services.AddSingleton<SetAdministratorPassword>();
        services.AddSingleton<SendNewLink>();
        services.AddSingleton<DeleteAdministrator>();
        services.AddSingleton<UseLink>();
    }
}
