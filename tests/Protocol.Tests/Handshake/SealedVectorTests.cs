using System.Text.Json.Nodes;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>Runs <c>vectors/sealed.json</c>.</summary>
public sealed class SealedVectorTests
{
    private static readonly JsonObject Session = VectorFile.Read(SealedVectors.File)["session"]!.AsObject();

    public static TheoryData<string> Seals => Names("seal");

    public static TheoryData<string> Opens => Names("open");

    public static TheoryData<string> Presentations => Names("presentations");

    public static TheoryData<string> Results => Names("results");

    [Theory]
    [MemberData(nameof(Seals))]
    public void Messages_seal_to_the_expected_frames(string name)
    {
        var vector = Vector("seal", name);
        using var channel = Channel(vector["from"]);
        var frames = vector["messages"]!.AsArray()
            .SelectMany(message => channel.Seal((SealedType)message!["type"]!.GetValue<int>(), message["body"].Bytes()));
        Assert.Equal(vector["expect"]!.AsArray().Select(frame => frame!.GetValue<string>()), frames.Select(frame => VectorFile.Hex(frame)));
    }

    [Theory]
    [MemberData(nameof(Opens))]
    public void Frames_open_as_expected(string name)
    {
        var vector = Vector("open", name);
        using var channel = Channel(vector["by"]);
        var opened = vector["frames"]!.AsArray().Select(frame => channel.Open(frame.Bytes(), out var message) switch
        {
            Opening.More => "more",
            Opening.Broken => "broken",
            Opening.Whole => VectorFile.Hex(message!.Body),
        });
        Assert.Equal(vector["expect"]!.AsArray().Select(what => what!.GetValue<string>()), opened);
    }

    [Theory]
    [MemberData(nameof(Presentations))]
    public void A_presentation_reads_as_expected_and_writes_back(string name)
    {
        var vector = Vector("presentations", name);
        var reads = PresentationMessage.TryRead(vector["body"].Bytes(), out var message);
        Assert.Equal(vector["expect"] is JsonObject, reads);
        if (!reads)
            return;
        Assert.Equal(vector["expect"]!.ToJsonString(), PkocVectors.PresentationOf(message!).ToJsonString());
        Assert.Equal(vector["body"].Bytes(), message!.Write());
    }

    [Theory]
    [MemberData(nameof(Results))]
    public void A_result_reads_as_expected_and_writes_back(string name)
    {
        var vector = Vector("results", name);
        var reads = DoorResult.TryRead(vector["body"].Bytes(), out var result);
        Assert.Equal(vector["expect"] is JsonObject, reads);
        if (!reads)
            return;
        Assert.Equal(vector["expect"]!.ToJsonString(), PkocVectors.ResultOf(result!).ToJsonString());
        Assert.Equal(vector["body"].Bytes(), result!.Write());
    }

    [Fact]
    public void A_reason_of_a_newer_reader_still_reads() =>
        Assert.True(DoorResult.TryRead(new DoorResult((Reason)200, 1).Write(), out _));

    [Theory]
    [InlineData(0)]
    [InlineData(4097)]
    public void A_message_of_a_wrong_size_is_not_sealed(int length)
    {
        using var channel = SealedVectors.Channel("phone");
        Assert.Throws<ArgumentException>(() => channel.Seal(SealedType.Presentation, new byte[length]));
    }

    private static SealedChannel Channel(JsonNode? side)
    {
        var (k, transcript, m1, m2) = (Session["k"].Bytes(), Session["transcript"].Bytes(), Session["m1"].Bytes(), Session["m2"].Bytes());
        return side!.GetValue<string>() == "phone"
            ? SealedChannel.ForPhone(k, transcript, m1, m2)
            : SealedChannel.ForReader(k, transcript, m1, m2);
    }

    private static JsonObject Vector(string group, string name) =>
        VectorFile.Read(SealedVectors.File, group).Single(vector => vector.Name() == name);

    private static TheoryData<string> Names(string group) =>
        [.. VectorFile.Read(SealedVectors.File, group).Select(vector => vector.Name())];
}
