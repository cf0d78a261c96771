namespace Latchkey.Server.Users;

static class UsersSetup
{
    public static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<OpenCodes>();
        services.AddSingleton<SendInvitation>();
        services.AddSingleton<IssueMobileKey>();
        services.AddSingleton<NewCode>();
        services.AddSingleton<ReadUser>();
        services.AddSingleton<UpdateUser>();
        services.AddSingleton<SuspendUser>();
        services.AddSingleton<ResumeUser>();
        services.AddSingleton<DeleteUser>();
        services.AddSingleton<RenameDevice>();
        services.AddSingleton<RemoveDevice>();
        services.AddSingleton<SuspendMobileKey>();
        services.AddSingleton<ResumeMobileKey>();
        services.AddSingleton<RevokeMobileKey>();
        services.AddSingleton<ChangeValidity>();
        services.AddSingleton<WithdrawInvitation>();
        services.AddSingleton<EndedInvitations>();
        services.AddHostedService(s => s.GetRequiredService<EndedInvitations>());
    }
}
