using System.Text.Json.Nodes;
using Latchkey.Protocol.Cards;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Tests.Vectors;

static class CardNumberVectors
{
    // The worked example of PSIA's PKOC NFC 1.1.
    private const string Key = "040EC5D87DC39D14A2C5480686DA860C82B16BE0B6903B525F84848B79FD463E32BBDA1F0252C33503C5287035E6EAC55D138D0650DCFB5281D59A9CF4124D2831";
    private const string Transaction = "6FCF5012B224043B09350A4FC5E56A8F";
    private const string Signature = "B98613070C78010B04ED306D143F94EE6DC4ECA2585B621405731FB3A53CD877A21685DE18435DA7CBCC38F1D926300A454EFEE3594CEC5EFFE28C7FEAC03D7D";

    public static VectorSet Set { get; } = new("card-numbers.json", Make, new Dictionary<string, Func<JsonObject, JsonObject>>
    {
        ["pkoc"] = Pkoc,
        ["mobileKey"] = MobileKey,
        ["nfc"] = Nfc,
    });

    private static JsonObject Make() => new()
    {
        ["page"] = "spec/card-numbers.md",
        ["about"] = "pkoc and nfc: the worked example of PSIA's PKOC NFC 1.1. nfc: the signature is over the transaction identifier alone.",
        ["pkoc"] = VectorSet.Group(
        [
            Number(64, "9548910465988836914", "84848B79FD463E32"),
            Number(75, "11206722563207686667826", "25F84848B79FD463E32"),
            Number(128, "235833488741707688664183164783114468914", "B16BE0B6903B525F84848B79FD463E32"),
            Number(200, "1021727805749340745643130054840366039832864945668425962110514", "A2C5480686DA860C82B16BE0B6903B525F84848B79FD463E32"),
            Number(256, "6681942919731827395494707763346967044398292231390963164483284318780758834738", "0EC5D87DC39D14A2C5480686DA860C82B16BE0B6903B525F84848B79FD463E32"),
        ]),
        ["mobileKey"] = VectorSet.Group(
        [
            new() { ["name"] = "with prefix", ["prefix"] = "99", ["userId"] = 17, ["expect"] = "ok", ["number"] = "9917" },
            new() { ["name"] = "prefix with zeros", ["prefix"] = "007", ["userId"] = 1, ["expect"] = "ok", ["number"] = "0071" },
            new() { ["name"] = "without prefix", ["prefix"] = null, ["userId"] = 4294967295, ["expect"] = "ok", ["number"] = "4294967295" },
        ]),
        ["nfc"] = VectorSet.Group(
        [
            Signed("worked example", Key, Transaction, Signature, "ok"),
            Signed("another transaction", Key, Transaction[..^1] + "E", Signature, "bad_signature"),
            Signed("one bit of the signature", Key, Transaction, Signature[..^1] + "C", "bad_signature"),
            Signed("signature cut", Key, Transaction, Signature[..^2], "bad_signature"),
            Signed("key off the curve", Key[..^1] + "0", Transaction, Signature, "bad_key"),
            Signed("key compressed", "03" + Key[2..66], Transaction, Signature, "bad_key"),
            Signed("key in the hybrid form", "07" + Key[2..], Transaction, Signature, "bad_key"),
            Signed("point at infinity", "00", Transaction, Signature, "bad_key"),
        ]),
    };

    private static JsonObject Number(int bits, string number, string hex) => new()
    {
        ["name"] = $"{bits} bits", ["key"] = Key.ToLowerInvariant(), ["bits"] = bits, ["expect"] = "ok", ["decimal"] = number, ["hex"] = hex,
    };

    private static JsonObject Signed(string name, string key, string transaction, string signature, string expect) => new()
    {
        ["name"] = name, ["key"] = key.ToLowerInvariant(), ["transaction"] = transaction.ToLowerInvariant(),
        ["signature"] = signature.ToLowerInvariant(), ["expect"] = expect,
    };

    private static JsonObject Pkoc(JsonObject vector)
    {
        Assert.True(PublicKey.TryReadUncompressed(vector["key"].Bytes(), out var key));
        var number = CardNumber.FromPkoc(key, (int)vector["bits"].Number());
        return new() { ["expect"] = "ok", ["decimal"] = number.Decimal, ["hex"] = number.Hex };
    }

    private static JsonObject MobileKey(JsonObject vector) => new()
    {
        ["expect"] = "ok", ["number"] = CardNumber.OfMobileKey(vector["prefix"]?.GetValue<string>(), (uint)vector["userId"].Number()),
    };

    private static JsonObject Nfc(JsonObject vector)
    {
        if (!PublicKey.TryReadUncompressed(vector["key"].Bytes(), out var key))
            return VectorSet.Expect("bad_key");
        return VectorSet.Expect(key.Verify(vector["transaction"].Bytes(), vector["signature"].Bytes()) ? "ok" : "bad_signature");
    }
}
