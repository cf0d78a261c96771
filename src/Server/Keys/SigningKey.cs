namespace Latchkey.Server.Keys;

public enum KeyPurpose
{
    /// <summary>Reader certificates, statements, receipts, time tokens, site cards.</summary>
    Site,

    /// <summary>Access documents and status lists.</summary>
    Issuer,
}

/// <summary>One P-256 signing key of a customer; the private half is sealed under the master key.</summary>
public sealed class SigningKey
{
    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required KeyPurpose Purpose { get; init; }

    /// <summary>Key identifier on the wire, made from the public key.</summary>
    public required byte[] Kid { get; init; }

    /// <summary>Compressed P-256 point (33 bytes).</summary>
    public required byte[] PublicKey { get; init; }

    public required byte[] PrivateKeySealed { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RetiredAt { get; set; }

    /// <summary>Documents of this key issued before this moment are void everywhere.</summary>
    public DateTimeOffset? IssuedAtFloor { get; set; }
}
