using System.Text.Json.Nodes;
using Latchkey.Protocol.Link;
using static Latchkey.Protocol.Tests.Handshake.Pkoc;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>Writes <c>vectors/pairing.json</c>: both macs and the fingerprint.</summary>
static class PairingVectors
{
    public const string File = "pairing.json";

    private static readonly LabelledKey OtherIssuer = new("pkoc-test other-issuer");

    public static JsonObject Write() => new()
    {
        ["page"] = "spec/reader-link.md",
        ["about"] = "HMAC-SHA256 with the System Key in UTF-8. `code` is canonical text. `expect` is the mac, or the fingerprint as both screens show it.",
        ["request"] = new JsonArray(
            Request("demo", "demo", "K7QFM2XNZ4TR", "demo0001"),
            Request("key and id beyond ASCII", "kľúč od brány", "K7QFM2XNZ4TR", "závod-7"),
            Request("empty System Key", "", "K7QFM2XNZ4TR", "demo0001")),
        ["answer"] = new JsonArray(
            Answer("one site key", "demo", SiteIssuer), Answer("two site keys", "demo", SiteIssuer, OtherIssuer)),
        ["fingerprint"] = new JsonArray(Print("reader key", ReaderSigning), Print("another", Device)),
    };

    private static JsonObject Request(string name, string systemKey, string code, string systemId) => new()
    {
        ["name"] = name, ["systemKey"] = systemKey, ["code"] = code, ["systemId"] = systemId, ["publicKey"] = ReaderSigning.Public.ToString(),
        ["expect"] = VectorFile.Hex(PairingProof.OfRequest(systemKey, code, systemId, ReaderSigning.Public)),
    };

    private static JsonObject Answer(string name, string systemKey, params LabelledKey[] siteKeys) => new()
    {
        ["name"] = name, ["systemKey"] = systemKey, ["code"] = "K7QFM2XNZ4TR", ["site"] = Site.ToString(), ["reader"] = Reader.ToString(),
        ["certificate"] = VectorFile.Hex(Certificate),
        ["siteKeys"] = new JsonArray([.. siteKeys.Select(key => (JsonNode)key.Public.ToString())]),
        ["expect"] = VectorFile.Hex(PairingProof.OfAnswer(
            systemKey, "K7QFM2XNZ4TR", Site, Reader, Certificate, [.. siteKeys.Select(key => key.Public)])),
    };

    private static JsonObject Print(string name, LabelledKey key) =>
        new() { ["name"] = name, ["publicKey"] = key.Public.ToString(), ["expect"] = Fingerprint.Text(key.Public) };
}
