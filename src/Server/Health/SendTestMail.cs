using System.Globalization;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Notices;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Health;

/// <summary>Sends a mail past the outbox and waits for the mail server's word.</summary>
/// <param name="Id">Made by the client.</param>
/// <param name="To">A mail address.</param>
/// <param name="Language">Of the mail.</param>
public sealed record SendTestMailRequest(Guid Id, string? To, string? Language = null);

/// <param name="Fault">The mail server's own words; null is that it took the mail.</param>
public sealed record SendTestMailAnswer(string? Fault);

sealed class SendTestMail(Acts acts, Settings settings, IMailSender? sender = null)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<Outcome<SendTestMailAnswer>> Do(Actor actor, Guid operatorId, SendTestMailRequest request, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        // Audited first, sent afterwards: a mail server may take its time, and an act holds the account meanwhile.
        var asked = await acts.Do<SendTestMailRequest, bool>(
            nameof(SendTestMail), actor, operatorId, Role.Owner, request.Id, request,
            async act =>
            {
                if (!await act.Db.Accounts.AnyAsync(a => a.Id == operatorId && a.Kind == AccountKind.Operator, act.Cancel))
                    return Refusal.NotFound;
                if (string.IsNullOrWhiteSpace(request.To))
                    return new Refused(Refusal.EmailMissing, "to");
                if (!MailAddress.IsGood(request.To))
                    return new Refused(Refusal.EmailWrong, "to");
                if (request.Language is { } language && !Languages.Known.Contains(language))
                    return new Refused(Refusal.LanguageUnknown, "language");
                if (settings.Mailbox || sender is null)
                    return Refusal.MailOff;
                act.Audit(operatorId, new { request.To });
                return true;
            },
            cancel);
        if (!asked.Done)
            return asked.Refused;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        late.CancelAfter(Patience);
        try
        {
            await sender!.Send(request.Id, Write(request.To!, request.Language ?? Languages.Default, settings.Origin), late.Token);
            return new SendTestMailAnswer(null);
        }
        catch (MailRefused refused)
        {
            return new SendTestMailAnswer(refused.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new SendTestMailAnswer("timeout");
        }
    }

    static Mail Write(string to, string language, Uri origin)
    {
        var words = CultureInfo.GetCultureInfo(language);
        string Say(string key, params object[] values) => string.Format(words, InvitationMail.Word(key, words), values);
        var (subject, text) = (Say("Test.Subject"), Say("Test.Text", origin.Host));
        const string Name = "Latchkey";
        return new(
            Name, null, to, to, language, subject, text + "\n",
            MailHtml.Write(language, subject, Name, Say("Invitation.SentBy", Name), MailHtml.Title(subject), MailHtml.Paragraph(text)), null);
    }
}
