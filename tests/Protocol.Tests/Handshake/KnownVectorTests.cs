using System.Security.Cryptography;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Vectors;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>Values that were computed by other software first: what stands here was not made by this code.</summary>
public sealed class KnownVectorTests
{
    [Fact]
    public void Keys_of_the_labels_are_the_known_points()
    {
        Assert.Equal("02990f68b057a1b514bba052143f2212ceac834eed57043e7da9ef59e281c08981", Pkoc.ReaderEphemeral.Public.ToString());
        Assert.Equal(
            "0456eadc9146d50bc45e06e6257c0ada90fcb1a150891b291ba2db47fb65966e78d6d13c69b9b1d3a3f6152215112186aaaafa685da8638771096b4befeddef033",
            VectorFile.Hex(Pkoc.DeviceEphemeral.Public.ToUncompressed()));
        Assert.Equal(
            "049a2bef6bc5be0a413aebd049efe7e962f27d77a3ca8fbf8d0f1ca1ca0f4307393fc00d790a2a58b737654692cd582e7f8db0b261691c1ce6fea37c427d72d00d",
            VectorFile.Hex(Pkoc.Device.Public.ToUncompressed()));
        Assert.Equal(
            "040d53f7f3d6892ea15888707cb6e9a9ef6862895805a53e2ea55136dca0a659aefecb604975c6f6b6e4c9979ef2c1bfdc8d8926ccf293ecc810aafb8a0dbac7ff",
            VectorFile.Hex(Pkoc.SiteIssuer.Public.ToUncompressed()));
    }

    [Fact]
    public void Agreement_and_transcript_are_the_known_ones_from_both_sides()
    {
        const string z = "8bf5a9f5d58d884cdc32d432b154e97854903c6fcfe0579b4e4c9a8724c38b80";
        const string k = "aa5e36f270eccdad24396643db0de182f086515b4338a8a091c93214e2f8615d";
        Assert.Equal(z, VectorFile.Hex(Pkoc.DeviceEphemeral.Z(Pkoc.ReaderEphemeral.Public)));
        var key = new byte[32];
        using (var reader = Pkoc.ReaderEphemeral.Ephemeral())
            Assert.True(reader.TryAgree(Pkoc.DeviceEphemeral.Public.ToUncompressed(), key));
        Assert.Equal(k, VectorFile.Hex(key));
        using (var phone = Pkoc.DeviceEphemeral.Ephemeral())
            Assert.True(phone.TryAgree(Pkoc.ReaderEphemeral.Public.ToUncompressed(), key));
        Assert.Equal(k, VectorFile.Hex(key));
        Assert.Equal(
            "4e58220d81603419eb220a9701ae9c8db7683bfc1af660de5f20e8f2ee029400",
            VectorFile.Hex(SHA256.HashData(Pkoc.Transcript(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral))));
    }

    [Fact]
    public void M1_of_a_plain_reader_is_the_known_one()
    {
        using var ephemeral = Pkoc.ReaderEphemeral.Ephemeral();
        Assert.Equal(
            "0c0503000000010221" + Pkoc.ReaderEphemeral.Public
            + "0d100f0e0d0c0b0a090807060504030201000e1000112233445566778899aabbccddeeff",
            VectorFile.Hex(M1.Write(ephemeral, Pkoc.Reader, Pkoc.Site, latchkey: null, certificate: [])));
    }

    [Theory]
    [InlineData(false, 164, "40a2d4f7d478cd1a3e4f", "6c2888250f774781cac076e8534660d405bcbe002d86b40a8b8b1e3b813bc0cd")]
    [InlineData(true, 165, "4081a2d4f7d478cd1a3e4f", "fba6fef20eec2b90825f12368d4e2bff02f96291b94b470f534e869be0a22819")]
    public void M4_is_the_known_one_in_both_length_forms(bool longForm, int length, string start, string hash)
    {
        var signature = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var m4 = M4.Write(
            Pkoc.SessionKey(Pkoc.DeviceEphemeral, Pkoc.ReaderEphemeral),
            Pkoc.Device.Public.ToUncompressed(), signature, 0x66000000, longForm);
        Assert.Equal(length, m4.Length);
        Assert.StartsWith(start, VectorFile.Hex(m4), StringComparison.Ordinal);
        Assert.EndsWith("9735be76cbb133c1c34228a7fba4d8a0", VectorFile.Hex(m4), StringComparison.Ordinal);
        Assert.Equal(hash, VectorFile.Hex(SHA256.HashData(m4)));
    }

    [Fact]
    public void The_certificate_is_read_as_it_was_signed()
    {
        Assert.True(ReaderCertificate.TryRead(Pkoc.Certificate, out var certificate));
        Assert.Equal((Pkoc.Reader, Pkoc.Site), (certificate.Reader, certificate.Site));
        Assert.Equal((0x6955B900u, 0x6B36EC80u), (certificate.NotBefore, certificate.NotAfter));
        Assert.Equal(Pkoc.ReaderSigning.Public, certificate.ReaderKey);
        Assert.True(certificate.IsSignedBy([Pkoc.SiteIssuer.Public]));
        Assert.Equal("5d5094654732ed0cb4835e69009c1810f3865e11bf55ca9d7e335fc0dae3e06a", VectorFile.Hex(certificate.Fingerprint));
    }

    [Fact]
    public void The_revocation_list_names_its_reader()
    {
        Assert.True(ReaderRevocationList.TryRead(Pkoc.RevocationList, Pkoc.Site, [Pkoc.SiteIssuer.Public], out var list));
        Assert.Equal((0x6B0527E0u, 1), (list.Issued, list.Readers.Count));
        Assert.Equal(new RevokedReader(Pkoc.Reader, 0x6B0523F8), list.Readers[0]);
    }

    /// <summary>RFC 6979, A.2.5, P-256 with SHA-256: the vectors' own signer.</summary>
    [Theory]
    [InlineData("sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")]
    [InlineData("test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083")]
    public void The_signer_of_the_vectors_is_that_of_the_RFC(string message, string signature)
    {
        var key = new LabelledKey(Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
        Assert.Equal(signature, VectorFile.Hex(key.Sign(System.Text.Encoding.ASCII.GetBytes(message))));
    }
}
