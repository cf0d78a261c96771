using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

static class AdministratorsSetup
{
    public static void AddAdministrators(this IServiceCollection services, Settings settings)
    {
        services.AddIdentityCore<Administrator>(identity =>
            {
                identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                identity.User.RequireUniqueEmail = true;
            })
            .AddUserStore<UserOnlyStore<Administrator, Db, Guid, IdentityUserClaim<Guid>, IdentityUserLogin<Guid>, IdentityUserToken<Guid>, Passkey>>();
        services.AddSingleton<IPasswordHasher<Administrator>, Argon2>();
        services.AddScoped<IPasskeyHandler<Administrator>, PasskeyHandler<Administrator>>();
        services.Configure<IdentityPasskeyOptions>(options => Passkeys.Options(options, settings));
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
        services.AddSingleton<SecondStep>();
        services.AddSingleton<Passkeys>();
        services.AddSingleton<ReadProfile>();
        services.AddSingleton<ChangeProfile>();
        services.AddSingleton<FactorActs>();
        services.AddSingleton<PasskeyActs>();
        services.AddSingleton<ResetFactors>();
        services.AddSingleton<AskForNewPassword>();
        services.AddHostedService(s => s.GetRequiredService<AskForNewPassword>());
    }
}
