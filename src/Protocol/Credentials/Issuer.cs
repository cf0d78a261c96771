namespace Latchkey.Protocol.Credentials;

/// <summary>A credential issuer key that is trusted.</summary>
/// <param name="Floor">Seconds: documents issued before are void; null = none.</param>
public sealed record Issuer(PublicKey Key, long? Floor = null);
