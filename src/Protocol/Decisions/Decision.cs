using Latchkey.Protocol.Credentials;

namespace Latchkey.Protocol.Decisions;

/// <summary>The verdict, and the rule that granted it.</summary>
public readonly record struct Decision(Reason Reason, Rule? Rule)
{
    public bool IsGrant => Reason.IsGrant();
}
