using System.Text.Json.Nodes;

namespace Latchkey.Protocol.Tests.Vectors;

/// <summary>
/// The files of the handshake and the links are what their writers write, byte by byte, so that no value in them is anybody's memory. Other
/// tests run the files against the code.
/// </summary>
public sealed class WrittenVectorsTests
{
    private static readonly Dictionary<string, Func<JsonObject>> Writers = new()
    {
        [PkocVectors.File] = PkocVectors.Write,
        [SealedVectors.File] = SealedVectors.Write,
        [CertificateVectors.CertificateFile] = CertificateVectors.WriteCertificates,
        [CertificateVectors.ListFile] = CertificateVectors.WriteLists,
        [ProofVectors.File] = ProofVectors.Write,
        [LinkVectors.File] = LinkVectors.Write,
        [PairingVectors.File] = PairingVectors.Write,
        [RadioVectors.File] = RadioVectors.Write,
    };

    public static TheoryData<string> Files => [.. Writers.Keys];

    [Theory, MemberData(nameof(Files))]
    public void A_file_is_what_its_writer_writes(string file) =>
        Assert.Equal(VectorFile.Text(Writers[file]()), File.ReadAllText(VectorFile.PathOf(file)));

    /// <summary>Writes the files anew: see <c>vectors/README.md</c>.</summary>
    [Fact(Explicit = true)]
    public void Write()
    {
        foreach (var (file, write) in Writers)
            File.WriteAllText(VectorFile.PathOf(file), VectorFile.Text(write()));
    }
}
