namespace Latchkey.Server.Keys;

public enum KeyPurpose
{
    /// <summary>Reader certificates, statements, receipts, time tokens, site cards.</summary>
    Site,

    /// <summary>Access documents and status lists.</summary>
    Issuer,

    /// <summary>Checkpoints of audit chains; the installation's, so its customer is <see cref="SigningKey.Installation"/>.</summary>
    Audit,
}

/// <summary>One P-256 signing key of a customer, or of the installation; the private half is sealed under the master key.</summary>
public sealed class SigningKey
{
    /// <summary>In place of a customer where the key is the whole installation's.</summary>
    public static readonly Guid Installation = Guid.Empty;

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
