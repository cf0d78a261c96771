using System.Globalization;
using Latchkey.Server.Hosting;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Latchkey.Server.Notices;

/// <summary>Where mails go: to a mail server, or into the demo's own mailbox.</summary>
interface IMailSender
{
    /// <summary>Whether the mail must stay readable here after it was sent.</summary>
    bool Keeps { get; }

    /// <exception cref="MailRefused">The mail server does not want this mail, now or ever.</exception>
    Task Send(Guid id, Mail mail, CancellationToken cancel);
}

/// <summary>The mail server said no.</summary>
sealed class MailRefused(string words, bool forEver, Exception inner) : Exception(words, inner)
{
    public bool ForEver => forEver;
}

/// <summary>The demo's mailbox: sending is keeping.</summary>
sealed class MailboxSender : IMailSender
{
    public bool Keeps => true;

    public Task Send(Guid id, Mail mail, CancellationToken cancel) => Task.CompletedTask;
}

sealed class SmtpSender(SmtpSettings smtp, Uri origin) : IMailSender
{
    public const int TimeoutMilliseconds = 30_000;

    public bool Keeps => false;

    public async Task Send(Guid id, Mail mail, CancellationToken cancel)
    {
        using var message = MimeMail.Build(id, mail, smtp.From, origin);
        using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
        try
        {
            await client.ConnectAsync(smtp.Host, smtp.Port, Security, cancel);
            if (smtp.User is { Length: > 0 } user)
                await client.AuthenticateAsync(user, smtp.Password ?? "", cancel);
            await client.SendAsync(message, cancel);
            await client.DisconnectAsync(quit: true, cancel);
        }
        catch (SmtpCommandException refused)
        {
            var code = (int)refused.StatusCode;
            // 5xx about this mail is for ever; about our way in (530, 535, 538) it is a matter of settings, so the mail waits.
            var forEver = code is >= 500 and not (530 or 534 or 535 or 538);
            throw new MailRefused(string.Create(CultureInfo.InvariantCulture, $"{code} {refused.Message}"), forEver, refused);
        }
        catch (Exception fault) when (fault is IOException or System.Net.Sockets.SocketException or SmtpProtocolException
            or AuthenticationException or SslHandshakeException or TimeoutException or NotSupportedException)
        {
            throw new MailRefused(fault.Message, forEver: false, fault);
        }
    }

    // With Tls set, a server that offers none gets no mail: the mail carries a code.
    SecureSocketOptions Security => (smtp.Tls, smtp.Port) switch
    {
        (true, 465) => SecureSocketOptions.SslOnConnect,
        (true, _) => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };
}
