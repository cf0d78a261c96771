using System.Diagnostics;
using Latchkey.Server.Accounts;
using Latchkey.Server.Console;
using Latchkey.Server.Events;
using Latchkey.Server.Hosting;
using Latchkey.Server.Keys;
using Latchkey.Server.Notices;
using Latchkey.Server.Storage;
using Latchkey.Server.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.Bench;

/// <summary>
/// Lists and searches among 100,000 customers and 1,000,000 users: one customer has 200,000 of the users, each with a phone, a key, a mail and an event; the
/// others have eight each. Each question is asked as the console asks it, through the gate that checks session and role.
/// </summary>
sealed class Lists
{
    const int Customers = 100_000;
    const int Users = 1_000_000;
    const int BigUsers = 200_000;
    const int Times = 60;
    const double GoalMs = 50;

    static readonly string[] First =
        ["Jana", "Jan", "Petr", "Eva", "Žofie", "Anna", "Åsa", "Lars", "Ingrid", "Karl", "Marie", "Tomáš", "Zdeněk", "Ola", "Hugo", "Lea", "Noah", "Emil", "Vera", "Iva"];

    static readonly string[] Heads = ["Nov", "Svob", "Dvoř", "Čern", "Proch", "Kuč", "Ves", "Hor", "Něm", "Mar", "Posp", "Háj", "Jel", "Král", "Růž", "Ben", "Fi", "Sed", "Dol", "Zem"];
    static readonly string[] Middles = ["á", "o", "ý", "e", "i", "ou", "ě", "an", "or", "ec"];
    static readonly string[] Tails = ["k", "ková", "da", "ný", "lík", "ský", "ták", "rová", "berg", "son"];
    static readonly string[] Towns = ["Brno", "Praha", "Uppsala", "Wien", "Lyon", "Ostrava", "Malmö", "Bremen", "Nantes", "Zlín"];
    static readonly string[] Trades = ["Reality", "Towers", "Storage", "Clinic", "School", "Offices", "Brewery", "Library", "Theatre", "Garage"];

    readonly ServiceProvider _services;
    readonly Acts _acts;
    readonly Store _store;
    readonly Guid _distributor = Guid.CreateVersion7();
    readonly Guid _big = Guid.CreateVersion7();
    readonly Actor _actor;
    readonly Administrator _administrator;
    readonly Session _session;

    Lists(string folder, string? postgres)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Latchkey:Data"] = folder,
            ["Latchkey:Database"] = postgres,
            ["Latchkey:Origin"] = "http://localhost:5500",
        }).Build();
        var settings = Settings.Read(configuration);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration).AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton<Hints>().AddLogging();
        services.AddStorage(settings);
        services.AddKeys(settings);
        services.AddSingleton(new Metrics(configuration)).AddSingleton<Acts>().AddSingleton<EventList>();
        _services = services.BuildServiceProvider();
        (_acts, _store) = (_services.GetRequiredService<Acts>(), _services.GetRequiredService<Store>());
        var now = TimeProvider.System.GetUtcNow();
        _administrator = new()
        {
            Id = Guid.CreateVersion7(), Name = "Bench", CreatedAt = now, Email = "bench@bench.example", UserName = "bench", SecurityStamp = "stamp",
        };
        _session = Session.Begin(_administrator.Id, now);
        _actor = new(ActorKind.Administrator, _administrator.Id, "stamp") { Session = _session.Id };
    }

    public static async Task Run(Table table, string engine, string folder, string? postgres = null)
    {
        Directory.CreateDirectory(folder);
        var lists = new Lists(folder, postgres);
        await using (lists._services)
        {
            var start = Stopwatch.GetTimestamp();
            await lists.Fill();
            table.Add($"lists, {engine}: filling {Customers:N0} customers and {Users:N0} users", "—", $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s", null);
            await lists.Measure(table, engine);
        }
    }

    async Task Fill()
    {
        await _services.MigrateStore();
        await using var db = _store.Open();
        if (_store.IsSqlite)
            await Bulk.Run(db, "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;");
        var now = TimeProvider.System.GetUtcNow();
        await _store.Write(
            act =>
            {
                var house = OpenAccount.Place(act, AccountKind.Operator, null, "Operator", now);
                OpenAccount.Place(act, AccountKind.Distributor, house.Id, "Nordic Secure", now, _distributor);
                act.Administrators.Add(_administrator);
                act.Memberships.Add(new() { Id = Guid.CreateVersion7(), AccountId = _distributor, AdministratorId = _administrator.Id, Role = Role.Owner, CreatedAt = now, AcceptedAt = now });
                act.Sessions.Add(_session);
                return Task.CompletedTask;
            },
            CancellationToken.None);

        var accounts = new List<Account>(Customers);
        for (var n = 0; n < Customers; n++)
        {
            var account = new Account { Id = n == 0 ? _big : Guid.CreateVersion7(now.AddMilliseconds(n - Customers)), Kind = AccountKind.Customer, ParentId = _distributor, CreatedAt = now };
            account.Rename($"{Last(n)} {Trades[n / 7 % Trades.Length]} {n}");
            account.FindAlsoBy($"NORD{n:0000}", Towns[n % Towns.Length], $"office{n}@bench.example");
            accounts.Add(account);
        }
        await Bulk.Write(db, accounts);
        await Bulk.Write(db, accounts.Select((a, n) => new Customer { AccountId = a.Id, SystemId = $"NORD{n:0000}", SystemKeySealed = new byte[44], KeyName = a.Name }));
        await Bulk.Write(db, accounts.SelectMany(Words));
        await Bulk.Write(db, People(accounts, now));
        await Bulk.Write(db, People(accounts, now).SelectMany(Words));
        await Bulk.Write(db, Big(now).Select(b => b.Device));
        await Bulk.Write(db, Big(now).Select(b => b.Key));
        await Bulk.Write(db, Big(now).Select(b => b.Mail));
        await Bulk.Write(db, Big(now).Select(b => b.Event));
        // PostgreSQL does this by itself within minutes; the server asks nothing of the kind of SQLite, so neither does the benchmark.
        if (!_store.IsSqlite)
            await Bulk.Run(db, "VACUUM ANALYZE");
    }

    static IEnumerable<SearchWord> Words(ISearched row) => SearchWords.Of(row.SearchText)
        .Select(word => new SearchWord { AccountId = row.SearchedIn!.Value, Kind = row.SearchKind, Word = word, SubjectId = row.Id });

    static string Last(int n) => Heads[n % Heads.Length] + Middles[n / Heads.Length % Middles.Length] + Tails[n / (Heads.Length * Middles.Length) % Tails.Length];

    static Guid Id(int kind, int n) => new(n, (short)kind, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]);

    static IEnumerable<User> People(List<Account> accounts, DateTimeOffset now)
    {
        for (var n = 0; n < Users; n++)
        {
            var (customer, number) = n < BigUsers ? (0, n + 1) : (1 + ((n - BigUsers) / 8 % (Customers - 1)), n);
            var (first, last) = (First[n * 7 % First.Length], Last(n * 13 % 100_003));
            var (name, email) = ($"{first} {last}", $"{Folding.Fold(first)}.{Folding.Fold(last)}{n}@bench.example");
            yield return new()
            {
                CustomerId = accounts[customer].Id, Id = Id(1, n), Number = number, Name = name, Email = email, SortName = Folding.Fold(name),
                SearchText = User.Words(name, email, number), Language = "en", CreatedAt = now, State = n % 1_000 == 7 ? UserState.Suspended : UserState.Active,
            };
        }
    }

    IEnumerable<(Device Device, MobileKey Key, Message Mail, Event Event)> Big(DateTimeOffset now)
    {
        for (var n = 0; n < BigUsers; n++)
        {
            var at = now.AddSeconds(-n);
            var device = new Device { CustomerId = _big, Id = Id(2, n), UserId = Id(1, n), CreatedAt = at, Name = "Phone", PublicKey = [.. Id(2, n).ToByteArray(), .. new byte[17]] };
            var key = MobileKey.Make(_big, Id(3, n), Id(1, n), device.Id, n, at, null, at);
            // Most are in use, a tenth waits, and a handful is on its way out.
            typeof(MobileKey).GetProperty(nameof(MobileKey.State))!.SetValue(key, n % 40_000 == 3 ? KeyState.Revoking : n % 10 == 0 ? KeyState.Invited : KeyState.Active);
            typeof(MobileKey).GetProperty(nameof(MobileKey.InvitationEndsAt))!.SetValue(key, at.AddDays(n % 20 == 0 ? 7 : -1));
            yield return (
                device, key,
                new()
                {
                    CustomerId = _big, Id = Id(4, n), Kind = MessageKind.Invitation, To = $"u{n}@bench.example", Language = "en", Subject = "Your key", UserId = Id(1, n),
                    KeyId = key.Id, CreatedAt = at, Delivery = n % 5_000 == 0 ? Delivery.CameBack : Delivery.Sent, DoneAt = at,
                },
                new()
                {
                    CustomerId = _big, ReaderId = Id(5, 0), Seq = BigUsers - n, Boot = 1, Header = new byte[80], Hash = new byte[32], At = at, ReceivedAt = at,
                    Arrival = BigUsers - n, Kind = (int)Protocol.Events.EventKind.Decision, Reason = (int)Protocol.Decisions.Reason.Granted, UserId = Id(1, n), KeyId = key.Id,
                });
        }
    }

    async Task Measure(Table table, string engine)
    {
        var questions = Questions().ToList();
        foreach (var (_, ask) in questions)
            await ask();
        var before = Memory();
        var slowest = (What: "", Ms: 0.0);
        foreach (var (what, ask) in questions)
        {
            var taken = new double[Times];
            for (var i = 0; i < Times; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await ask();
                taken[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
            Array.Sort(taken);
            var (p50, p99) = (taken[Times / 2], taken[(Times * 99 / 100) - 1]);
            table.Add($"lists, {engine}: {what}", $"<= {GoalMs:0} ms", $"p50 {p50:0.0} ms, p99 {p99:0.0} ms", p99 <= GoalMs);
            if (p50 > slowest.Ms)
                slowest = (what, p50);
        }
        var after = Memory();
        table.Add($"lists, {engine}: memory in use, before {before:0} MB and after {questions.Count * Times:N0} questions", "<= +20 MB", $"{after - before:+0;-0;0} MB", after - before <= 20);
    }

    static double Memory() => GC.GetTotalMemory(forceFullCollection: true) / 1e6;

    IEnumerable<(string What, Func<Task> Ask)> Questions()
    {
        Func<Task> AskOf<T>(Guid account, Func<Question, Task<Outcome<T>>> question) => async () =>
        {
            var answer = await _acts.Ask(_actor, account, Role.Auditor, question, CancellationToken.None);
            if (!answer.Done)
                throw new InvalidOperationException($"Refused: {answer.Refused}");
        };
        Func<Task> People(UserFilter filter, string? search, ListCursor? after = null) => AskOf(_big, q => UserList.Read(q, filter, search, after));
        Func<Task> Accounts(string? search, ListCursor? after = null) => AskOf<ListPage<Account>>(_distributor, async q => await Listing.Page(
            q.Db, SearchKind.Account, _distributor, q.Db.Accounts.AsNoTracking().Where(a => a.ParentId == _distributor), all => all.Where(a => a.DeletedAt == null),
            search, after, 50, q.Cancel));

        yield return ("users, first page", People(UserFilter.All, null));
        yield return ("users, a page from the middle", People(UserFilter.All, null, new("lea", Guid.Empty)));
        foreach (var filter in Enum.GetValues<UserFilter>().Where(f => f != UserFilter.All))
            yield return ($"users, {filter}", People(filter, null));
        yield return ("users, all counts on the pills", AskOf(_big, UserList.Count));
        foreach (var search in new[] { "j", "1", "jana", "jana nov", "n z", "svoboda 12", "123456", "jana.novak@bench.example", "xyzzy", "jana xyzzy" })
            yield return ($"users, search \"{search}\"", People(UserFilter.All, search));
        yield return ("users, search \"j\" among the suspended", People(UserFilter.Suspended, "j"));
        yield return ("customers, first page", Accounts(null));
        yield return ("customers, a page from the middle", Accounts(null, new("maranda", Guid.Empty)));
        foreach (var search in new[] { "n", "brno", "brno towers", "nord4711", "office99999", "xyzzy" })
            yield return ($"customers, search \"{search}\"", Accounts(search));
        yield return ("messages, first page and counts", AskOf(_big, q => MessagesQuestion.Read(q, null, null)));
        yield return ("events, first page", async () => await _services.GetRequiredService<EventList>().Ask(_actor, _big, new(), CancellationToken.None));
        yield return ("events, counts", async () => await _services.GetRequiredService<EventList>().Count(_actor, _big, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, CancellationToken.None));
        yield return ("dashboard of the customer", AskOf(_big, q => DashboardQuestion.Read(q, q.Now.AddDays(-1))));
    }
}
