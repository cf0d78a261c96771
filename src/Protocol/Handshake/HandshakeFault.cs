namespace Latchkey.Protocol.Handshake;

/// <summary>Every way a phone can be wrong before it has proven itself, in the order of pkoc-ble, "Reader: steps".</summary>
public enum HandshakeFault
{
    /// <summary>A value that no step waits for, or one after the end.</summary>
    OutOfOrder,

    /// <summary>2: M2 does not read, or has no Ce of 65 bytes.</summary>
    BadMessage,

    /// <summary>2: Ce is not on the curve.</summary>
    BadPoint,

    /// <summary>3: M4 does not read, or does not open under the session key.</summary>
    BadCiphertext,

    /// <summary>3: M4 opened and does not hold key, signature and time, or the key is not on the curve.</summary>
    BadIdentity,

    /// <summary>3: the signature is not that key's over this transcript.</summary>
    BadSignature,

    /// <summary>4: a sealed frame does not open, or is not the presentation that was announced.</summary>
    BadFrame,
}

/// <summary>Every way a reader can be wrong, in the order of pkoc-ble, "Phone: steps before M4".</summary>
public enum ReaderFault
{
    /// <summary>1, and any later value that does not read or that no step waits for.</summary>
    BadMessage,

    /// <summary>2</summary>
    UnknownSite,

    /// <summary>3</summary>
    NoCertificate,

    /// <summary>3: the wallet holds a document for the site, so this is Latchkey's reader, and somebody took tag 80 away.</summary>
    Stripped,

    /// <summary>4</summary>
    BadCertificate,

    /// <summary>4</summary>
    CertificateNotYet,

    /// <summary>4</summary>
    CertificateExpired,

    /// <summary>5</summary>
    ReaderRevoked,

    /// <summary>6: a good reader, not the one that was asked for.</summary>
    OtherReader,

    /// <summary>7</summary>
    ReaderNotProven,
}

/// <summary>The names as spec and vectors write them.</summary>
public static class Faults
{
    public static string Name(this HandshakeFault fault) => fault switch
    {
        HandshakeFault.OutOfOrder => "out_of_order",
        HandshakeFault.BadMessage => "bad_message",
        HandshakeFault.BadPoint => "bad_point",
        HandshakeFault.BadCiphertext => "bad_ciphertext",
        HandshakeFault.BadIdentity => "bad_identity",
        HandshakeFault.BadSignature => "bad_signature",
        HandshakeFault.BadFrame => "bad_frame",
    };

    public static string Name(this ReaderFault fault) => fault switch
    {
        ReaderFault.BadMessage => "bad_message",
        ReaderFault.UnknownSite => "unknown_site",
        ReaderFault.NoCertificate => "no_certificate",
        ReaderFault.Stripped => "stripped",
        ReaderFault.BadCertificate => "bad_certificate",
        ReaderFault.CertificateNotYet => "certificate_not_yet",
        ReaderFault.CertificateExpired => "certificate_expired",
        ReaderFault.ReaderRevoked => "reader_revoked",
        ReaderFault.OtherReader => "other_reader",
        ReaderFault.ReaderNotProven => "reader_not_proven",
    };

    /// <summary>The hint of M5 for the phone's screen.</summary>
    public static byte Status(this HandshakeFault fault) => fault switch
    {
        HandshakeFault.OutOfOrder => M5.BadMessage,
        HandshakeFault.BadMessage => M5.BadMessage,
        HandshakeFault.BadPoint => M5.BadMessage,
        HandshakeFault.BadCiphertext => M5.BadCiphertext,
        HandshakeFault.BadIdentity => M5.BadSignature,
        HandshakeFault.BadSignature => M5.BadSignature,
        HandshakeFault.BadFrame => M5.Denied,
    };
}
