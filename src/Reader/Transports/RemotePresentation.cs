using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Link;
using Latchkey.Protocol.Wire;
using Latchkey.Reader.Store;

namespace Latchkey.Reader.Transports;

/// <summary>A presentation that the server couriers over the link (spec/wallet-api.md, "Remote presentation" 3). The reader decides, as at the door.</summary>
public static class RemotePresentation
{
    public static Verdict Present(Admission admission, Rules rules, CommandId command, Command.Present present, TimeSpan took)
    {
        var presented = new Presented
        {
            Way = Way.Internet,
            Document = present.Document,
            Nonce = present.Nonce,
            Command = command,
            Took = took,
        };
        if (!OpenProof.TryRead(present.Proof, out var proof))
            return admission.Admit(presented with { Fault = Authenticity.Malformed });
        return admission.Admit(presented with
        {
            Proof = proof,
            Flags = proof.Flags,
            VerifiedAgo = Presented.Ago(proof.Flags, proof.VerifiedAt, proof.Time),
            // Made for another door, or for another challenge: good, perhaps, and used where it does not belong.
            Elsewhere = proof.Site != rules.Identity.Site || proof.Reader != rules.Identity.Reader || proof.Nonce != present.Nonce,
        });
    }
}
