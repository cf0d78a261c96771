using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Health;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Latchkey.Server.Health.HealthFinding;

namespace Latchkey.Server.Tests.Health;

public class HealthTests(Houses houses)
{
    static readonly DateTimeOffset Now = new(2026, 11, 23, 14, 5, 0, TimeSpan.Zero);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static readonly HealthFacts Good = new()
    {
        Now = Now,
        Origin = new("https://keys.example.org"),
        CertificateEndsAt = Now.AddDays(60),
        Mail = MailWay.Server,
        ClockSynchronized = true,
        IsSqlite = true,
        FreeBytes = 1L << 40,
        BackupAt = Now.AddDays(-1),
        Readers = 2,
        ReadersLinked = 2,
        Chains = 3,
    };

    /// <summary>Every finding, from what it is made of; on both sides of each limit.</summary>
    static readonly (HealthFinding Finding, HealthFacts Facts)[] Table =
    [
        (AddressReached, Good),
        (AddressOnlyHere, Good with { Origin = new("http://localhost:5000") }),
        (AddressUnreachable, Good with { OriginFault = "refused" }),
        (AddressUnreachable, Good with { OriginFault = "refused", Origin = new("http://localhost:5000") }),
        (CertificateGood, Good),
        (CertificateGood, Good with { CertificateEndsAt = Now.AddDays(21) }),
        (CertificateAtProxy, Good with { BehindProxy = true }),
        (CertificateEndsSoon, Good with { CertificateEndsAt = Now.AddDays(21).AddSeconds(-1) }),
        (CertificateEndsSoon, Good with { CertificateEndsAt = Now.AddSeconds(1), BehindProxy = true }),
        (CertificateOver, Good with { CertificateEndsAt = Now }),
        (CertificateUnknown, Good with { CertificateEndsAt = null }),
        (CertificateNone, Good with { Origin = new("http://localhost:5000"), CertificateEndsAt = null }),
        (HealthFinding.MailServer, Good),
        (MailKept, Good with { Mail = MailWay.Kept }),
        (MailNone, Good with { Mail = MailWay.None }),
        (ClockSynchronized, Good),
        (ClockSynchronized, Good with { AheadOfStore = TimeSpan.FromSeconds(-2) }),
        (ClockNotSynchronized, Good with { ClockSynchronized = false }),
        (ClockOff, Good with { AheadOfStore = TimeSpan.FromSeconds(2.1) }),
        (ClockOff, Good with { AheadOfStore = TimeSpan.FromSeconds(-3), ClockSynchronized = false }),
        (ClockUnknown, Good with { ClockSynchronized = null }),
        (StoreSqlite, Good),
        (StorePostgres, Good with { IsSqlite = false }),
        (DataGood, Good with { FreeBytes = HealthTable.FreeBytesGood }),
        (DataLittle, Good with { FreeBytes = HealthTable.FreeBytesGood - 1 }),
        (DataLittle, Good with { FreeBytes = HealthTable.FreeBytesMin }),
        (DataFull, Good with { FreeBytes = HealthTable.FreeBytesMin - 1, DataOpen = true }),
        (DataOpen, Good with { DataOpen = true }),
        (BackupFresh, Good with { BackupAt = Now.AddDays(-7) }),
        (BackupOld, Good with { BackupAt = Now.AddDays(-7).AddSeconds(-1) }),
        (BackupNever, Good with { BackupAt = null }),
        (BackupByTools, Good with { IsSqlite = false }),
        (OutboxGood, Good),
        (OutboxGood, Good with { MailsWaiting = 1, OldestMailAt = Now.AddMinutes(-10) }),
        (OutboxGood, Good with { Mail = MailWay.None, MailsWaiting = 1, OldestMailAt = Now.AddDays(-1) }),
        (OutboxStuck, Good with { MailsWaiting = 1, OldestMailAt = Now.AddMinutes(-10).AddSeconds(-1) }),
        (OutboxHeldUp, Good with { MailsWaiting = 1, MailsHeldUp = 1 }),
        (ReadersNone, Good with { Readers = 0, ReadersLinked = 0 }),
        (ReadersLinked, Good),
        (ReadersAway, Good with { ReadersLinked = 1 }),
        (ReplicaAlone, Good),
        (ReplicasLinked, Good with { IsSqlite = false, Replicas = 2 }),
        (AuditWhole, Good),
        (AuditBroken, Good with { ChainsBroken = 1 }),
    ];

    [Fact]
    public void Each_part_has_one_line_and_each_finding_its_cause()
    {
        foreach (var (finding, facts) in Table)
        {
            var lines = HealthTable.Judge(facts);
            Assert.Equal(Enum.GetValues<HealthPart>(), lines.Select(l => l.Part));
            Assert.True(lines.Any(l => l.Finding == finding), $"{finding}: {string.Join(' ', lines.Select(l => l.Finding))}");
            Assert.All(lines, l => Assert.Equal((l.Part, l.State, l.Mend, l.Chapter), HealthTable.Of(l.Finding)));
        }
        Assert.Equal(Enum.GetValues<HealthFinding>(), Table.Select(t => t.Finding).Distinct().Order());
        Assert.All(HealthTable.Judge(Good), l => Assert.Equal(HealthState.Good, l.State));
    }

    [Fact]
    public void The_guide_has_the_chapters_that_lines_point_to()
    {
        var guide = File.ReadAllLines(Path.Combine(Tidy.Repository.Root, "docs", "guide", "operator.md"));
        var chapters = guide.Where(l => l.StartsWith('#')).Select(l => new string([.. l.TrimStart('#', ' ').ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-')]).Replace(' ', '-')).ToHashSet();
        Assert.Subset(chapters, Enum.GetValues<HealthFinding>().Select(f => HealthTable.Of(f).Chapter).ToHashSet());
    }

    /// <summary>An owner at the operator of a site.</summary>
    static async Task<(Guid Id, Actor Actor)> Operator(House house, Site site, Role role = Role.Owner)
    {
        var (id, administrator, session) = (default(Guid), default(Administrator)!, default(Session)!);
        var now = house.Time.GetUtcNow();
        await house.Store.Write(
            async db =>
            {
                id = (await db.Accounts.Where(a => a.Id == site.DistributorId).Select(a => a.ParentId).SingleAsync(Cancel))!.Value;
                administrator = OpenAccount.Administrator(db, id, role, "Olga Řehořová", $"{Guid.NewGuid():N}@operator.example", Site.Password, now);
                db.Sessions.Add(session = Session.Begin(administrator.Id, now));
            },
            Cancel);
        return (id, new(ActorKind.Administrator, administrator.Id, administrator.SecurityStamp!) { Session = session.Id });
    }

    [Theory, BothEngines]
    public async Task An_operator_sees_what_is_there_and_nobody_else_does(Engine engine)
    {
        var house = await houses.Own(engine);
        var site = await house.NewSite();
        var (account, olga) = await Operator(house, site, Role.Auditor);
        var health = house.Get<ReadHealth>();
        async Task<Dictionary<HealthPart, HealthLine>> Ask() => (await health.Ask(olga, account, Cancel)).Value!.ToDictionary(l => l.Part);
        var lines = await Ask();
        Assert.Equal(CertificateNone, lines[HealthPart.Certificate].Finding);
        Assert.Equal(MailKept, lines[HealthPart.Mail].Finding);
        Assert.Equal(engine == Engine.Sqlite ? StoreSqlite : StorePostgres, lines[HealthPart.Store].Finding);
        Assert.Matches(@"^\d+\.\d+", (string)lines[HealthPart.Store].Values[0]);
        Assert.True(((Bytes)lines[HealthPart.Store].Values[1]).Count > 1000);
        Assert.Equal(engine == Engine.Sqlite ? BackupNever : BackupByTools, lines[HealthPart.Backup].Finding);
        Assert.Equal(engine == Engine.Sqlite ? ReplicaAlone : ReplicasLinked, lines[HealthPart.Replicas].Finding);
        Assert.Equal(ReadersNone, lines[HealthPart.Readers].Finding);
        // The test's own clock stands elsewhere than the database's.
        Assert.Equal(engine == Engine.Sqlite, lines[HealthPart.Clock].Finding != ClockOff);
        Assert.Equal((AuditWhole, 3), (lines[HealthPart.Audit].Finding, (int)lines[HealthPart.Audit].Values[0]));

        await house.Store.Write(
            db =>
            {
                db.BackupsMade.Add(new() { Id = Guid.NewGuid(), At = house.Time.GetUtcNow(), File = "/backup" });
                db.AuditVerdicts.Add(new() { AccountId = site.Id, Fault = Server.Audit.AuditFault.Changed });
                return Task.CompletedTask;
            },
            Cancel);
        using var reader = await new DoorReader(site).Ready();
        lines = await Ask();
        Assert.Equal(engine == Engine.Sqlite ? BackupFresh : BackupByTools, lines[HealthPart.Backup].Finding);
        Assert.Equal(AuditBroken, lines[HealthPart.Audit].Finding);
        Assert.Equal(1, lines[HealthPart.Readers].Values.OfType<int>().Last());

        Assert.Equal(Refusal.NotFound, (await health.Ask(site.Owner, account, Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await health.Ask(site.Owner, site.Id, Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.SignedOut, (await health.Ask(Actor.Nobody, account, Cancel)).Refused?.Refusal);
    }

    [Theory, BothEngines]
    public async Task A_test_mail_goes_out_at_once_and_the_mail_servers_no_is_said_in_its_words(Engine engine)
    {
        using var sink = new SmtpSink();
        var house = await houses.Own(engine, new Dictionary<string, string?>
        {
            ["Latchkey:Mailbox"] = "false",
            ["Latchkey:Smtp:Host"] = "127.0.0.1",
            ["Latchkey:Smtp:Port"] = $"{sink.Port}",
            ["Latchkey:Smtp:Tls"] = "false",
            ["Latchkey:Smtp:From"] = "keys@server.example",
        });
        var site = await house.NewSite();
        var (account, olga) = await Operator(house, site);
        var send = house.Get<SendTestMail>();
        var done = await send.Do(olga, account, new(Guid.NewGuid(), "olga@operator.example", "cs"), Cancel);
        Assert.True(done.Done && done.Value.Fault is null, done.Refused?.ToString() ?? done.Value?.Fault);
        var mail = Assert.Single(sink.Mails);
        Assert.Equal("Zkušební e-mail od Latchkey", mail.Subject);
        Assert.Equal(["SendTestMail"], await site.Read(db => db.AuditEntries.Where(a => a.AccountId == account).Select(a => a.Act).ToListAsync(Cancel)));

        sink.Refusal = "550 no such mailbox";
        Assert.Equal("550 no such mailbox", (await send.Do(olga, account, new(Guid.NewGuid(), "olga@operator.example"), Cancel)).Value!.Fault);
        Assert.Equal(Refusal.EmailWrong, (await send.Do(olga, account, new(Guid.NewGuid(), "olga"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.EmailMissing, (await send.Do(olga, account, new(Guid.NewGuid(), " "), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await send.Do(site.Owner, account, new(Guid.NewGuid(), "a@example.com"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.NotFound, (await send.Do(site.Owner, site.Id, new(Guid.NewGuid(), "a@example.com"), Cancel)).Refused?.Refusal);
        Assert.Equal(Refusal.RoleTooLow, (await send.Do((await Operator(house, site, Role.KeyManager)).Actor, account, new(Guid.NewGuid(), "a@example.com"), Cancel)).Refused?.Refusal);
        Assert.Single(sink.Mails);
    }

    /// <summary>Answers each connection with one HTTP answer; in TLS where there is a certificate.</summary>
    static async Task Serve(TcpListener listener, string answer, X509Certificate2? certificate)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(Cancel);
                Stream stream = client.GetStream();
                if (certificate is not null)
                {
                    var tls = new SslStream(stream);
                    try
                    {
                        await tls.AuthenticateAsServerAsync(certificate);
                    }
                    catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
                    {
                        continue; // whoever asks does not trust it
                    }
                    stream = tls;
                }
                await stream.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: Cancel);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"), Cancel);
                await stream.DisposeAsync();
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    static async Task<OriginAnswer> Probe(string answer, X509Certificate2? certificate = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Serve(listener, answer, certificate);
        var scheme = certificate is null ? "http" : "https";
        return await OriginProbe.Ask(new($"{scheme}://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}"), Cancel);
    }

    [Fact]
    public async Task The_own_address_is_asked_as_a_phone_would()
    {
        Assert.Equal(new(null, null), await Probe("Healthy"));
        Assert.NotNull((await Probe("Welcome to nginx")).Fault);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ends = new DateTimeOffset(2040, 1, 2, 3, 4, 5, TimeSpan.Zero);
        using var own = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(ends.AddYears(-30), ends);
        var distrusted = await Probe("Healthy", own);
        Assert.Contains("RemoteCertificate", distrusted.Fault, StringComparison.Ordinal);
        Assert.Equal(ends, distrusted.CertificateEndsAt);

        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();
        Assert.NotNull((await OriginProbe.Ask(new($"http://localhost:{port}"), Cancel)).Fault);
    }
}
