using System.Text;
using Xunit;

namespace Latchkey.Server.Tests.Tidy;

/// <summary>Holds the arrows between folders, and the picture of them in src/README.md.</summary>
public class FolderArrows
{
    /// <summary>
    /// Each project's folders from the ground up: a folder uses only what stands before it, so there is no cycle.
    /// Storage knows every feature's tables and every feature knows Storage; it is the ground they stand on, and not drawn.
    /// </summary>
    static readonly (string Project, string Assembly, string[] GroundUp)[] Projects =
    [
        ("Protocol", "Latchkey.Protocol",
            ["Wire", "Credentials", "Bundles", "Cards", "Decisions", "Events", "Handshake", "Link"]),
        ("Reader", "latchkey-reader", ["Store", "Door", "Transports", "Link", "Page"]),
        ("Server", "Latchkey.Server",
            ["Hosting", "Keys", "Backups", "Audit", "Accounts", "Notices", "Credits", "Administrators", "Access", "Users", "Events", "Sync", "Readers", "Activation", "Customers", "Distributors", "Health", "Console", "Demo"]),
    ];

    const string Ground = "Storage";
    const string Begin = "<!-- folders: made from the compiled code -->";
    const string End = "<!-- /folders -->";

    [Fact]
    public void Arrows_run_along_the_keys_way()
    {
        var wrong = from project in Projects
                    from arrow in Graph(project).Arrows
                    where Array.IndexOf(project.GroundUp, arrow.From) <= Array.IndexOf(project.GroundUp, arrow.To)
                    select $"{project.Project}: {arrow.From} uses {arrow.To}";
        Repository.None(wrong);
    }

    [Fact]
    public void Every_folder_has_its_place()
    {
        var strangers = from project in Projects
                        from folder in Graph(project).Folders.Except(project.GroundUp)
                        select $"{project.Project}/{folder}";
        Repository.None(strangers);
    }

    [Fact]
    public void The_picture_in_the_README_is_true()
    {
        var file = Path.Combine(Repository.Root, "src", "README.md");
        var text = File.ReadAllText(file);
        var from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(from >= Begin.Length && to > from, $"src/README.md needs the lines {Begin} and {End}.");

        var picture = $"\n\n{Picture()}\n";
        if (Environment.GetEnvironmentVariable("LATCHKEY_WRITE") == "1")
            File.WriteAllText(file, text[..from] + picture + text[to..]);
        else
            Assert.Equal(picture, text[from..to]);
    }

    [Fact]
    public void The_README_names_every_folder()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src", "README.md"));
        var missing = from project in Projects
                      from folder in project.GroundUp.Append(Ground)
                      where Directory.Exists(Path.Combine(Repository.Root, "src", project.Project, folder))
                          && !text.Contains($"`{project.Project}/{folder}`", StringComparison.Ordinal)
                      select $"{project.Project}/{folder}";
        Repository.None(missing);
    }

    static FolderGraph Graph((string Project, string Assembly, string[]) project)
    {
        var graph = FolderGraph.Read(Repository.Assembly(project.Project, project.Assembly), project.Project);
        if (project.Project != "Server")
            return graph;
        return new(
            [.. graph.Folders.Where(f => f != Ground)],
            graph.Arrows.Where(a => a.From != Ground && a.To != Ground).ToHashSet());
    }

    static string Picture()
    {
        var picture = new StringBuilder("```mermaid\nflowchart LR\n");
        foreach (var project in Projects)
        {
            var graph = Graph(project);
            picture.Append($"  subgraph {project.Project}\n");
            foreach (var folder in graph.Folders)
                picture.Append($"    {Node(project.Project, folder)}[{folder}]\n");
            foreach (var (from, to) in graph.Essential())
                picture.Append($"    {Node(project.Project, from)} --> {Node(project.Project, to)}\n");
            picture.Append("  end\n");
        }
        return picture.Append("  Server --> Protocol\n  Reader --> Protocol\n```\n").ToString();
    }

    static string Node(string project, string folder) => project[..1] + folder;
}
