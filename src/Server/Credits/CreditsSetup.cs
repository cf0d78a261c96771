namespace Latchkey.Server.Credits;

static class CreditsSetup
{
    public static void AddCredits(this IServiceCollection services)
    {
        services.AddSingleton<SellCredits>();
        services.AddSingleton<TakeBackCredits>();
        services.AddSingleton<TransferCredits>();
        services.AddSingleton<RefundCredits>();
        services.AddSingleton<CountCredits>();
        services.AddSingleton<CreditStatement>();
        services.AddSingleton<CreditSales>();
        services.AddSingleton<LowCredits>();
        services.AddSingleton<Reconcile>();
    }
}
