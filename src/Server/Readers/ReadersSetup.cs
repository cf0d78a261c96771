namespace Latchkey.Server.Readers;

static class ReadersSetup
{
    public static void AddReaders(this IServiceCollection services)
    {
        services.AddSingleton<CreatePairingCode>();
        services.AddSingleton<ConfirmPairing>();
        services.AddSingleton<RefusePairing>();
        services.AddSingleton<AskForPairing>();
        services.AddSingleton<PairingStanding>();
        services.AddSingleton<PairingList>();
        services.AddSingleton<UpdateReader>();
        services.AddSingleton<DeleteReader>();
        services.AddSingleton<AcceptLostEvents>();
        services.AddSingleton<OpenReader>();
        services.AddSingleton<IdentifyReader>();
        services.AddSingleton<ReaderList>();
        services.AddSingleton<ReaderCard>();
    }
}
