using System.Text.Json.Nodes;
using Latchkey.Protocol.Link;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/virtual-radio.json</c>: GATT over a WebSocket.</summary>
static class RadioVectors
{
    public const string File = "virtual-radio.json";

    private static readonly byte[] Largest = [.. Enumerable.Range(0, 512).Select(i => (byte)(i % 251))];

    public static JsonObject Write() => new()
    {
        ["page"] = "spec/virtual-radio.md",
        ["about"] = "`message` from `phone` or `reader` reads to `expect`, or is `refused` (the connection is closed). In `notify`, a reader with `mtu` "
            + "notifies `value`: `expect` is the message, and whether it was cut (then the phone reads the whole).",
        ["messages"] = new JsonArray([.. Messages()]),
        ["notify"] = new JsonArray(
            Notify("fits exactly", 23, Largest[..20]), Notify("cut", 23, Largest[..21]), Notify("M1 with certificate fits 235", 235, Largest[..232]),
            Notify("largest value, largest MTU", 517, Largest), Notify("one byte", 517, [7]), Notify("largest value, smallest MTU", 23, Largest)),
    };

    private static IEnumerable<JsonNode> Messages()
    {
        yield return Good("connected", "reader", "connected", [0x80, 0x02, 0x05, .. "DOOR-A"u8]);
        yield return Good("connected, smallest MTU, no name", "reader", "connected", [0x80, 0, 23]);
        yield return Good("subscribe", "phone", "subscribe", [0x02]);
        yield return Good("subscribed", "reader", "subscribed", [0x82]);
        yield return Good("unsubscribe", "phone", "unsubscribe", [0x06]);
        yield return Good("unsubscribed", "reader", "unsubscribed", [0x86]);
        yield return Good("write", "phone", "write", [0x03, 1, 2, 3]);
        yield return Good("write of 512 bytes", "phone", "write", [0x03, .. Largest]);
        yield return Good("written", "reader", "written", [0x83, 0]);
        yield return Good("not written: invalid length", "reader", "written", [0x83, 0x0D]);
        yield return Good("read", "phone", "read", [0x04]);
        yield return Good("answer to read", "reader", "readAnswer", [0x84, 9, 8]);
        yield return Good("answer to read, nothing notified yet", "reader", "readAnswer", [0x84]);
        yield return Good("notification", "reader", "notification", [0x85, 4, 1, 3]);

        yield return Bad("empty", "phone", []);
        yield return Bad("empty from the reader", "reader", []);
        yield return Bad("unknown operation", "phone", [0x01]);
        yield return Bad("unknown operation of the reader", "reader", [0x81]);
        yield return Bad("the reader's operation from the phone", "phone", [0x85, 1]);
        yield return Bad("the phone's operation from the reader", "reader", [0x03, 1]);
        yield return Bad("subscribe with a value", "phone", [0x02, 0]);
        yield return Bad("unsubscribe with a value", "phone", [0x06, 0]);
        yield return Bad("read with a value", "phone", [0x04, 0]);
        yield return Bad("write of nothing", "phone", [0x03]);
        yield return Bad("write of 513 bytes", "phone", [0x03, 0, .. Largest]);
        yield return Bad("written without a code", "reader", [0x83]);
        yield return Bad("written with two codes", "reader", [0x83, 0, 0]);
        yield return Bad("notification of nothing", "reader", [0x85]);
        yield return Bad("notification of 513 bytes", "reader", [0x85, 0, .. Largest]);
        yield return Bad("answer of 513 bytes", "reader", [0x84, 0, .. Largest]);
        yield return Bad("connected without MTU", "reader", [0x80, 0]);
        yield return Bad("connected, MTU 22", "reader", [0x80, 0, 22]);
        yield return Bad("connected, MTU 518", "reader", [0x80, 2, 6]);
        yield return Bad("connected, name of 9 letters", "reader", [0x80, 2, 5, .. "DOOR-1234"u8]);
        yield return Bad("connected, name beyond ASCII", "reader", [0x80, 2, 5, 0xC4, 0x8D]);
    }

    private static JsonObject Good(string name, string from, string operation, byte[] message)
    {
        var expect = new JsonObject { ["operation"] = operation, ["value"] = VectorFile.Hex(message.AsSpan(1)) };
        if (operation == "connected")
        {
            expect["mtu"] = message[1] << 8 | message[2];
            expect["localName"] = System.Text.Encoding.ASCII.GetString(message.AsSpan(3));
        }
        return new() { ["name"] = name, ["from"] = from, ["message"] = VectorFile.Hex(message), ["expect"] = expect };
    }

    private static JsonObject Bad(string name, string from, byte[] message) =>
        new() { ["name"] = name, ["from"] = from, ["message"] = VectorFile.Hex(message), ["expect"] = "refused" };

    private static JsonObject Notify(string name, int mtu, byte[] value) => new()
    {
        ["name"] = name, ["mtu"] = mtu, ["value"] = VectorFile.Hex(value),
        ["expect"] = new JsonObject
        {
            ["message"] = VectorFile.Hex(RadioFrame.Notification(value, mtu, out var isCut).ToBytes()),
            ["cut"] = isCut,
        },
    };
}
