using Mono.Cecil;

namespace Latchkey.Server.Tests.Tidy;

/// <summary>
/// Which folder uses which, read from the compiled code: an arrow per pair of folders with at least one use. Two kinds of type stand in
/// a feature's folder and belong to another layer: a table with its enumerations is Storage's, which every feature may read; a page with
/// its words is Console's, which uses every feature.
/// </summary>
sealed record FolderGraph(IReadOnlyList<string> Folders, IReadOnlySet<(string From, string To)> Arrows)
{
    /// <param name="project">Name of the project; the folder of a type is the segment of its namespace behind it.</param>
    public static FolderGraph Read(string assemblyFile, string project)
    {
        var prefix = $"Latchkey.{project}.";
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyFile);
        var layers = Layers(assembly.MainModule);
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        var arrows = new SortedSet<(string, string)>();
        foreach (var type in assembly.MainModule.GetTypes())
        {
            if (Folder(type, prefix, layers) is not { } from)
                continue;
            folders.Add(from);
            foreach (var used in Uses(type))
            {
                if (Folder(used, prefix, layers) is { } to && to != from)
                    arrows.Add((from, to));
            }
        }
        return new([.. folders], arrows);
    }

    /// <summary>Full names of the tables (what the store's sets hold, their enumerations and their mappings) and of the pages.</summary>
    static Dictionary<string, string> Layers(ModuleDefinition module)
    {
        var layers = new Dictionary<string, string>();
        var tables = module.GetTypes().Where(t => t.Name == "Db").SelectMany(db => db.Properties)
            .Select(p => p.PropertyType).OfType<GenericInstanceType>().SelectMany(set => set.GenericArguments)
            .Select(t => module.GetType(t.FullName)).OfType<TypeDefinition>().ToList();
        foreach (var table in tables)
        {
            layers[table.FullName] = "Storage";
            foreach (var property in table.Properties.SelectMany(p => Unwrapped(p.PropertyType)))
            {
                if (module.GetType(property.FullName) is { IsEnum: true } enumeration)
                    layers[enumeration.FullName] = "Storage";
            }
        }
        foreach (var type in module.GetTypes())
        {
            if (type.Interfaces.Any(i => i.InterfaceType.Name.StartsWith("IEntityTypeConfiguration", StringComparison.Ordinal)) || (type.Name.EndsWith("Model", StringComparison.Ordinal) && type is { IsAbstract: true, IsSealed: true }))
                layers[type.FullName] = "Storage";
            if (IsPage(type) || (type.Name.EndsWith("Words", StringComparison.Ordinal) && !type.Namespace.EndsWith(".Storage", StringComparison.Ordinal)))
                layers[type.FullName] = "Console";
        }
        return layers;
    }

    static bool IsPage(TypeDefinition type)
    {
        for (var at = type.BaseType; at is not null; at = (at as TypeDefinition)?.BaseType)
        {
            if (at.Namespace == "Microsoft.AspNetCore.Components")
                return true;
        }
        return false;
    }

    static string? Folder(TypeReference type, string prefix, Dictionary<string, string> layers)
    {
        var outer = type;
        while (outer.DeclaringType is { } declaring)
            outer = declaring;
        if (!outer.Namespace.StartsWith(prefix, StringComparison.Ordinal))
            return null;
        return layers.GetValueOrDefault(outer.FullName) ?? outer.Namespace[prefix.Length..].Split('.')[0];
    }

    static IEnumerable<TypeReference> Uses(TypeDefinition type)
    {
        IEnumerable<TypeReference?> direct =
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.CustomAttributes.Select(a => a.AttributeType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Properties.Select(p => p.PropertyType),
            .. type.Methods.SelectMany(Uses),
        ];
        return direct.OfType<TypeReference>().SelectMany(Unwrapped);
    }

    static IEnumerable<TypeReference?> Uses(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters)
            yield return parameter.ParameterType;
        if (!method.HasBody)
            yield break;
        foreach (var variable in method.Body.Variables)
            yield return variable.VariableType;
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    yield return type;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    if (called is GenericInstanceMethod generic)
                    {
                        foreach (var argument in generic.GenericArguments)
                            yield return argument;
                    }
                    break;
            }
        }
    }

    static IEnumerable<TypeReference> Unwrapped(TypeReference type)
    {
        if (type is GenericInstanceType generic)
        {
            foreach (var argument in generic.GenericArguments.SelectMany(Unwrapped))
                yield return argument;
        }
        yield return type.GetElementType() ?? type;
    }

    /// <summary>The arrows that are not implied by a longer way: what the picture draws.</summary>
    public IEnumerable<(string From, string To)> Essential() =>
        Arrows.Where(a => !Folders.Any(via => via != a.From && via != a.To
            && Arrows.Contains((a.From, via)) && Reaches(via, a.To)));

    // In a circle (which another test refuses) the search still ends.
    bool Reaches(string from, string to)
    {
        var seen = new HashSet<string> { from };
        var next = new Queue<string>(seen);
        while (next.TryDequeue(out var at))
        {
            if (at == to)
                return true;
            foreach (var arrow in Arrows.Where(a => a.From == at && seen.Add(a.To)))
                next.Enqueue(arrow.To);
        }
        return false;
    }
}
