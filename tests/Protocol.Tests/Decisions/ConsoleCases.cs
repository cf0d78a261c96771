using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Decisions;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Tests.Decisions;

/// <summary>What an administrator's command opens. A presentation, good or bad, is not part of it.</summary>
static class ConsoleCases
{
    private static Scenario Good { get; } = Scenario.Good.Settings(settings => settings with { Ways = settings.Ways | Way.Console });

    /// <summary>The faults that hold for a command, too, in order of precedence; each can stand on top of all behind it.</summary>
    private static IReadOnlyList<(Reason Reason, Func<Scenario, Scenario> Fault)> Faults { get; } =
    [
        (Reason.ReaderDisabled, s => s.Settings(settings => settings with { InService = false })),
        (Reason.GrantedHeldOpen, s => s.In(new(PostureMode.HeldOpen))),
        (Reason.Lockdown, s => s.In(new(PostureMode.Lockdown))),
        (Reason.CustomerInactive, s => s.In(Posture.Normal).With(bundle => bundle with { CustomerActive = false })),
        (Reason.WayNotAllowed, s => s.Settings(settings => settings with { Ways = settings.Ways & ~Way.Console })),
    ];

    public static IEnumerable<(string Name, Scenario Scenario, Reason Reason)> All => [.. Table(), .. Edges()];

    private static IEnumerable<(string, Scenario, Reason)> Table()
    {
        for (var i = 0; i < Faults.Count; i++)
            yield return ($"table: {Faults[i].Reason.Name()} before all that follows",
                Faults.Skip(i).Reverse().Aggregate(Good, (scenario, next) => next.Fault(scenario)), Faults[i].Reason);
        yield return ("table: nothing left to refuse", Good, Reason.Granted);
        foreach (var (reason, fault) in Faults)
            yield return ($"alone: {reason.Name()}", fault(Good), reason);
    }

    private static IEnumerable<(string, Scenario, Reason)> Edges()
    {
        var expired = Good with { Facts = Good.Facts with { BundleExpired = true } };
        yield return ("bundle expired, documents only", expired, Reason.Granted);
        yield return ("bundle expired, deny all", expired.Settings(s => s with { Degraded = Degraded.DenyAll }), Reason.ReaderDisabled);
        yield return ("bundle expired, deny all, evacuation",
            expired.Settings(s => s with { Degraded = Degraded.DenyAll }).In(new(PostureMode.Evacuation)), Reason.ReaderDisabled);
        yield return ("deny all, bundle not expired", Good.Settings(s => s with { Degraded = Degraded.DenyAll }), Reason.Granted);
        yield return ("evacuation", Good.In(new(PostureMode.Evacuation)), Reason.GrantedHeldOpen);
        yield return ("lockdown for one second more", Good.In(new(PostureMode.Lockdown, Good.Now + 1)), Reason.Lockdown);
        yield return ("lockdown until now", Good.In(new(PostureMode.Lockdown, Good.Now)), Reason.Granted);
        yield return ("no way but the console", Good.Settings(s => s with { Ways = Way.Console }), Reason.Granted);
        yield return ("every way but the console", Good.Settings(s => s with { Ways = (Way)byte.MaxValue & ~Way.Console }), Reason.WayNotAllowed);
        yield return ("touch and second factor are asked of phones", Good.Settings(s => s with { Presentation = PresentationMode.Touch, SecondFactor = true }), Reason.Granted);
        yield return ("no set, no issuer, no schedule",
            Good.With(b => b with { Sets = [], Issuers = b.Issuers.Clear(), Schedules = b.Schedules.Clear() }), Reason.Granted);
    }

    private static Scenario In(this Scenario scenario, Posture posture) => scenario.With(bundle => bundle with { Posture = posture });
}
