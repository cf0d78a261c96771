using System.Text.Json.Nodes;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Link;

/// <summary>Runs <c>vectors/reader-link.json</c>.</summary>
public sealed class LinkVectorTests
{
    public static TheoryData<string> Good => Names("vectors");

    public static TheoryData<string> Grown => Names("grown");

    public static TheoryData<string> Refused => Names("refused");

    [Theory]
    [MemberData(nameof(Good))]
    public void A_frame_reads_and_writes_back(string name)
    {
        var vector = Vector("vectors", name);
        var frame = Read(vector);
        Assert.Equal(vector["bytes"].Bytes(), frame.Write());
    }

    [Theory]
    [MemberData(nameof(Grown))]
    public void A_frame_of_a_newer_version_reads_without_what_is_new(string name) => Read(Vector("grown", name));

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_no_frame_does_not_read(string name) =>
        Assert.False(LinkFrame.TryRead(Vector("refused", name)["bytes"].Bytes(), out _));

    [Fact]
    public void Every_frame_has_a_vector()
    {
        var kinds = typeof(LinkFrame).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(LinkFrame)) && type != typeof(UnknownFrame));
        Assert.Equal(kinds.ToHashSet(), LinkVectors.Good().Select(good => good.Frame.GetType()).ToHashSet());
    }

    [Fact]
    public void A_frame_beyond_the_limit_does_not_read() =>
        Assert.False(LinkFrame.TryRead(new byte[LinkFrame.FrameBytesMax + 1], out _));

    /// <summary>Written by hand from the page, not by this code.</summary>
    [Theory]
    [InlineData("8204a1010a")]
    [InlineData("821818a3010a0201031863")]
    [InlineData("820ca10163676170")]
    public void Frames_written_by_hand_read_and_write_back(string hex)
    {
        Assert.True(LinkFrame.TryRead(Convert.FromHexString(hex), out var frame));
        Assert.Equal(hex, VectorFile.Hex(frame.Write()));
    }

    private static LinkFrame Read(JsonObject vector)
    {
        Assert.True(LinkFrame.TryRead(vector["bytes"].Bytes(), out var frame));
        Assert.Equal(vector["type"]!.GetValue<int>(), frame.Type);
        Assert.Equal(vector["expect"]!.ToJsonString(), LinkVectors.FieldsOf(frame).ToJsonString());
        return frame;
    }

    private static JsonObject Vector(string group, string name) =>
        VectorFile.Read(LinkVectors.File, group).Single(vector => vector.Name() == name);

    private static TheoryData<string> Names(string group) =>
        [.. VectorFile.Read(LinkVectors.File, group).Select(vector => vector.Name())];
}
