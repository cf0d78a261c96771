using System.Text.RegularExpressions;
using System.Xml.Linq;
using Latchkey.Server.Tests.Tidy;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit;

namespace Latchkey.Server.Tests.Audit;

/// <summary>Found in the compiled code: every act of an actor is written into an audit chain, and every act has its words.</summary>
public partial class EveryActTests
{
    /// <summary>What an actor may do that leaves no trace, and why that is right.</summary>
    static readonly Dictionary<string, string> Traceless = new()
    {
        ["IdentifyReader"] = "A reader blinks: nothing changes, nothing opens.",
    };

    static readonly Lazy<ModuleDefinition> Server =
        new(() => AssemblyDefinition.ReadAssembly(Repository.Assembly("Server", "Latchkey.Server")).MainModule);

    static IEnumerable<MethodReference> Called(MethodDefinition method) => method.HasBody
        ? method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>()
        : [];

    /// <summary>A method with what the compiler made of it: state machines and closures.</summary>
    static IEnumerable<MethodDefinition> Whole(MethodDefinition method)
    {
        yield return method;
        var made = new Regex($@"<{Regex.Escape(method.Name)}>");
        foreach (var inner in Nested(method.DeclaringType))
        foreach (var part in inner.Methods.Where(m => made.IsMatch(inner.Name) || made.IsMatch(m.Name)))
            yield return part;
        foreach (var part in method.DeclaringType.Methods.Where(m => made.IsMatch(m.Name)))
            yield return part;
    }

    static IEnumerable<TypeDefinition> Nested(TypeDefinition type) => type.NestedTypes.SelectMany(n => Nested(n).Prepend(n));

    static bool Reaches(MethodDefinition from, Func<MethodReference, bool> goal)
    {
        var seen = new HashSet<string>();
        var open = new Queue<MethodDefinition>([from]);
        while (open.TryDequeue(out var method))
        {
            if (!seen.Add(method.FullName))
                continue;
            foreach (var called in Whole(method).SelectMany(Called))
            {
                if (goal(called))
                    return true;
                if (called.DeclaringType.FullName.StartsWith("Latchkey.Server.", StringComparison.Ordinal) && called.DeclaringType.Name != "Acts" && called.Resolve() is { } next)
                    open.Enqueue(next);
            }
        }
        return false;
    }

    static bool Is(MethodReference method, string type, string name) => method.Name == name && method.DeclaringType.Name == type;

    static IEnumerable<MethodDefinition> OfActors() =>
        from type in Server.Value.GetTypes()
        where type.Name != "Acts"
        from method in type.Methods
        where method.IsPublic && method.Parameters.Any(p => p.ParameterType.Name == "Actor")
        select method;

    [Fact]
    public void What_an_actor_does_is_audited_or_changes_nothing()
    {
        var acts = OfActors().Where(m => m.Name == "Do").ToList();
        Assert.Contains(acts, m => m.DeclaringType.Name == "RevokeMobileKey");
        Repository.None(
            from act in acts
            where !Traceless.ContainsKey(act.DeclaringType.Name) && !Reaches(act, m => Is(m, "Acts", "Do"))
            select $"{act.DeclaringType.Name}.Do does not go through Acts.Do, so no audit entry is written");
        // Nothing that an actor asks for writes beside the gate.
        Repository.None(
            from method in OfActors()
            where Whole(method).SelectMany(Called).Any(m => Is(m, "Store", "Write"))
            select $"{method.DeclaringType.Name}.{method.Name} writes without Acts.Do");
    }

    [Fact]
    public void Every_act_has_its_words()
    {
        var names = OfActors().Where(m => m.Name == "Do").Select(m => m.DeclaringType.Name).Except(Traceless.Keys).ToHashSet();
        // Acts under a name of their own: of a phone, of the set-up.
        foreach (var method in Server.Value.GetTypes().SelectMany(t => t.Methods).Where(m => Called(m).Any(c => Is(c, "AuditChain", "Append"))))
            names.UnionWith(Literals(method).Where(text => ActName.IsMatch(text)));
        // Those that are named where they are done.
        foreach (var method in Server.Value.GetTypes().SelectMany(t => t.Methods).Where(m => Called(m).Any(c => Is(c, "Acts", "Do"))))
            names.UnionWith(Literals(method).Where(text => ActName.IsMatch(text)));
        Assert.Contains("SetUp", names);
        Assert.Contains("ActivateMobileKey", names);
        Assert.Contains("OpenReader", names);
        var texts = XDocument.Load(Path.Combine(Repository.Root, "src", "Server", "Console", "Texts.resx")).Root!.Elements("data").Select(d => d.Attribute("name")!.Value).ToHashSet();
        Repository.None(names.Where(name => !texts.Contains($"Act.{name}")).Order().Select(name => $"Act.{name} has no words"));
    }

    static IEnumerable<string> Literals(MethodDefinition method) =>
        method.Body.Instructions.Where(i => i.OpCode == OpCodes.Ldstr).Select(i => (string)i.Operand);

    [GeneratedRegex("^[A-Z][a-z]+([A-Z][a-z]+)+$")]
    private static partial Regex ActName { get; }
}
