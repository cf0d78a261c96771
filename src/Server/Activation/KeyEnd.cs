using Latchkey.Protocol.Wire;
using Latchkey.Server.Hosting;
using Latchkey.Server.Users;

namespace Latchkey.Server.Activation;

/// <summary>Whether a mobile key may still be given a document, and the word for it when not.</summary>
static class KeyEnd
{
    public static Refused? Of(MobileKey key, DateTimeOffset now, string customer)
    {
        var state = StateAt(key, now);
        if (key.User?.State == UserState.Deleted)
            return new(Refusal.KeyEnded, State: "deleted", Customer: customer);
        if (MobileKey.IsEnded(state) || state == KeyState.Revoking)
            return new(Refusal.KeyEnded, State: Word(state), Customer: customer);
        if (state == KeyState.Suspended || key.User?.State == UserState.Suspended)
            return new(Refusal.KeySuspended, Customer: customer);
        return null;
    }

    // A document counts in whole seconds: what is left of the last one is no validity.
    public static KeyState StateAt(MobileKey key, DateTimeOffset now) =>
        key.ValidTo is { } end && end.ToUnix() <= now.ToUnix() && key.State is KeyState.Draft or KeyState.Invited or KeyState.Active
            ? KeyState.Expired
            : key.StateAt(now);

    public static string Word(KeyState state) => state switch
    {
        KeyState.Revoking or KeyState.Revoked => "revoked",
        KeyState.Expired => "expired",
        KeyState.Exhausted => "exhausted",
        KeyState.Replaced => "replaced",
        KeyState.DeletedByUser or KeyState.DeletedByAdmin => "deleted",
        KeyState.Draft or KeyState.Invited or KeyState.InviteExpired => "invited",
        KeyState.Active => "active",
        KeyState.Suspended => "suspended",
    };
}
