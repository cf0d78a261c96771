using Latchkey.Server.Hosting;

namespace Latchkey.Server.Notices;

static class NoticesSetup
{
    public static void AddNotices(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<Outbox>();
        services.AddSingleton<Mailbox>();
        if (settings.Mailbox)
            services.AddSingleton<IMailSender, MailboxSender>();
        else if (settings.Smtp is { } smtp)
            services.AddSingleton<IMailSender>(new SmtpSender(smtp, settings.Origin));
        services.AddSingleton<MailPump>();
        services.AddHostedService(s => s.GetRequiredService<MailPump>());
    }
}
