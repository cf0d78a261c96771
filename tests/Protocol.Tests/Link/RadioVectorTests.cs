using System.Text.Json.Nodes;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Link;

/// <summary>Runs <c>vectors/virtual-radio.json</c>.</summary>
public sealed class RadioVectorTests
{
    public static TheoryData<string> Messages => [.. VectorFile.Read(RadioVectors.File, "messages").Select(vector => vector.Name())];

    public static TheoryData<string> Notifications => [.. VectorFile.Read(RadioVectors.File, "notify").Select(vector => vector.Name())];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_reads_as_expected_and_writes_back(string name)
    {
        var vector = VectorFile.Read(RadioVectors.File, "messages").Single(v => v.Name() == name);
        var message = vector["message"].Bytes();
        var reads = vector["from"]!.GetValue<string>() == "phone"
            ? RadioFrame.TryReadFromPhone(message, out var frame)
            : RadioFrame.TryReadFromReader(message, out frame);
        if (vector["expect"] is not JsonObject expect)
        {
            Assert.False(reads);
            return;
        }
        Assert.True(reads);
        var operation = frame!.Operation.ToString();
        Assert.Equal(expect["operation"]!.GetValue<string>(), char.ToLowerInvariant(operation[0]) + operation[1..]);
        Assert.Equal(expect["value"].Bytes(), frame.Value);
        Assert.Equal(message, frame.ToBytes());
        if (frame.Operation == RadioOperation.Connected)
        {
            Assert.Equal((expect["mtu"]!.GetValue<int>(), expect["localName"]!.GetValue<string>()), frame.Connection);
            Assert.Equal(frame, RadioFrame.Connected(frame.Connection.Mtu, frame.Connection.LocalName));
        }
    }

    [Theory]
    [MemberData(nameof(Notifications))]
    public void A_notification_is_cut_as_expected(string name)
    {
        var vector = VectorFile.Read(RadioVectors.File, "notify").Single(v => v.Name() == name);
        var (value, mtu) = (vector["value"].Bytes(), vector["mtu"]!.GetValue<int>());
        var frame = RadioFrame.Notification(value, mtu, out var isCut);
        Assert.Equal(vector["expect"]!["message"].Bytes(), frame.ToBytes());
        Assert.Equal(vector["expect"]!["cut"]!.GetValue<bool>(), isCut);
        Assert.Equal(Math.Min(value.Length, mtu - 3), frame.Value.Length);
    }

    [Fact]
    public void Only_what_reads_is_written()
    {
        Assert.Throws<ArgumentException>(() => RadioFrame.Write([]));
        Assert.Throws<ArgumentException>(() => RadioFrame.Write(new byte[513]));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadioFrame.Connected(22, "DOOR"));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadioFrame.Connected(518, "DOOR"));
        Assert.Throws<ArgumentOutOfRangeException>(() => RadioFrame.Connected(517, "NINECHARS"));
    }
}
