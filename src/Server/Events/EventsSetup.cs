namespace Latchkey.Server.Events;

static class EventsSetup
{
    public static void AddEvents(this IServiceCollection services)
    {
        services.AddSingleton<StoreEvents>();
        services.AddSingleton<EventList>();
        services.AddSingleton<LiveEvents>();
        services.AddSingleton<WhyEvent>();
    }
}
