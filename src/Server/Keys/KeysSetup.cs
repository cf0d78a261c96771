using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Latchkey.Server.Keys;

static class KeysSetup
{
    public static void AddKeys(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(new SecretBox(MasterKeyFile.ReadOrMake(settings.DataFolder)));
        services.AddSingleton<CodeKey>();
        services.AddSingleton<SiteSigners>();
        services.AddSingleton<SystemKeys>();
        services.AddDataProtection().SetApplicationName("latchkey").PersistKeysToDbContext<Db>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, SealedKeyRing>();
    }
}
