namespace Latchkey.Server.Health;

static class HealthSetup
{
    public static void AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<OriginProbe>();
        services.AddSingleton<ReadHealth>();
        services.AddSingleton<SendTestMail>();
    }
}
