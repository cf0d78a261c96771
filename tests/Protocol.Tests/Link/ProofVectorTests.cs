using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Tests.Handshake;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Link;

/// <summary>Runs <c>vectors/proofs.json</c>.</summary>
public sealed class ProofVectorTests
{
    public static TheoryData<string> Good => Names("vectors");

    public static TheoryData<string> Refused => Names("refused");

    public static TheoryData<string> Wrong => Names("wrong");

    [Theory]
    [MemberData(nameof(Good))]
    public void A_proof_reads_verifies_and_is_what_stock_libraries_see(string name)
    {
        var vector = Vector("vectors", name);
        var bytes = vector["bytes"].Bytes();
        Assert.True(TryRead(vector, out var proof));
        Assert.Equal(vector["fields"]!.ToJsonString(), ProofVectors.FieldsOf(proof).ToJsonString());
        Assert.True(PublicKey.TryRead(vector["signer"].Bytes(), out var signer));
        Assert.True(proof.Verify(signer));

        var message = CoseMessage.DecodeSign1(bytes);
        Assert.Equal(vector["payload"].Bytes(), message.Content!.Value.ToArray());
        using var stock = ECDsa.Create(signer.Parameters);
        Assert.True(message.VerifyEmbedded(stock, ReadOnlySpan<byte>.Empty));
        Assert.True(signer.Verify(vector["toBeSigned"].Bytes(), vector["signature"].Bytes()));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_nobody_would_write_does_not_read(string name) => Assert.False(TryRead(Vector("refused", name), out _));

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_another_signed_does_not_verify(string name)
    {
        var vector = Vector("wrong", name);
        Assert.True(TryRead(vector, out var proof));
        Assert.True(PublicKey.TryRead(vector["signer"].Bytes(), out var signer));
        Assert.False(proof.Verify(signer));
    }

    [Fact]
    public void A_proof_that_was_not_read_verifies_by_nobody() =>
        Assert.False(new RenewProof(Pkoc.Site, 1, 1, 1).Verify(Pkoc.Device.Public));

    [Fact]
    public void A_changed_proof_is_no_proof()
    {
        Assert.True(RenewProof.TryRead(new RenewProof(Pkoc.Site, 1, 1, 1).Sign(Pkoc.Device), out var proof));
        Assert.False((proof with { Key = 2 }).Verify(Pkoc.Device.Public));
    }

    [Fact]
    public void What_would_not_read_is_not_signed()
    {
        Assert.Throws<ArgumentException>(() => new RenewProof(Pkoc.Site, 1, 4294967296, 1).Sign(Pkoc.Device));
        Assert.Throws<ArgumentException>(() => new RedeemProof("1", Pkoc.Device.Public, 1, new string('č', 33), 1).Sign(Pkoc.Device));
        Assert.Throws<ArgumentException>(() => new RedeemProof(new string('1', 65), Pkoc.Device.Public, 1, "", 1).Sign(Pkoc.Device));
    }

    [Fact]
    public void No_kind_of_proof_reads_as_another()
    {
        string[] types = [Typ.Redeem, Typ.Renew, Typ.Open, Typ.LinkServer, Typ.LinkReader];
        foreach (var (_, typ, proof, signer) in ProofVectors.Good())
            foreach (var other in types.Where(other => other != typ))
                Assert.False(TryRead(other, proof.Sign(signer), out _));
    }

    private static bool TryRead(JsonObject vector, [NotNullWhen(true)] out Proof? proof) =>
        TryRead(vector["typ"]!.GetValue<string>(), vector["bytes"].Bytes(), out proof);

    private static bool TryRead(string typ, byte[] bytes, [NotNullWhen(true)] out Proof? proof)
    {
        proof = typ switch
        {
            Typ.Redeem => RedeemProof.TryRead(bytes, out var redeem) ? redeem : null,
            Typ.Renew => RenewProof.TryRead(bytes, out var renew) ? renew : null,
            Typ.Open => OpenProof.TryRead(bytes, out var open) ? open : null,
            Typ.LinkServer => ServerProof.TryRead(bytes, out var server) ? server : null,
            Typ.LinkReader => ReaderProof.TryRead(bytes, out var reader) ? reader : null,
            _ => throw new InvalidDataException($"No proof is of type {typ}."),
        };
        return proof is not null;
    }

    private static JsonObject Vector(string group, string name) =>
        VectorFile.Read(ProofVectors.File, group).Single(vector => vector.Name() == name);

    private static TheoryData<string> Names(string group) =>
        [.. VectorFile.Read(ProofVectors.File, group).Select(vector => vector.Name())];
}
