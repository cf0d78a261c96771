using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Tests.Vectors;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Credentials;

/// <summary>Documents against a stock COSE library, their sizes, and every fault of the lint.</summary>
public sealed class DocumentTests
{
    [Fact]
    public void A_stock_library_verifies_our_document()
    {
        var message = CoseMessage.DecodeSign1(Made.Typical.Sign(Made.Issuer));
        Assert.True(message.VerifyEmbedded(Made.Issuer.Public.Import()));
        Assert.False(message.VerifyEmbedded(Made.OtherIssuer.Public.Import()));
        Assert.Equal(Made.Issuer.Public.Kid, message.ProtectedHeaders[CoseHeaderLabel.KeyIdentifier].GetValueAsBytes());
        Assert.Equal(-7, message.ProtectedHeaders[CoseHeaderLabel.Algorithm].GetValueAsInt32());
        Assert.Equal("lk-doc", message.ProtectedHeaders[new CoseHeaderLabel(16)].GetValueAsString());
        Assert.Empty(message.UnprotectedHeaders);
    }

    [Fact]
    public void A_document_of_a_stock_library_reads()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = PublicKey.Of(key);
        Assert.True(AccessDocument.TryRead(Made.Typical.Sign(Made.Issuer), out _, out var signed));
        CoseHeaderMap headers = new()
        {
            [CoseHeaderLabel.KeyIdentifier] = CoseHeaderValue.FromBytes(issuer.Kid),
            [new CoseHeaderLabel(16)] = CoseHeaderValue.FromString("lk-doc"),
        };
        var bytes = CoseSign1Message.SignEmbedded(signed.Payload, new CoseSigner(key, HashAlgorithmName.SHA256, headers));
        var reading = DocumentReading.Read(bytes, Made.Site, [new Issuer(issuer)]);
        Assert.Equal((Authenticity.Genuine, Made.Typical, issuer.KidNumber), (reading.Authenticity, reading.Document, reading.IssuerKid));
    }

    /// <summary>Keys may share a kid: any one that verifies. Two such keys are not to be had, so the second stands for both.</summary>
    [Fact]
    public void The_right_issuer_is_found_among_many()
    {
        Issuer[] issuers = [new(Made.OtherIssuer.Public), new(Made.Issuer.Public), new(Made.SiteKey.Public)];
        Assert.Equal(Authenticity.Genuine, DocumentReading.Read(Made.Typical.Sign(Made.Issuer), Made.Site, issuers).Authenticity);
    }

    [Fact]
    public void Documents_keep_to_their_sizes()
    {
        var typical = Made.Typical with { Rules = [new Rule(1, 2), new Rule(7, 3)] };
        Assert.InRange(typical.Sign(Made.Issuer).Length, 1, 220);
        Assert.InRange(Made.Smallest.Sign(Made.Issuer).Length, 1, 180);
        Assert.InRange(Made.Largest.Sign(Made.Issuer).Length, 1, AccessDocument.BytesMax);
    }

    public static TheoryData<DocumentFault> Faults => [.. Enum.GetValues<DocumentFault>()];

    /// <summary>Each fault alone; and what has one is not signed.</summary>
    [Theory, MemberData(nameof(Faults))]
    public void Lint_names_the_fault(DocumentFault fault)
    {
        var good = Made.Typical;
        var wrong = fault switch
        {
            DocumentFault.TimeOutOfRange => good with { Until = UnixTime.End },
            DocumentFault.ExpiresNotAfterIssue => good with { Expires = good.IssuedAt },
            DocumentFault.NotBeforeNotAfterIssue => good with { NotBefore = good.IssuedAt },
            DocumentFault.UntilBeforeExpires => good with { Until = good.Expires - 1 },
            DocumentFault.SerialZero => good with { Serial = 0 },
            DocumentFault.KeyOutOfRange => good with { Key = uint.MaxValue },
            DocumentFault.UserIdZero => good with { UserId = 0 },
            DocumentFault.PrefixNotDigits => good with { Prefix = "9x" },
            DocumentFault.TooManyRules => good with { Rules = [.. Enumerable.Repeat(new Rule(1, 0), 33)] },
            DocumentFault.RuleWindowEmpty => good with { Rules = [new Rule(1, 0, 5, 5)] },
            DocumentFault.UnknownFlags => good with { Flags = (DocumentFlags)16 },
        };
        Assert.Equal(fault, AccessDocument.Lint(wrong, out var linted));
        Assert.Null(linted);
    }

    [Theory, InlineData(-1L), InlineData(UnixTime.End + 1)]
    public void Lint_refuses_times_that_cannot_be_written(long time)
    {
        var good = Made.Typical;
        foreach (var wrong in new[] { good with { IssuedAt = time }, good with { Expires = time }, good with { NotBefore = time }, good with { Until = time } })
            Assert.Equal(DocumentFault.TimeOutOfRange, AccessDocument.Lint(wrong, out _));
    }

    /// <summary>A signature over one artefact never passes for another, whoever signed.</summary>
    [Fact]
    public void No_artefact_passes_for_another()
    {
        var bytes = Made.Typical.Sign(Made.SiteKey);
        foreach (var typ in new[] { Typ.StatusList, Typ.Statement, Typ.Receipt, Typ.Card, Typ.LinkServer, Typ.LinkReader, Typ.Redeem, Typ.Renew, Typ.Open })
            Assert.False(Cose.TryRead(bytes, typ, out _));
    }
}
