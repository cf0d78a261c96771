using System.Net.Http.Json;
using Latchkey.Server.Notices;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using Xunit;

namespace Latchkey.Server.Tests.Notices;

public class MailTests(Houses houses)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    async Task<House> Server(Engine engine, SmtpSink sink) => await houses.Own(engine, new Dictionary<string, string?>
    {
        ["Latchkey:Mailbox"] = "false",
        ["Latchkey:Smtp:Host"] = "127.0.0.1",
        ["Latchkey:Smtp:Port"] = $"{sink.Port}",
        ["Latchkey:Smtp:Tls"] = "false",
        ["Latchkey:Smtp:From"] = "keys@server.example",
    });

    static Task<Message> Of(Site site, Guid? id) =>
        site.Read(db => db.Messages.AsNoTracking().SingleAsync(m => m.CustomerId == site.Id && m.Id == id, Cancel));

    // Moving the clock wakes the server's own pump too, and whichever takes a mail first sends it.
    static async Task<Message> Settled(Site site, Guid? id)
    {
        for (var tries = 0; ; tries++)
        {
            var message = await Of(site, id);
            if (message.Delivery is Delivery.Sent or Delivery.CameBack or Delivery.Stopped || tries == 200)
                return message;
            await Task.Delay(50, Cancel);
        }
    }

    [Theory, BothEngines]
    public async Task An_invitation_goes_out_whole_in_the_persons_language_and_leaves_nothing_behind(Engine engine)
    {
        using var sink = new SmtpSink();
        var server = await Server(engine, sink);
        var site = await server.NewSite("Alfa Reality");
        var invited = await site.Issue(new { id = Guid.NewGuid(), name = "Žofie Králová", email = "zofie@example.com", language = "cs" });
        Assert.Equal(Delivery.Queued, (await Of(site, invited.MessageId)).Delivery);

        Assert.Equal(1, await server.Get<MailPump>().RunOnce(Cancel));

        var mail = Assert.Single(sink.Mails);
        Assert.Equal("Váš mobilní klíč: Alfa Reality", mail.Subject);
        var from = Assert.IsType<MailboxAddress>(Assert.Single(mail.From));
        Assert.Equal(("Alfa Reality", "keys@server.example"), (from.Name, from.Address));
        Assert.Equal("zofie@example.com", Assert.IsType<MailboxAddress>(Assert.Single(mail.To)).Address);
        Assert.Contains(invited.Link, mail.TextBody, StringComparison.Ordinal);
        Assert.Contains($"href=\"{invited.Link}\"", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("pondělí 30. listopadu 2026, 15:05", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("Europe/Prague", mail.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", mail.HtmlBody, StringComparison.Ordinal);
        var picture = Assert.Single(mail.BodyParts.OfType<MimePart>(), p => p.ContentId == "qr");
        Assert.Equal("image/png", picture.ContentType.MimeType);

        var sent = await Settled(site, invited.MessageId);
        Assert.Equal((Delivery.Sent, null), (sent.Delivery, sent.BodySealed));
        Assert.Equal(0, await server.Get<MailPump>().RunOnce(Cancel));
        Assert.Single(sink.Mails);
    }

    [Theory, BothEngines]
    public async Task A_mail_that_is_held_up_is_tried_again_and_one_that_comes_back_is_not(Engine engine)
    {
        using var sink = new SmtpSink { Refusal = "451 try later" };
        var server = await Server(engine, sink);
        var site = await server.NewSite();
        var pump = server.Get<MailPump>();
        var invited = await site.Issue();
        await pump.RunOnce(Cancel);
        var held = await Of(site, invited.MessageId);
        Assert.Equal((Delivery.HeldUp, "451 try later"), (held.Delivery, held.Detail));
        Assert.NotNull(held.BodySealed);
        Assert.Equal(0, await pump.RunOnce(Cancel));

        sink.Refusal = null;
        server.Time.Advance(MailPump.Waits[0]);
        await pump.RunOnce(Cancel);
        Assert.Equal(Delivery.Sent, (await Settled(site, invited.MessageId)).Delivery);
        Assert.Single(sink.Mails);

        sink.Refusal = "550 5.1.1 no such box";
        var wrong = await site.Issue();
        await pump.RunOnce(Cancel);
        var back = await Settled(site, wrong.MessageId);
        Assert.Equal((Delivery.CameBack, "550 5.1.1 no such box", null), (back.Delivery, back.Detail, back.BodySealed));
    }

    [Theory, BothEngines]
    public async Task A_stopped_code_is_never_mailed(Engine engine)
    {
        using var sink = new SmtpSink();
        var server = await Server(engine, sink);
        var site = await server.NewSite();
        var first = await site.Issue();
        var second = await Site.Done<NewCodeAnswer>(await site.Act(first.MobileKeyId, "new-code"));
        var late = await site.Issue();
        await site.Act(late.MobileKeyId, "withdraw");
        await server.Get<MailPump>().RunOnce(Cancel);
        var mail = Assert.Single(sink.Mails);
        Assert.Contains(second.Code, mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("no longer works", mail.TextBody, StringComparison.Ordinal);
        foreach (var stopped in new[] { first, late })
        {
            var message = await Of(site, stopped.MessageId);
            Assert.Equal((Delivery.Stopped, null), (message.Delivery, message.BodySealed));
        }
    }

    [Theory, BothEngines]
    public async Task A_code_that_waits_to_be_mailed_goes_to_the_corrected_address(Engine engine)
    {
        using var sink = new SmtpSink { Refusal = "451 try later" };
        var server = await Server(engine, sink);
        var site = await server.NewSite();
        var pump = server.Get<MailPump>();
        var held = await site.Issue();
        await pump.RunOnce(Cancel);
        Assert.Equal(Delivery.HeldUp, (await Of(site, held.MessageId)).Delivery);
        var queued = await site.Issue(new { id = Guid.NewGuid(), userId = held.UserId });
        sink.Refusal = null;
        await Correct("jana@right.example");
        await pump.RunOnce(Cancel);
        await AllSettled();
        Assert.All(sink.Mails, m => Assert.Equal("jana@right.example", Assert.IsType<MailboxAddress>(Assert.Single(m.To)).Address));
        Assert.Equal(2, sink.Mails.Count);
        foreach (var invited in new[] { held, queued })
        {
            Assert.Single(sink.Mails, m => m.TextBody!.Contains(invited.Code, StringComparison.Ordinal));
            var message = await Of(site, invited.MessageId);
            Assert.Equal((Delivery.Stopped, null), (message.Delivery, message.BodySealed));
        }

        // What went out is not mailed again.
        await Correct("jana@other.example");
        Assert.Equal(0, await pump.RunOnce(Cancel));
        // A corrected address in one key's new code counts for the mails of the others; without an address they stop.
        sink.Refusal = "451 try later";
        var third = await site.Issue(new { id = Guid.NewGuid(), userId = held.UserId });
        await Site.Done<NewCodeAnswer>(await site.Act(held.MobileKeyId, "new-code", new { id = Guid.NewGuid(), email = "jana@last.example" }));
        Assert.Equal(Delivery.Stopped, (await Of(site, third.MessageId)).Delivery);
        Assert.Equal(["jana@last.example", "jana@last.example"], await Waiting());
        await Correct("");
        Assert.Empty(await Waiting());

        Task<string[]> Waiting() => site.Read(db => db.Messages
            .Where(m => m.CustomerId == site.Id && (m.Delivery == Delivery.Queued || m.Delivery == Delivery.HeldUp)).Select(m => m.To).ToArrayAsync(Cancel));

        async Task AllSettled()
        {
            foreach (var id in await site.Read(db => db.Messages.Where(m => m.CustomerId == site.Id).Select(m => m.Id).ToListAsync(Cancel)))
                await Settled(site, id);
        }

        async Task Correct(string email)
        {
            var version = await site.Read(db => db.Users.Where(u => u.CustomerId == site.Id && u.Id == held.UserId).Select(u => u.Version).SingleAsync(Cancel));
            using var done = await site.Api.PatchAsJsonAsync($"/api/v1/users/{held.UserId}", new { id = Guid.NewGuid(), version, email }, Cancel);
            Assert.True(done.IsSuccessStatusCode);
        }
    }

    [Theory, BothEngines]
    public async Task Of_two_replicas_one_sends_a_mail_however_long_the_mail_server_takes(Engine engine)
    {
        var server = await houses.Own(engine);
        var site = await server.NewSite();
        await server.Get<MailPump>().StopAsync(Cancel);
        var sent = new List<Guid>();
        var other = Pump(server, new Post((id, _) => Keep(id)));
        var slow = Pump(server, new Post(async (id, cancel) =>
        {
            server.Time.Advance(MailPump.SendAtMost - TimeSpan.FromSeconds(1));
            // The second of one batch is sent long after the batch was read.
            if (sent.Count == 1)
                Assert.Equal(0, await other.RunOnce(cancel));
            await Keep(id);
        }));
        await site.Issue();
        await site.Issue();
        Assert.Equal(2, await slow.RunOnce(Cancel));
        Assert.Equal((2, 2), (sent.Count, sent.Distinct().Count()));

        Task Keep(Guid id)
        {
            sent.Add(id);
            return Task.CompletedTask;
        }
    }

    [Theory, BothEngines]
    public async Task Who_lost_a_mail_to_another_replica_does_not_say_what_became_of_it(Engine engine)
    {
        var server = await houses.Own(engine);
        var site = await server.NewSite();
        await server.Get<MailPump>().StopAsync(Cancel);
        var other = Pump(server, new Post((_, _) => Task.CompletedTask));
        var stalled = Pump(server, new Post(async (_, _) =>
        {
            server.Time.Advance(MailPump.TakenFor);
            Assert.Equal(1, await other.RunOnce(Cancel));
            throw new MailRefused("451 try later", forEver: false, new IOException());
        }));
        var invited = await site.Issue();
        await stalled.RunOnce(Cancel);
        Assert.Equal(Delivery.Sent, (await Of(site, invited.MessageId)).Delivery);

        // A mail server that never answers is left, and the mail waits for the next try.
        var deaf = Pump(server, new Post(async (_, cancel) =>
        {
            server.Time.Advance(MailPump.SendAtMost);
            await Task.Delay(Timeout.Infinite, cancel);
        }));
        var next = await site.Issue();
        await deaf.RunOnce(Cancel);
        var held = await Of(site, next.MessageId);
        Assert.Equal((Delivery.HeldUp, server.Time.GetUtcNow() + MailPump.Waits[0]), (held.Delivery, held.NextTryAt));
    }

    static MailPump Pump(House server, IMailSender sender) =>
        new(server.Store, server.Get<Outbox>(), server.Time, NullLogger<MailPump>.Instance, sender);

    sealed class Post(Func<Guid, CancellationToken, Task> send) : IMailSender
    {
        public bool Keeps => false;

        public Task Send(Guid id, Mail mail, CancellationToken cancel) => send(id, cancel);
    }

    [Theory, BothEngines]
    public async Task A_mail_whose_code_has_ended_meanwhile_is_not_sent(Engine engine)
    {
        using var sink = new SmtpSink();
        var server = await Server(engine, sink);
        var site = await server.NewSite();
        var invited = await site.Issue();
        server.Time.Advance(TimeSpan.FromDays(7));
        await server.Get<MailPump>().RunOnce(Cancel);
        Assert.Equal(Delivery.Stopped, (await Settled(site, invited.MessageId)).Delivery);
        Assert.Empty(sink.Mails);
    }

    [Theory, BothEngines]
    public async Task Asking_for_a_new_code_reaches_the_administrators_once_a_day_and_carries_none(Engine engine)
    {
        using var sink = new SmtpSink();
        var server = await Server(engine, sink);
        var site = await server.NewSite();
        await site.Change(c => c.CodeLifeHours = 1);
        var invited = await site.Issue(new { id = Guid.NewGuid(), name = "Jana Nováková", notify = false });
        using var phone = new RawPhone(server);
        server.Time.Advance(TimeSpan.FromHours(2));
        for (var i = 0; i < 3; i++)
            Assert.Equal(System.Net.HttpStatusCode.Accepted, (await phone.Post("ask", new { code = invited.Code })).StatusCode);
        await server.Get<MailPump>().RunOnce(Cancel);
        var asked = await site.Read(db => db.Messages.Where(m => m.CustomerId == site.Id).Select(m => m.Id).SingleAsync(Cancel));
        Assert.Equal(Delivery.Sent, (await Settled(site, asked)).Delivery);
        var mail = Assert.Single(sink.Mails);
        Assert.Equal(site.Email, Assert.IsType<MailboxAddress>(Assert.Single(mail.To)).Address);
        Assert.DoesNotContain(invited.Code, mail.TextBody + mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains($"/users/{invited.UserNumber}", mail.TextBody, StringComparison.Ordinal);
        await Problem.Is(phone.Post("ask", new { code = "7K2M" }), "code-incomplete", "code");
    }

    [Theory, BothEngines]
    public async Task No_secret_is_ever_logged_or_lies_open_in_the_store(Engine engine)
    {
        using var sink = new SmtpSink { Refusal = "550 no" };
        var server = await Server(engine, sink);
        var site = await server.NewSite();
        var invited = await site.Issue();
        var second = await Site.Done<NewCodeAnswer>(await site.Act(invited.MobileKeyId, "new-code"));
        using var phone = new RawPhone(server);
        await phone.Post("look", new { code = second.Code });
        await phone.MustActivate(second.Code);
        await phone.Activate(invited.Code);
        await server.Get<MailPump>().RunOnce(Cancel);

        string[] secrets =
        [
            invited.Code, invited.Code.Replace("-", ""), second.Code, second.Code.Replace("-", ""), site.Token, Site.Password, Site.SystemKeyText,
        ];
        var logged = string.Join('\n', server.Logged);
        Assert.Contains("wallet/activate", logged, StringComparison.Ordinal); // the keeper heard something
        foreach (var secret in secrets)
            Assert.DoesNotContain(secret, logged, StringComparison.Ordinal);
        Assert.DoesNotContain("jana@example.com", logged, StringComparison.OrdinalIgnoreCase);
        var audit = await site.Read(db => db.AuditEntries.Where(a => a.AccountId == site.Id).Select(a => a.Payload).ToListAsync(Cancel));
        foreach (var secret in secrets)
            Assert.DoesNotContain(audit, payload => payload!.Contains(secret, StringComparison.Ordinal));
    }
}
