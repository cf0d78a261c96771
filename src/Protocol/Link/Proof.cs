using System.Diagnostics.CodeAnalysis;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Link;

/// <summary>
/// Something one party signs to show that it holds a key: a COSE_Sign1 with a typ of its own, so that no proof stands for
/// another (spec README 6). Read, it is a claim; only <see cref="Verify"/> makes it more.
/// </summary>
public abstract record Proof
{
    private Sign1? envelope;

    private protected Proof()
    {
    }

    // A copy made by "with" says something that nobody signed.
    protected Proof(Proof original)
    {
    }

    private protected abstract string SignedAs { get; }

    private protected abstract void WritePayload(System.Formats.Cbor.CborWriter writer);

    private protected abstract Proof ReadPayload(CborSource source);

    /// <summary>Signs what would be read again, and nothing else (spec README 7).</summary>
    /// <exception cref="ArgumentException">A value is outside its limit.</exception>
    public byte[] Sign(ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        var payload = Cbor.Write(WritePayload);
        if (!Cbor.TryRead(payload, ReadPayload, out _))
            throw new ArgumentException($"A value of this {SignedAs} is outside its limit.");
        return Cose.Write(SignedAs, payload, signer);
    }

    /// <summary>Whether this very proof, as it was read, was signed by the key.</summary>
    public bool Verify(PublicKey key) => envelope is { } signed && signed.VerifiedBy(key);

    /// <summary>Two proofs are equal if they claim the same; signatures have twins and say nothing.</summary>
    public virtual bool Equals(Proof? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();

    private protected static bool TryRead<T>(
        ReadOnlySpan<byte> bytes, string signedAs, Func<CborSource, T> read, [NotNullWhen(true)] out T? proof)
        where T : Proof
    {
        proof = null;
        if (!Cose.TryRead(bytes, signedAs, out var signed) || !Cbor.TryRead(signed.Payload, read, out proof))
            return false;
        proof.envelope = signed;
        return true;
    }
}
