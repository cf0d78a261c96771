using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Server.Tests.Administrators;

/// <summary>A passkey in a program: what a browser and its device answer, after the words of WebAuthn.</summary>
sealed class SoftPasskey : IDisposable
{
    const byte Present = 0x01;
    const byte Verified = 0x04;
    const byte Attested = 0x40;

    readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly byte[] id = RandomNumberGenerator.GetBytes(32);
    string user = "";
    uint uses;

    public string Origin { get; init; } = "http://localhost:5500";

    /// <summary>Whether the device has asked its holder for finger, face or PIN.</summary>
    public bool Verifies { get; set; } = true;

    /// <summary>Answers the options of a creation.</summary>
    public string Create(string options)
    {
        var asked = JsonNode.Parse(options)!;
        user = asked["user"]!["id"]!.GetValue<string>();
        var point = key.ExportParameters(false).Q;
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] data = [.. Head(asked["rp"]!["id"]!.GetValue<string>(), Attested), .. new byte[16], 0, (byte)id.Length, .. id, .. cose];
        byte[] attestation =
            [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Answer(new() { ["clientDataJSON"] = Text(Client("webauthn.create", asked)), ["attestationObject"] = Text(attestation), ["transports"] = new JsonArray("internal") });
    }

    /// <summary>Answers the options of a sign-in.</summary>
    public string Get(string options)
    {
        var asked = JsonNode.Parse(options)!;
        uses++;
        var (data, client) = (Head(asked["rpId"]!.GetValue<string>(), 0), Client("webauthn.get", asked));
        var signature = key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Answer(new()
        {
            ["clientDataJSON"] = Text(client), ["authenticatorData"] = Text(data), ["signature"] = Text(signature), ["userHandle"] = user,
        });
    }

    byte[] Head(string domain, byte more)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, uses);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(domain)), (byte)(Present | (Verifies ? Verified : 0) | more), .. count];
    }

    byte[] Client(string type, JsonNode asked) => JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = asked["challenge"]!.GetValue<string>(), origin = Origin, crossOrigin = false });

    string Answer(JsonObject response) => new JsonObject
    {
        ["id"] = Text(id), ["rawId"] = Text(id), ["type"] = "public-key", ["clientExtensionResults"] = new JsonObject(), ["response"] = response,
    }.ToJsonString();

    static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public void Dispose() => key.Dispose();
}
