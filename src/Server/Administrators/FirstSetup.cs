using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Audit;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Storage;
using Microsoft.EntityFrameworkCore;

namespace Latchkey.Server.Administrators;

/// <summary>The first site and its administrator.</summary>
/// <param name="Code">From the file in the data folder; dashes, blanks and case don't matter.</param>
/// <param name="Site">Name of the customer, 1 to 80 characters.</param>
/// <param name="Name">The administrator's name, 1 to 80 characters.</param>
/// <param name="Email">The administrator's address.</param>
/// <param name="Password">By the rule of <see cref="Passwords"/>.</param>
/// <param name="TimeZone">IANA name; schedules are wall time in it.</param>
/// <param name="Language">Of mails to users.</param>
/// <param name="OwnLanguage">Of the administrator.</param>
public sealed record SetUpRequest(
    string? Code, string? Site, string? Name, string? Email, string? Password, string? TimeZone, string? Language, string OwnLanguage)
{
    // A record prints its members; code and password are not for printing.
    public override string ToString() => $"set-up of {Site}";
}

/// <summary>What installers type at each reader. The key is shown this once.</summary>
public sealed record SetUpAnswer(string Site, string SystemId, string SystemKey)
{
    public override string ToString() => $"site {SystemId}";
}

/// <summary>
/// The way into an installation that has no administrator. Whoever holds the code may make the first one, once; whoever starts the
/// server finds the code in a file that only its owner can read. It is never in an address or a log, since those are kept and passed on.
/// </summary>
public sealed class FirstSetup(
    Store store, OpenAccount open, Settings settings, Throttle throttle, TimeProvider time, ILogger<FirstSetup> log)
{
    public const string FileName = "setup-code";

    // 31 letters without look-alikes, 25 of them: 123 bits.
    const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
    const int Groups = 5;
    const int GroupChars = 5;

    string CodeFile => Path.Combine(settings.DataFolder, FileName);

    /// <summary>At each start: draws a code while there is no administrator, and takes the file away once there is one.</summary>
    public async Task Offer(CancellationToken cancel)
    {
        if (!await IsOpen(cancel))
        {
            File.Delete(CodeFile);
            return;
        }
        var code = string.Join('-', Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Alphabet, GroupChars)));
        var endsAt = time.GetUtcNow().AddHours(SetupCode.LifeHours);
        await store.Write(
            async db =>
            {
                await db.SetupCodes.ExecuteDeleteAsync(cancel);
                db.SetupCodes.Add(new() { Hash = Hash(code), EndsAt = endsAt });
            },
            cancel);
        Keep(code);
        log.LogWarning(
            "There is no administrator yet. Open {Address} and type the set-up code from {File}; it ends {EndsAt} UTC.",
            new Uri(settings.Origin, "setup"), CodeFile, endsAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    /// <summary>Whether there is nobody yet.</summary>
    public async Task<bool> IsOpen(CancellationToken cancel)
    {
        await using var db = store.Open();
        return !await db.Administrators.AnyAsync(cancel);
    }

    /// <summary>Makes site and administrator; refused as not there once somebody is.</summary>
    /// <param name="network">Who asks, as <see cref="Throttle.Network"/> says it.</param>
    public async Task<Outcome<SetUpAnswer>> Do(SetUpRequest request, string network, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!await IsOpen(cancel))
            return Refusal.NotFound;
        if (Lint(request) is { } refused)
            return refused;
        var subject = $"setup {network}";
        if (await throttle.TakeTry(subject, cancel) is { } seconds)
            return new Refused(Refusal.SignInWait, RetryAfterSeconds: seconds);
        var outcome = await store.Write(db => Make(db, request, cancel), made => made.Done, cancel);
        if (!outcome.Done)
            return outcome;
        await throttle.Forget(subject, cancel);
        File.Delete(CodeFile);
        log.LogWarning("The first administrator was made; the set-up page is gone.");
        return outcome;
    }

    static Refused? Lint(SetUpRequest request)
    {
        if (NameFault(request.Site, "site") is { } site)
            return site;
        if (NameFault(request.Name, "name") is { } name)
            return name;
        if (string.IsNullOrWhiteSpace(request.Email))
            return new(Refusal.EmailMissing, "email");
        if (!MailAddress.IsGood(request.Email))
            return new(Refusal.EmailWrong, "email");
        if (Passwords.Lint(request.Password, "password") is { } weak)
            return weak;
        if (request.TimeZone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out var zone) || !zone.HasIanaId)
            return new(Refusal.TimeZoneUnknown, "timeZone");
        return request.Language is null || !Languages.Known.Contains(request.Language) ? new(Refusal.LanguageUnknown, "language") : null;
    }

    static Refused? NameFault(string? name, string field) =>
        string.IsNullOrWhiteSpace(name) ? new(Refusal.NameMissing, field)
        : name.Trim().Length > Account.NameCharsMax || name.Any(char.IsControl) ? new(Refusal.NameTooLong, field)
        : null;

    async Task<Outcome<SetUpAnswer>> Make(Db db, SetUpRequest request, CancellationToken cancel)
    {
        var (hash, now) = (Hash(request.Code ?? ""), time.GetUtcNow());
        // Taking the row is what makes it single-use: of two at once one takes nothing.
        if (await db.SetupCodes.Where(c => c.Hash == hash && c.EndsAt > now).ExecuteDeleteAsync(cancel) == 0)
            return new Refused(Refusal.SetupCodeWrong, "code");
        // Replicas that start together each have a code; taking all rows leaves one winner among them, too.
        await db.SetupCodes.ExecuteDeleteAsync(cancel);
        if (await db.Administrators.AnyAsync(cancel))
            return Refusal.NotFound;
        var site = request.Site!.Trim();
        var systemKey = SystemKeys.DrawKey();
        var house = OpenAccount.Place(db, AccountKind.Operator, null, site, now);
        // Whoever runs the server for a house of their own would sell credits to nobody but themselves.
        var distributor = OpenAccount.Distributor(db, house.Id, site, now, creditsCounted: false);
        var systemId = distributor.NextSystemId();
        var customer = open.Customer(db, distributor.AccountId, site, systemId, systemKey, isDemo: false, now);
        (customer.TimeZone, customer.Language) = (request.TimeZone!, request.Language!);
        // At home in all three: who runs the installation of one house is no stranger in it.
        var administrator = OpenAccount.Administrator(
            db, house.Id, Role.Owner, request.Name!.Trim(), request.Email!.Trim(), request.Password!, now);
        administrator.Language = request.OwnLanguage;
        foreach (var below in new[] { distributor.AccountId, customer.AccountId })
            db.Memberships.Add(OpenAccount.Membership(below, administrator.Id, Role.Owner, now));
        foreach (var head in db.AuditHeads.Local.ToList())
            AuditChain.Append(db, head, administrator.Id, administrator.Name, "SetUp", head.AccountId, new { site, systemId }, now);
        return new SetUpAnswer(site, systemId, systemKey);
    }

    // 123 random bits: a plain hash is as good as a slow one, and comparing hashes tells nothing about the code.
    static byte[] Hash(string code) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant()));

    // The file is private before anything stands in it.
    void Keep(string code)
    {
        File.Delete(CodeFile);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(CodeFile, options);
        file.Write(Encoding.UTF8.GetBytes(code + "\n"));
    }
}
