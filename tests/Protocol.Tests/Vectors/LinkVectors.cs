using System.Text.Json.Nodes;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Link;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/reader-link.json</c>: every frame, and what is not one.</summary>
static class LinkVectors
{
    public const string File = "reader-link.json";

    private static readonly byte[] HashA = [.. Enumerable.Repeat((byte)0xAA, 32)];
    private static readonly byte[] HashB = [.. Enumerable.Repeat((byte)0xBB, 32)];
    private static readonly CommandId Command1 = new(new Guid([.. Enumerable.Range(0xC0, 16).Select(i => (byte)i)], bigEndian: true));

    public static IEnumerable<(string Name, LinkFrame Frame)> Good()
    {
        yield return ("hello", new HelloFrame(Reader, ProofVectors.ReaderNonce));
        yield return ("challenge", new ChallengeFrame(new ServerProof(Reader, ProofVectors.ReaderNonce, ProofVectors.ServerNonce, Now).Sign(SiteIssuer)));
        yield return ("proof", new ProofFrame(new ReaderProof(Site, Reader, ProofVectors.ReaderNonce, ProofVectors.ServerNonce).Sign(ReaderSigning)));
        yield return ("welcome", new WelcomeFrame(Now));
        yield return ("refused", new RefusedFrame("unknown_reader", "This reader is not paired."));
        yield return ("state", new StateFrame(Now, 1, 42, HashA, HashB, 3, 7, "0.1.0", "ws://127.0.0.1:5301/radio", true));
        yield return ("state, no radio, clock untrusted", new StateFrame(Now, 1, 42, HashA, HashB, 3, 0, "0.1.0", null, false));
        yield return ("state, nothing applied yet", new StateFrame(0, 0, 0, new byte[32], new byte[32], 1, 0, "", null, false));
        yield return ("applied", new AppliedFrame(1, 42, HashA));
        yield return ("applied, highest numbers", new AppliedFrame(9007199254740991, 9007199254740991, HashA));
        yield return ("not applied", new NotAppliedFrame("gap"));
        yield return ("events", new EventsFrame([new([1, 2], [3]), new([4], [5, 6])]));
        yield return ("events from the oldest", new EventsFrame([new([1, 2], [3])], FromOldest: true));
        yield return ("no events", new EventsFrame([]));
        yield return ("128 events", new EventsFrame([.. Enumerable.Repeat(new EventBytes([1], [2]), 128)]));
        yield return ("result, granted", new ResultFrame(Command1, Reason.Granted, 5));
        yield return ("result, refused", new ResultFrame(Command1, Reason.Revoked, null));
        yield return ("statement", new StatementFrame([0xD2, 0x84]));
        yield return ("command present", new CommandFrame(Command1, new Command.Present(Document(), [1, 2, 3], ProofVectors.Nonce), Now + 5));
        yield return ("command open", new CommandFrame(Command1, new Command.Open("Jana Nováková", "Courier"), Now + 5));
        yield return ("command identify", new CommandFrame(Command1, new Command.Identify(), Now + 5));
        yield return ("receipt", new ReceiptFrame([0xD2]));
        yield return ("status list", new StatusListFrame([[1], [2, 3]]));
        yield return ("no status list", new StatusListFrame([]));
        yield return ("heartbeat", new HeartbeatFrame(Now, 1, 42));
        yield return ("certificate", new CertificateFrame(Certificate));
    }

    public static JsonObject Write() => new()
    {
        ["page"] = "spec/reader-link.md",
        ["about"] = "`bytes` reads to `type` and `expect`, and writes back to `bytes`. In `grown`, unknown entries are skipped: it reads to `expect`, "
            + "and an unknown type or command kind reads as such. In `refused` nothing reads. Bytes in hex, `words` are text.",
        ["vectors"] = new JsonArray([.. Good().Select(good => Vector(good.Name, good.Frame, good.Frame.Write()))]),
        ["grown"] = new JsonArray([.. Grown()]),
        ["refused"] = new JsonArray([.. Refused()]),
    };

    private static IEnumerable<JsonNode> Grown()
    {
        yield return Vector("welcome with a number behind", new WelcomeFrame(7), Convert.FromHexString("8204a201070200"));
        yield return Vector("welcome with an entry before", new WelcomeFrame(7), Convert.FromHexString("8204a20061610107"));
        yield return Vector("welcome with a map and an array behind", new WelcomeFrame(7), Convert.FromHexString("8204a3010702a10102" + "03820102"));
        yield return Vector("heartbeat with an entry in between", new HeartbeatFrame(1, 2, 3), Convert.FromHexString("821818a4010102020303204100"));
        yield return Vector("identify with an entry behind", new CommandFrame(Command1, new Command.Identify(), 9),
            [0x82, 0x15, 0xA4, 0x01, 0x50, .. Command1.ToBytes(), 0x02, 0x03, 0x03, 0x09, 0x04, 0x61, 0x61]);
        yield return Vector("unknown type", new UnknownFrame(99), Convert.FromHexString("821863a10107"));
        yield return Vector("unknown type, empty", new UnknownFrame(6), Convert.FromHexString("8206a0"));
        yield return Vector("unknown command", new CommandFrame(Command1, new Command.Unknown(9), 9),
            [0x82, 0x15, 0xA4, 0x01, 0x50, .. Command1.ToBytes(), 0x02, 0x09, 0x03, 0x09, 0x04, 0xF5]);
    }

    private static IEnumerable<JsonNode> Refused()
    {
        foreach (var (name, hex) in new[]
        {
            ("empty", ""), ("not an array", "a10107"), ("array of one", "8104"), ("array of three", "8304a1010700"), ("body is an array", "82048107"),
            ("type is text", "826161a10107"), ("type is negative", "8220a10107"), ("type not in its shortest form", "821804a10107"),
            ("array of indefinite length", "9f04a10107ff"), ("map of indefinite length", "8204bf0107ff"), ("an entry twice", "8204a201070107"),
            ("entries out of order", "8204a202000107"), ("a byte behind", "8204a1010700"), ("cut short", "8204a101"), ("welcome without time", "8204a0"),
            ("time is text", "8204a1016161"), ("time beyond 32 bits", "8204a1011b0000000100000000"), ("unknown entry is a float", "8204a2010702f90000"),
            ("unknown entry is null", "8204a2010702f6"), ("unknown entry is tagged", "8204a2010702c101"), ("hello of version 0", "8201a3015000000000000000000000000000000000025820" + new string('0', 64) + "0300"),
            ("hello with a nonce of 31 bytes", "8201a301500000000000000000000000000000000002581f" + new string('0', 62) + "0301"),
            ("certificate of 1 byte", "821819a1014100"), ("empty statement", "8214a10140"), ("epoch beyond 2^53", "820ba3011b0020000000000000020103" + "5820" + new string('0', 64)),
            ("result with reason 0", "820ea20150000000000000000000000000000000000200"),
            ("result with reason 256", "820ea201500000000000000000000000000000000002190100"),
        })
            yield return new JsonObject { ["name"] = name, ["bytes"] = hex, ["expect"] = "refused" };
        var tooMany = new EventsFrame([.. Enumerable.Repeat(new EventBytes([1], [2]), 129)]).Write();
        yield return new JsonObject { ["name"] = "129 events", ["bytes"] = VectorFile.Hex(tooMany), ["expect"] = "refused" };
        var tooLarge = new EventsFrame([new(new byte[1], new byte[2049])]).Write();
        yield return new JsonObject { ["name"] = "an event of 2049 bytes", ["bytes"] = VectorFile.Hex(tooLarge), ["expect"] = "refused" };
    }

    private static JsonObject Vector(string name, LinkFrame frame, byte[] bytes) => new()
    {
        ["name"] = name,
        ["bytes"] = VectorFile.Hex(bytes),
        ["type"] = frame.Type,
        ["expect"] = FieldsOf(frame),
    };

    public static JsonObject FieldsOf(LinkFrame frame) => frame switch
    {
        HelloFrame f => new() { ["reader"] = f.Reader.ToString(), ["nonce"] = VectorFile.Hex(f.Nonce.Span), ["version"] = f.ProtocolVersion },
        ChallengeFrame f => new() { ["proof"] = VectorFile.Hex(f.Proof) },
        ProofFrame f => new() { ["proof"] = VectorFile.Hex(f.Proof) },
        WelcomeFrame f => new() { ["serverTime"] = f.ServerTime },
        RefusedFrame f => new() { ["code"] = f.Code, ["words"] = f.Words },
        StateFrame f => new()
        {
            ["clock"] = f.Clock, ["epoch"] = f.Epoch, ["seq"] = f.Seq, ["stateHash"] = VectorFile.Hex(f.StateHash),
            ["statementHash"] = VectorFile.Hex(f.StatementHash), ["boot"] = f.Boot, ["eventsWaiting"] = f.EventsWaiting,
            ["software"] = f.Software, ["radioAddress"] = f.RadioAddress, ["clockTrusted"] = f.ClockTrusted,
        },
        AppliedFrame f => new() { ["epoch"] = f.Epoch, ["seq"] = f.Seq, ["stateHash"] = VectorFile.Hex(f.StateHash) },
        NotAppliedFrame f => new() { ["refusal"] = f.Refusal },
        EventsFrame f => new()
        {
            ["events"] = new JsonArray([.. f.Events.Select(e => (JsonNode)new JsonArray(VectorFile.Hex(e.Header), VectorFile.Hex(e.Payload)))]),
        },
        ResultFrame f => new() { ["command"] = f.Command.ToString(), ["reason"] = (int)f.Reason, ["unlockSeconds"] = f.UnlockSeconds },
        StatementFrame f => new() { ["statement"] = VectorFile.Hex(f.Statement) },
        CommandFrame f => new()
        {
            ["command"] = f.Id.ToString(), ["expiresAt"] = f.ExpiresAt, ["do"] = f.Command switch
            {
                Command.Present c => new JsonObject { ["present"] = VectorFile.Hex(c.Document), ["proof"] = VectorFile.Hex(c.Proof), ["nonce"] = c.Nonce.ToString("N") },
                Command.Open c => new JsonObject { ["openBy"] = c.By, ["why"] = c.Why },
                Command.Identify => new JsonObject { ["identify"] = true },
                Command.Unknown c => new JsonObject { ["unknown"] = c.Kind },
                _ => throw new ArgumentException("Another command.", nameof(frame)),
            },
        },
        ReceiptFrame f => new() { ["receipt"] = VectorFile.Hex(f.Receipt) },
        StatusListFrame f => new() { ["lists"] = new JsonArray([.. f.Lists.Select(list => (JsonNode)VectorFile.Hex(list))]) },
        HeartbeatFrame f => new() { ["serverTime"] = f.ServerTime, ["epoch"] = f.Epoch, ["seq"] = f.Seq },
        CertificateFrame f => new() { ["certificate"] = VectorFile.Hex(f.Certificate) },
        UnknownFrame f => new() { ["unknown"] = f.Number },
        _ => throw new ArgumentException("Another frame.", nameof(frame)),
    };
}
