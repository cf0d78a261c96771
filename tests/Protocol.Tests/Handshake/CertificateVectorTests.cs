using System.Text.Json.Nodes;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Handshake;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Handshake;

/// <summary>Runs <c>vectors/reader-certificate.json</c> and <c>vectors/reader-revocation-list.json</c>.</summary>
public sealed class CertificateVectorTests
{
    public static TheoryData<string> Certificates => [.. VectorFile.Read(CertificateVectors.CertificateFile, "vectors").Select(vector => vector.Name())];

    public static TheoryData<string> Lists => [.. VectorFile.Read(CertificateVectors.ListFile, "vectors").Select(vector => vector.Name())];

    public static TheoryData<string> Replacements => [.. VectorFile.Read(CertificateVectors.ListFile, "replaces").Select(vector => vector.Name())];

    [Theory]
    [MemberData(nameof(Certificates))]
    public void A_certificate_reads_as_expected(string name)
    {
        var vector = VectorFile.Read(CertificateVectors.CertificateFile, "vectors").Single(v => v.Name() == name);
        var reads = ReaderCertificate.TryRead(vector["bytes"].Bytes(), out var certificate);
        if (vector["expect"] is not JsonObject expect)
        {
            Assert.False(reads);
            return;
        }
        Assert.True(reads);
        Assert.Equal(expect["reader"]!.GetValue<string>(), VectorFile.Hex(certificate!.Reader.ToBytes()));
        Assert.Equal(expect["site"]!.GetValue<string>(), VectorFile.Hex(certificate.Site.ToBytes()));
        Assert.Equal(expect["notBefore"]!.GetValue<uint>(), certificate.NotBefore);
        Assert.Equal(expect["notAfter"]!.GetValue<uint>(), certificate.NotAfter);
        Assert.Equal(expect["key"]!.GetValue<string>(), certificate.ReaderKey.ToString());
        Assert.Equal(expect["fingerprint"]!.GetValue<string>(), VectorFile.Hex(certificate.Fingerprint));
        Assert.Equal(expect["signed"]!.GetValue<bool>(), certificate.IsSignedBy(Keys(vector)));
        Assert.Equal(vector["bytes"].Bytes(), certificate.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public void A_list_reads_as_expected(string name)
    {
        var vector = VectorFile.Read(CertificateVectors.ListFile, "vectors").Single(v => v.Name() == name);
        var list = ListOf(vector, "bytes");
        if (vector["expect"] is not JsonObject expect)
        {
            Assert.Null(list);
            return;
        }
        Assert.Equal(expect["issued"]!.GetValue<uint>(), list!.Issued);
        Assert.Equal(
            expect["readers"]!.AsArray().Select(entry => (entry!["reader"]!.GetValue<string>(), entry["time"]!.GetValue<uint>())),
            list.Readers.Select(entry => (VectorFile.Hex(entry.Reader.ToBytes()), entry.Time)));
        Assert.All(list.Readers, entry => Assert.True(list.Contains(entry.Reader)));
        Assert.False(list.Contains(new ReaderId(Guid.AllBitsSet)));
    }

    [Theory]
    [MemberData(nameof(Replacements))]
    public void A_list_replaces_an_earlier_one_only(string name)
    {
        var vector = VectorFile.Read(CertificateVectors.ListFile, "replaces").Single(v => v.Name() == name);
        Assert.Equal(vector["expect"]!.GetValue<bool>(), ListOf(vector, "next")!.Replaces(ListOf(vector, "stored")));
        Assert.True(ListOf(vector, "next")!.Replaces(stored: null));
    }

    [Fact]
    public void An_upside_down_window_is_not_signed() => Assert.Throws<ArgumentException>(() =>
        ReaderCertificate.Sign(Pkoc.Reader, Pkoc.Site, 2, 1, Pkoc.ReaderSigning.Public, Pkoc.SiteIssuer));

    private static ReaderRevocationList? ListOf(JsonObject vector, string field)
    {
        Assert.True(SiteId.TryRead(vector["site"].Bytes(), out var site));
        return ReaderRevocationList.TryRead(vector[field].Bytes(), site, Keys(vector), out var list) ? list : null;
    }

    private static List<PublicKey> Keys(JsonObject vector)
    {
        List<PublicKey> keys = [];
        foreach (var bytes in vector["siteKeys"]!.AsArray())
        {
            Assert.True(PublicKey.TryRead(bytes.Bytes(), out var key));
            keys.Add(key);
        }
        return keys;
    }
}
