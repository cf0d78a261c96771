using Xunit;

namespace Latchkey.Server.Tests.Tidy;

/// <summary>Where the checkout and the compiled assemblies are, found from the running test.</summary>
static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>debug or release: the tidy tests look at the assemblies built with them.</summary>
    static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    public static string Assembly(string project, string name) =>
        Path.Combine(Root, "artifacts", "bin", project, Configuration, name + ".dll");

    public static IEnumerable<string> Files(string folder, params string[] endings) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        where endings.Any(file.EndsWith)
            && !file.Contains("/node_modules/", StringComparison.Ordinal)
            && !file.Contains("/wwwroot/w/", StringComparison.Ordinal)
            && !file.Contains("/Migrations/", StringComparison.Ordinal)
        orderby file
        select file;

    public static string Relative(string file) => Path.GetRelativePath(Root, file);

    /// <summary>Fails with every finding, not with the first few.</summary>
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    static string Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Latchkey.slnx")))
                return at.FullName;
        }
        throw new InvalidOperationException($"No Latchkey.slnx above {folder}.");
    }
}
