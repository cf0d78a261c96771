namespace Latchkey.Server.Audit;

static class AuditSetup
{
    public static void AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AuditWatch>();
        services.AddHostedService(s => s.GetRequiredService<AuditWatch>());
    }
}
