
namespace Latchkey.Server.Customers;

static class CustomersSetup
{
    public static void AddCustomers(this IServiceCollection services)
    {
        services.AddSingleton<CreateCustomer>();
        services.AddSingleton<ReadCustomer>();
        services.AddSingleton<RenameCustomer>();
        services.AddSingleton<EditSystem>();
        services.AddSingleton<SetLowestWallet>();
        services.AddSingleton<EditContact>();
        services.AddSingleton<EditKeySettings>();
        services.AddSingleton<EditGlobalAccess>();
        services.AddSingleton<AllowDuplicates>();
        services.AddSingleton<SetDistributorAccess>();
        services.AddSingleton<DeleteCustomer>();
        services.AddSingleton<RestoreCustomer>();
        services.AddSingleton<BreakGlass>();
    }
}
