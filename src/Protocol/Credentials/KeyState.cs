namespace Latchkey.Protocol.Credentials;

/// <summary>Two bits a key: the values of the status list and of the bundle's states.</summary>
public enum KeyState : byte
{
    Valid = 0,
    Revoked = 1,
    Suspended = 2,
    UserInactive = 3,
}
