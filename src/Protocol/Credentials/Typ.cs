namespace Latchkey.Protocol.Credentials;

/// <summary>The types of signed artefacts (RFC 9596). The type stands inside what is signed, so no artefact passes for another.</summary>
public static class Typ
{
    public const string Document = "lk-doc";
    public const string StatusList = "statuslist+cwt";
    public const string Statement = "lk-statement";
    public const string Receipt = "lk-receipt";
    public const string Card = "lk-card";
    public const string LinkServer = "lk-link-server";
    public const string LinkReader = "lk-link-reader";
    public const string Redeem = "lk-redeem";
    public const string Renew = "lk-renew";
    public const string Open = "lk-open";

    /// <summary>Site and issuer keys are named by a kid; a device or a reader has one key, known from elsewhere.</summary>
    public static bool CarriesKid(string typ) => typ is not (LinkReader or Redeem or Renew or Open);
}
