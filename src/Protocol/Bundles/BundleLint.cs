using System.Globalization;
using Latchkey.Protocol.Credentials;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

// One check for both directions: what may be signed is exactly what reads.
internal static class BundleLint
{
    public static BundleFault? FaultOf(Bundle bundle)
    {
        if (!bundle.Settings.IsSound)
            return BundleFault.Settings;
        if (bundle.Posture.Mode > PostureMode.HeldOpen || !InTime(bundle.Posture.Until) || bundle.Posture.Until == UnixTime.End)
            return BundleFault.Posture;
        if (bundle.Issuers.Any(entry => entry.Key != entry.Value.Key.KidNumber || !InTime(entry.Value.Floor)))
            return BundleFault.Issuers;
        if (bundle.SiteKeys.Length is < 1 or > Bundle.SiteKeysMax || bundle.SiteKeys.Distinct().Count() != bundle.SiteKeys.Length)
            return BundleFault.SiteKeys;
        if (!IsAscending(bundle.Sets.AsSpan()))
            return BundleFault.Sets;
        if (bundle.Schedules.Any(entry => entry.Key == Rule.Always || !entry.Value.IsSound))
            return BundleFault.Schedules;
        if (!IsZone(bundle))
            return BundleFault.Zone;
        if (bundle.Holidays.Any(entry => !IsDate(entry.Key) || !WellFormed.Text(entry.Value.Name, Holiday.NameBytesMax)))
            return BundleFault.Holidays;
        if (bundle.States.Any(entry => entry.Value is < KeyState.Revoked or > KeyState.UserInactive))
            return BundleFault.States;
        if (bundle.MinSerials.Any(entry => entry.Value == 0))
            return BundleFault.MinSerials;
        if (bundle.Enrolled.Values.Any(key => !key.IsSound))
            return BundleFault.Enrolled;
        if (bundle.Servers.Length > Bundle.ServersMax
            || !bundle.Servers.All(server => WellFormed.Text(server, Bundle.ServerBytesMax, bytesMin: 1)))
            return BundleFault.Servers;
        return null;
    }

    private static bool IsZone(Bundle bundle)
    {
        var steps = bundle.Zone.AsSpan();
        if (steps.Length is 0 or > Bundle.ZoneStepsMax || steps[0].From != 0)
            return false;
        for (var i = 0; i < steps.Length; i++)
        {
            if (!InTime(steps[i].From) || Math.Abs(steps[i].OffsetMinutes) > ZoneStep.OffsetMinutesMax)
                return false;
            if (i > 0 && steps[i].From <= steps[i - 1].From)
                return false;
        }

        return true;
    }

    private static bool IsAscending(ReadOnlySpan<ushort> numbers)
    {
        for (var i = 1; i < numbers.Length; i++)
            if (numbers[i] <= numbers[i - 1])
                return false;
        return true;
    }

    private static bool IsDate(uint date) => DateOnly.TryParseExact(
        date.ToString("D8", CultureInfo.InvariantCulture), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year >= 1970;

    private static bool InTime(long? time) => time is null or (>= 0 and <= UnixTime.End);
}
