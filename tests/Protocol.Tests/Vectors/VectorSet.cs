using System.Text.Json.Nodes;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>A vector file: how it is made, and how each of its groups is run. What a run finds must be what the vector says.</summary>
/// <param name="Run">Group to runner; a runner answers what <c>expect</c> and the fields behind it should say.</param>
sealed record VectorSet(string File, Func<JsonObject> Make, IReadOnlyDictionary<string, Func<JsonObject, JsonObject>> Run)
{
    /// <summary>False where bytes come out of a compressor, which may change with the platform; all else is still compared.</summary>
    public bool SameBytes { get; init; } = true;

    public static JsonArray Group(IEnumerable<JsonObject> vectors) => new([.. vectors]);

    public static JsonObject Expect(string expect) => new() { ["expect"] = expect };
}

static class VectorSets
{
    public static IReadOnlyList<VectorSet> All { get; } =
    [
        CodeVectors.Set, DocumentVectors.Set, StatusListVectors.Set, CardVectors.Set, CardNumberVectors.Set,
        BundleVectors.Set, StatementVectors.Set, EventVectors.Set, DecisionVectors.Set,
    ];
}

public sealed class VectorTests
{
    public static TheoryData<string> Files => [.. VectorSets.All.Select(set => set.File)];

    /// <summary>Every vector of every group: an expectation that no runner gives fails, as does a group nobody runs.</summary>
    [Theory, MemberData(nameof(Files))]
    public void Every_vector_holds(string file)
    {
        var set = VectorSets.All.Single(set => set.File == file);
        var groups = VectorFile.Read(file).Where(group => group.Value is JsonArray).ToList();
        Assert.Equal(set.Run.Keys.Order(), groups.Select(group => group.Key).Order());
        foreach (var (group, vectors) in groups)
        {
            Assert.NotEmpty(vectors!.AsArray());
            foreach (var vector in vectors!.AsArray().Select(vector => vector!.AsObject()))
                foreach (var (field, found) in set.Run[group](vector))
                    Assert.True(
                        JsonNode.DeepEquals(found, vector[field]),
                        $"{file}, {group}, {vector.Name()}: {field} is {found?.ToJsonString()}, expected {vector[field]?.ToJsonString()}");
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void Names_are_unique(string file) =>
        Assert.All(
            VectorFile.Read(file).Where(group => group.Value is JsonArray),
            group => Assert.Distinct(group.Value!.AsArray().Select(vector => vector!.AsObject().Name())));

    /// <summary>The files are what this code makes: to change one, change the code and run <c>Write</c>.</summary>
    [Theory, MemberData(nameof(Files))]
    public void Files_are_not_edited_by_hand(string file)
    {
        var set = VectorSets.All.Single(set => set.File == file);
        var (made, kept) = (set.Make(), VectorFile.Read(file));
        if (!set.SameBytes)
            foreach (var vector in (JsonNode[])[.. made["read"]!.AsArray()!, .. kept["read"]!.AsArray()!])
                vector["bytes"] = "";
        Assert.Equal(VectorFile.Text(made), VectorFile.Text(kept));
    }

    /// <summary>Writes the files: <c>dotnet run --project tests/Protocol.Tests -- --explicit only --filter-method "*VectorTests.Write"</c>.</summary>
    [Fact(Explicit = true)]
    public void Write()
    {
        foreach (var set in VectorSets.All)
            File.WriteAllText(VectorFile.PathOf(set.File), VectorFile.Text(set.Make()));
    }
}
