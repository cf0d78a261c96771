using Latchkey.Server.Accounts;
using Latchkey.Server.Credits;
using Latchkey.Server.Hosting;

namespace Latchkey.Server.Users;

/// <summary>What mobile keys take of their customer's credits, and give back.</summary>
static class KeyCredits
{
    /// <summary>Takes the key's credit, or says that there is none.</summary>
    /// <param name="postingId">The id of the request that asks for the key, or for a new code for it.</param>
    public static async Task<Refused?> TakeCredit(this Act act, MobileKey key, Guid postingId, int userNumber)
    {
        if (await CreditBook.Use(act, postingId, key.Id, userNumber) is { } refused)
            return refused;
        key.Reserve(postingId);
        return null;
    }

    /// <summary>The invitation ended unused: what the key has taken goes back. Nothing where it has taken none, or a phone has used it.</summary>
    public static async Task GiveCreditBack(this Act act, MobileKey key)
    {
        if (key.Credit != KeyCredit.Reserved)
            return;
        await CreditBook.GiveBack(act, key.CreditPostingId!.Value);
        key.GiveBack();
    }
}
