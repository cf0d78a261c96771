using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>A file of <c>vectors/</c>: language-neutral JSON, bytes in lower-case hex, each vector with <c>expect</c>.</summary>
static class VectorFile
{
    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string PathOf(string name) => Path.Combine(Repository(), "vectors", name);

    public static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(PathOf(name)))!.AsObject();

    /// <summary>The vectors of one group; an empty group is a mistake.</summary>
    public static IReadOnlyList<JsonObject> Read(string name, string group)
    {
        var vectors = Read(name)[group]!.AsArray().Select(vector => vector!.AsObject()).ToList();
        return vectors.Count > 0 ? vectors : throw new InvalidDataException($"{name} has no vectors under {group}.");
    }

    public static string Text(JsonObject file) => file.ToJsonString(Written) + "\n";

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static byte[] Bytes(this JsonNode? node) => Convert.FromHexString(node!.GetValue<string>());

    public static string Name(this JsonObject vector) => vector["name"]!.GetValue<string>();

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Latchkey.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException("The tests run inside the repository.");
    }
}
