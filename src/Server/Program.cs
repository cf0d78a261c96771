using Latchkey.Server.Access;
using Latchkey.Server.Accounts;
using Latchkey.Server.Activation;
using Latchkey.Server.Administrators;
using Latchkey.Server.Audit;
using Latchkey.Server.Backups;
using Latchkey.Server.Console;
using Latchkey.Server.Credits;
using Latchkey.Server.Customers;
using Latchkey.Server.Demo;
using Latchkey.Server.Distributors;
using Latchkey.Server.Events;
using Latchkey.Server.Health;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Readers;
using Latchkey.Server.Storage;
using Latchkey.Server.Sync;
using Latchkey.Server.Users;
using Microsoft.AspNetCore.Connections;

try
{
    CommandWords.Check(args);
    // Settings are read once, at the start, so nothing needs to watch their files.
    var builder = WebApplication.CreateBuilder([.. args, "--hostBuilder:reloadConfigOnChange=false"]);
    builder.WebHost.UseStaticWebAssets();
    var demo = DemoOptions.Read(args);
    if (demo is not null)
        builder.Configuration.AddInMemoryCollection(demo.Settings);
    if (await VerifyVerb.Run(args, builder.Configuration, Console.Out) is { } verified)
        return verified;
    var settings = builder.AddHosting();
    if (await BackupVerbs.Run(args, settings, Console.Out) is { } ended)
        return ended;
    builder.Services.AddStorage(settings);
    builder.Services.AddKeys(settings);
    builder.Services.AddAudit();
    builder.Services.AddAccounts(settings);
    builder.Services.AddNotices(settings);
    builder.Services.AddAdministrators(settings);
    builder.Services.AddCredits();
    builder.Services.AddUsers();
    builder.Services.AddActivation();
    builder.Services.AddAccess();
    builder.Services.AddReaders();
    builder.Services.AddSync();
    builder.Services.AddEvents();
    builder.Services.AddCustomers();
    builder.Services.AddDistributors();
    builder.Services.AddHealth();
    builder.AddConsole();

    var app = builder.Build();
    await app.Services.KeepBeforeUpgrade();
    await app.Services.MigrateStore();
    if (demo is null)
        await app.Services.GetRequiredService<FirstSetup>().Offer(CancellationToken.None);
    app.UseHosting();
    app.UseConsole();
    app.UseCors();
    app.UseAuthentication();
    app.UseAuthorization();
    app.UseAntiforgery();
    app.MapHosting();
    app.MapStaticAssets();
    app.MapWallet();
    app.MapApiTokens();
    app.MapSystemKey();
    app.MapCredits();
    app.MapUsers();
    app.MapActivation();
    app.MapAccess();
    app.MapReaders();
    app.MapSync();
    app.MapEvents();
    app.MapConsole();
    await (demo is null ? app.RunAsync() : DemoHost.Run(app, demo));
    return 0;
}
catch (SettingsFault fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}
catch (IOException fault) when (fault.InnerException is AddressInUseException)
{
    await Console.Error.WriteLineAsync($"urls names an address that another program listens on: {fault.Message}");
    return 1;
}
