using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Events;

namespace Latchkey.Server.Events;

/// <summary>Runs a decision once more, from the event that tells of it and the bundle that the reader had.</summary>
static class DecideAgain
{
    public static Replay By(Bundle bundle, EventPayload payload)
    {
        if (payload is not { Now: { } now, Facts: { } facts, Way: { } way, Credential: { } kind }
            || (payload.Document is null && kind != CredentialKind.Console))
            return Replay.NotPossible;
        if (kind == CredentialKind.Console)
            return Same(Decider.DecideConsole(bundle, facts, now));
        var reading = DocumentReading.Read(payload.Document!, bundle.Site, bundle.Issuers.Values);
        var flags = payload.Flags ?? EventFlags.None;
        var presentation = new Presentation
        {
            Way = way,
            Authenticity = payload.Authenticity ?? reading.Authenticity,
            Kind = kind,
            Document = reading.Document,
            IssuerKid = reading.IssuerKid,
            DeviceKey = payload.DeviceKey,
            Dated = payload.Dated,
            VerifiedAt = payload.VerifiedAt,
            ScreenLock = flags.HasFlag(EventFlags.ScreenLock),
            OneTap = flags.HasFlag(EventFlags.OneTap),
            SignalPercent = (int?)payload.SignalPercent,
        };
        return Same(Decider.Decide(bundle, presentation, facts, now));

        Replay Same(Decision decision) => decision.Reason == payload.Reason ? Replay.Same : Replay.Differs;
    }
}
