namespace Latchkey.Server.Distributors;

static class DistributorsSetup
{
    public static void AddDistributors(this IServiceCollection services)
    {
        services.AddSingleton<CreateDistributor>();
        services.AddSingleton<EditDistributor>();
        services.AddSingleton<DeleteDistributor>();
        services.AddSingleton<RestoreDistributor>();
    }
}
