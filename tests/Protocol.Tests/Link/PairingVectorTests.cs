using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Tests.Handshake;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Link;

/// <summary>Runs <c>vectors/pairing.json</c>.</summary>
public sealed class PairingVectorTests
{
    [Fact]
    public void The_reader_proves_the_System_Key_over_code_and_key()
    {
        foreach (var vector in VectorFile.Read(PairingVectors.File, "request"))
            Assert.Equal(vector["expect"].Bytes(), PairingProof.OfRequest(
                Text(vector, "systemKey"), Text(vector, "code"), Text(vector, "systemId"), Key(vector["publicKey"])));
    }

    [Fact]
    public void The_server_proves_it_over_all_the_reader_is_about_to_trust()
    {
        foreach (var vector in VectorFile.Read(PairingVectors.File, "answer"))
        {
            Assert.True(SiteId.TryRead(vector["site"].Bytes(), out var site));
            Assert.True(ReaderId.TryRead(vector["reader"].Bytes(), out var reader));
            Assert.Equal(vector["expect"].Bytes(), PairingProof.OfAnswer(
                Text(vector, "systemKey"), Text(vector, "code"), site, reader, vector["certificate"].Bytes(),
                [.. vector["siteKeys"]!.AsArray().Select(Key)]));
        }
    }

    [Fact]
    public void Fingerprints_are_shown_as_expected()
    {
        foreach (var vector in VectorFile.Read(PairingVectors.File, "fingerprint"))
            Assert.Equal(Text(vector, "expect"), Fingerprint.Text(Key(vector["publicKey"])));
    }

    /// <summary>The page's formula, written out beside the code.</summary>
    [Fact]
    public void The_request_is_the_page_s_formula()
    {
        byte[] said = [.. Encoding.UTF8.GetBytes("latchkey/1 pair\0CODE\0id\0"), .. Pkoc.Device.Public.Span];
        Assert.Equal(
            HMACSHA256.HashData("secret"u8.ToArray(), said), PairingProof.OfRequest("secret", "CODE", "id", Pkoc.Device.Public));
    }

    [Fact]
    public void Nothing_said_can_change_without_the_mac()
    {
        var mac = PairingProof.OfRequest("secret", "CODE", "id", Pkoc.Device.Public);
        Assert.True(PairingProof.Fits(mac, PairingProof.OfRequest("secret", "CODE", "id", Pkoc.Device.Public)));
        Assert.False(PairingProof.Fits(mac, PairingProof.OfRequest("other", "CODE", "id", Pkoc.Device.Public)));
        Assert.False(PairingProof.Fits(mac, PairingProof.OfRequest("secret", "COD", "Eid", Pkoc.Device.Public)));
        Assert.False(PairingProof.Fits(mac, PairingProof.OfRequest("secret", "CODE", "id", Pkoc.DeviceEphemeral.Public)));
        Assert.False(PairingProof.Fits(mac, []));
        Assert.False(PairingProof.Fits([], mac));
    }

    private static string Text(JsonObject vector, string field) => vector[field]!.GetValue<string>();

    private static PublicKey Key(JsonNode? hex)
    {
        Assert.True(PublicKey.TryRead(hex.Bytes(), out var key));
        return key;
    }
}
