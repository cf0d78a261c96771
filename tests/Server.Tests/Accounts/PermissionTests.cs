using System.Collections;
using System.Data.Common;
using System.Reflection;
using System.Text;
using Latchkey.Server.Accounts;
using Latchkey.Server.Hosting;
using Latchkey.Server.Tests.Setting;
using Latchkey.Server.Tests.Tidy;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Latchkey.Server.Tests.Accounts;

/// <summary>
/// Every act and question that a page or a route can reach, found in the compiled server, asked by every role at every level in its own, in another's and in a
/// deleted account, with the ids of another's things. What an act takes is written in docs/guide/permissions.md; a new act that is not there fails here.
/// </summary>
public class PermissionTests(Houses houses)
{
    const string Table = "docs/guide/permissions.md";
    const string Begin = "<!-- permissions: found by asking every act as every role -->";
    const string End = "<!-- /permissions -->";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Changes what the one who asks is: the acts asked after it would be asked by nobody.</summary>
    static readonly HashSet<string> Last = ["EndSessions", "ChangePassword"];

    sealed record Entry(Type Type, MethodInfo Method)
    {
        /// <summary>Where it is done, by the name that its first account has.</summary>
        public AccountKind[] Levels => Method.GetParameters()[1].Name switch
        {
            "operatorId" => [AccountKind.Operator],
            "distributorId" => [AccountKind.Distributor],
            "customerId" => [AccountKind.Customer],
            _ => [AccountKind.Operator, AccountKind.Distributor, AccountKind.Customer],
        };

        /// <summary>It is asked about a thing beside the account. Numbers count within a customer, so that there is no other's number.</summary>
        public bool NamesThing => Method.GetParameters().Skip(2).Any(p => p.ParameterType == typeof(Guid));

        public override string ToString() => Method.Name is "Do" or "Ask" ? Type.Name : $"{Type.Name}.{Method.Name}";
    }

    static readonly List<Entry> Entries =
    [
        .. from type in typeof(Acts).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false } && type != typeof(Acts)
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where (method.IsPublic || method.IsAssembly) && !method.ContainsGenericParameters
           let parameters = method.GetParameters()
           where parameters.Length >= 3 && parameters[0].ParameterType == typeof(Actor) && parameters[1].ParameterType == typeof(Guid)
               && method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(Task<>)
               && method.ReturnType.GetGenericArguments()[0] is { IsGenericType: true } outcome && outcome.GetGenericTypeDefinition() == typeof(Outcome<>)
           orderby Last.Contains(type.Name), type.Name, method.Name
           select new Entry(type, method),
    ];

    /// <summary>One operator, distributor and customer below one another, with an administrator of each role in each.</summary>
    sealed record Tree(Site Customer, Dictionary<AccountKind, Guid> Accounts, Dictionary<(AccountKind, Role), Actor> People, Dictionary<string, Guid> Things)
    {
        public static async Task<Tree> Grow(House house, string name)
        {
            var site = await house.NewSite(name);
            var accounts = new Dictionary<AccountKind, Guid>
            {
                [AccountKind.Customer] = site.Id, [AccountKind.Distributor] = site.DistributorId, [AccountKind.Operator] = await site.ParentOf(site.DistributorId),
            };
            var people = new Dictionary<(AccountKind, Role), Actor>();
            foreach (var (kind, account) in accounts)
            foreach (var role in Enum.GetValues<Role>())
                people[(kind, role)] = await house.NewAdministrator(account, role);
            var things = await IsolationTests.Things(site);
            return new(
                site, accounts, people,
                things.Where(t => Guid.TryParse(t.Value, out _)).ToDictionary(t => t.Key, t => Guid.Parse(t.Value), StringComparer.OrdinalIgnoreCase));
        }

        /// <summary>The id of a thing of this tree, by what a parameter calls it.</summary>
        public Guid Thing(string name) =>
            name.Equals("operatorId", StringComparison.OrdinalIgnoreCase) ? Accounts[AccountKind.Operator]
            : name.Contains("distributor", StringComparison.OrdinalIgnoreCase) ? Accounts[AccountKind.Distributor]
            : name.Contains("customer", StringComparison.OrdinalIgnoreCase) || name.Contains("account", StringComparison.OrdinalIgnoreCase) || name.Equals("lowerId", StringComparison.OrdinalIgnoreCase) ? Accounts[AccountKind.Customer]
            : name.Contains("key", StringComparison.OrdinalIgnoreCase) ? Things["key"]
            : Things.FirstOrDefault(t => name.Contains(t.Key, StringComparison.OrdinalIgnoreCase)) is { Key: not null } thing ? thing.Value
            : Things["user"];
    }

    static async Task<Refusal?> Try(House house, Entry entry, Actor actor, Guid account, Tree named)
    {
        var service = house.Services.GetService(entry.Type);
        Assert.True(service is not null, $"{entry.Type.Name} takes an actor and is no service: nothing can ask it.");
        object?[] arguments =
        [
            .. entry.Method.GetParameters().Select((p, i) => i switch
            {
                0 => actor,
                1 => (object?)account,
                _ => p.ParameterType == typeof(CancellationToken) ? Cancel : Value(p, named),
            }),
        ];
        var task = (Task)entry.Method.Invoke(service, arguments)!;
        await task;
        var outcome = task.GetType().GetProperty("Result")!.GetValue(task)!;
        return ((Refused?)outcome.GetType().GetProperty("Refused")!.GetValue(outcome))?.Refusal;
    }

    // A request as a stranger would make it: new where it makes a thing, another's wherever it names one.
    static object? Value(ParameterInfo parameter, Tree named, int depth = 0)
    {
        var (type, name) = (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType, parameter.Name!);
        if (type == typeof(Guid))
            return depth > 0 && name.Equals("id", StringComparison.OrdinalIgnoreCase) ? Guid.NewGuid() : named.Thing(name);
        if (type == typeof(long))
            return 1L;
        if (parameter.HasDefaultValue && parameter.DefaultValue is not null)
            return parameter.DefaultValue is IConvertible plain && type.IsEnum ? Enum.ToObject(type, plain) : parameter.DefaultValue;
        if (type == typeof(string))
            return name.Contains("mail", StringComparison.OrdinalIgnoreCase) ? "stranger@nordic.example" : "Somebody";
        if (type == typeof(DateTimeOffset))
            return DateTimeOffset.UnixEpoch;
        if (parameter.HasDefaultValue || depth > 3)
            return type.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? Activator.CreateInstance(type) : null;
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0);
        if (type.IsValueType)
            return type == typeof(int) ? 1 : Activator.CreateInstance(type);
        if (type.IsAssignableTo(typeof(Delegate)))
            return null;
        if (type.IsAssignableTo(typeof(IEnumerable)))
            return type.IsArray ? Array.CreateInstance(type.GetElementType()!, 0) : Array.CreateInstance(type.GetGenericArguments()[0], 0);
        var made = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault(c => c.GetParameters().All(p => p.ParameterType != type))
            ?? throw new InvalidOperationException($"No way to make a {type} for {name}.");
        return made.Invoke([.. made.GetParameters().Select(p => Value(p, named, depth + 1))]);
    }

    [Theory, BothEngines]
    public async Task In_anothers_and_in_a_deleted_account_there_is_nothing(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (own, other, gone) = (await Tree.Grow(house, "Alfa Reality"), await Tree.Grow(house, "Tower West"), await Tree.Grow(house, "Cellar"));
        await house.Store.Write(
            db => db.Accounts.Where(a => a.Id == gone.Accounts[AccountKind.Operator] || a.Id == gone.Accounts[AccountKind.Distributor] || a.Id == gone.Customer.Id)
                .ExecuteUpdateAsync(a => a.SetProperty(x => x.DeletedAt, house.Time.GetUtcNow()), Cancel), Cancel);
        Assert.True(Entries.Count > 50);
        var before = await Rows(house, null);
        var wrong = new List<string>();
        foreach (var entry in Entries)
        foreach (var at in entry.Levels)
        foreach (var ((from, role), actor) in own.People)
            await There(entry, actor, $"{role} of another {from}", other, at);
        foreach (var entry in Entries)
        foreach (var at in entry.Levels)
        {
            await There(entry, gone.People[(AccountKind.Operator, Role.Owner)], "its operator's owner, when deleted", gone, at);
            await There(entry, gone.People[(AccountKind.Customer, Role.Owner)], "its own owner, when deleted", gone, at);
            // Nor is an account above: a role reaches down only.
            if (at != AccountKind.Customer)
                await There(entry, own.People[(AccountKind.Customer, Role.Owner)], "an owner below", own, at);
        }
        foreach (var entry in Entries)
        foreach (var at in entry.Levels)
            if (await Try(house, entry, Actor.Nobody, own.Accounts[at], own) is var said && said != Refusal.SignedOut)
                wrong.Add($"{entry} at the {at}: nobody is told {said?.ToString() ?? "done"}");
        Repository.None(wrong);
        Assert.Equal(before, await Rows(house, null));

        async Task There(Entry entry, Actor actor, string who, Tree tree, AccountKind at)
        {
            var said = await Try(house, entry, actor, tree.Accounts[at], tree);
            if (said != Refusal.NotFound)
                wrong.Add($"{entry} at the {at}: {who} is told {said?.ToString() ?? "done"}");
        }
    }

    [Theory, BothEngines]
    public async Task In_the_own_account_the_least_role_acts_and_nobody_touches_anothers_things(Engine engine)
    {
        var house = await houses.Of(this, engine);
        var (own, other) = (await Tree.Grow(house, "Alfa Reality"), await Tree.Grow(house, "Tower West"));
        var others = other.Accounts.Values.Concat(other.Things.Values).ToHashSet();
        var theirs = await Rows(house, others);
        var (wrong, least) = (new List<string>(), new SortedDictionary<string, SortedDictionary<AccountKind, Role>>(StringComparer.Ordinal));
        foreach (var entry in Entries)
        foreach (var at in entry.Levels)
        {
            var lowest = await Lowest(entry, at);
            if (lowest is not { } found)
            {
                wrong.Add($"{entry} at the {at}: no role may");
                continue;
            }
            if (!least.TryGetValue(entry.ToString(), out var levels))
                least[entry.ToString()] = levels = [];
            levels[at] = found;
        }
        Repository.None(wrong);
        Assert.Equal(theirs, await Rows(house, others));
        await Shut(DistributorAccess.ViewOnly, role => role == Role.Auditor ? null : Refusal.RoleTooLow);
        await Shut(DistributorAccess.Off, _ => Refusal.NotFound);
        Repository.None(wrong);
        Assert.Equal(theirs, await Rows(house, others));
        Compare(least);

        async Task<Role?> Lowest(Entry entry, AccountKind at)
        {
            foreach (var role in Enum.GetValues<Role>())
            {
                var said = await Try(house, entry, own.People[(at, role)], own.Accounts[at], other);
                if (said == Refusal.RoleTooLow)
                    continue;
                if (entry.NamesThing && said != Refusal.NotFound)
                    wrong.Add($"{entry} at the {at}: a {role} who names another's thing is told {said?.ToString() ?? "done"}");
                return role;
            }
            return null;
        }

        // What the distributor's people may do inside a customer that lets them look only, or not at all.
        async Task Shut(DistributorAccess access, Func<Role, Refusal?> expected)
        {
            await house.Store.Write(
                db => db.Customers.Where(c => c.AccountId == own.Customer.Id).ExecuteUpdateAsync(c => c.SetProperty(x => x.DistributorAccess, access), Cancel), Cancel);
            foreach (var entry in Entries.Where(e => e.Levels.Contains(AccountKind.Customer)))
            {
                var said = await Try(house, entry, own.People[(AccountKind.Distributor, Role.Owner)], own.Customer.Id, other);
                if (expected(least[entry.ToString()][AccountKind.Customer]) is { } refusal && said != refusal)
                    wrong.Add($"{entry}: from a distributor whose access is {access} is told {said?.ToString() ?? "done"}");
            }
        }
    }

    // The table that people read is the one that is held.
    static void Compare(SortedDictionary<string, SortedDictionary<AccountKind, Role>> least)
    {
        var text = new StringBuilder("\n| act or question | operator | distributor | customer |\n| --- | --- | --- | --- |\n");
        foreach (var (name, levels) in least)
        {
            string Cell(AccountKind kind) => levels.TryGetValue(kind, out var role) ? role.ToString() : "";
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| {name} | {Cell(AccountKind.Operator)} | {Cell(AccountKind.Distributor)} | {Cell(AccountKind.Customer)} |\n");
        }
        var file = Path.Combine(Repository.Root, Table);
        var held = File.ReadAllText(file);
        var from = held.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = held.IndexOf(End, StringComparison.Ordinal);
        Assert.True(from >= Begin.Length && to > from, $"{Table} needs the lines {Begin} and {End}.");
        if (Environment.GetEnvironmentVariable("LATCHKEY_WRITE") == "1")
            File.WriteAllText(file, held[..from] + "\n" + text + "\n" + held[to..]);
        else
            Assert.Equal("\n" + text + "\n", held[from..to]);
    }

    /// <summary>Tables and columns that the server writes by itself, whenever it comes to it: mails go out, readers report, chains are signed.</summary>
    static readonly HashSet<string> OfTheServer =
    [
        "WrongTries", "DataProtectionKeys", "AuditCheckpoints", "AuditVerdicts", "ReaderStatements", "SpentNonces",
        "Messages.Delivery", "Messages.Tries", "Messages.NextTryAt", "Messages.DoneAt", "Messages.Detail", "Messages.BodySealed",
        "Readers.LinkedSince", "Readers.LastContactAt", "Readers.EventsWaiting", "Readers.ClockTrusted", "Readers.Software",
    ];

    /// <summary>Every row of every table as text, or of those rows that bear one of some ids.</summary>
    static async Task<string[]> Rows(House house, HashSet<Guid>? bearing)
    {
        await using var db = house.Store.Open();
        await db.Database.OpenConnectionAsync(Cancel);
        var rows = new List<string>();
        foreach (var table in db.Model.GetEntityTypes().Select(e => e.GetTableName()!).Where(t => !OfTheServer.Contains(t)).Distinct())
        {
            await using DbCommand command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"SELECT * FROM \"{table}\"";
            await using var read = await command.ExecuteReaderAsync(Cancel);
            while (await read.ReadAsync(Cancel))
            {
                var values = Enumerable.Range(0, read.FieldCount).Where(i => !OfTheServer.Contains($"{table}.{read.GetName(i)}")).Select(read.GetValue).ToList();
                if (bearing is null || values.Exists(v => (v is Guid id || Guid.TryParse(v as string, out id)) && bearing.Contains(id)))
                    rows.Add($"{table}: {string.Join('|', values.Select(v => v is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(v, System.Globalization.CultureInfo.InvariantCulture)))}");
            }
        }
        return [.. rows.Order(StringComparer.Ordinal)];
    }
}
