using System.Collections.Concurrent;
using Sealpost.Delivery.Pacing;
using Sealpost.Patients;

namespace Sealpost.Campaigns;

/// <summary>The time zone a patient most likely lives in, by the state of the home address: the zone of most of the state's people.</summary>
internal static class PatientZones
{
    private static readonly Dictionary<string, string> Zones = new(StringComparer.OrdinalIgnoreCase);
    private static readonly ConcurrentDictionary<string, TimeZoneInfo?> Found = new(StringComparer.Ordinal);

    static PatientZones()
    {
        Add("America/New_York", "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV");
        Add("America/Chicago", "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI");
        Add("America/Denver", "CO ID MT NM UT WY");
        Add("America/Phoenix", "AZ");
        Add("America/Los_Angeles", "CA NV OR WA");
        Add("America/Anchorage", "AK");
        Add("Pacific/Honolulu", "HI");
        Add("America/Puerto_Rico", "PR VI");
        Add("Pacific/Guam", "GU MP");
        Add("Pacific/Pago_Pago", "AS");
    }

    /// <summary>UTC instant of a wall-clock time where the patient lives. A time that the clock skips counts as the next one that it shows.</summary>
    /// <param name="time">Date and time of day.</param>
    /// <param name="chart">The patient.</param>
    /// <param name="other">Zone where the state is not known.</param>
    /// <param name="today">The day on which addresses count.</param>
    public static DateTimeOffset At(DateTime time, Chart chart, TimeZoneInfo other, DateOnly today) => At(time, Of(chart, today) ?? other);

    /// <summary>The same in a zone that is known.</summary>
    public static DateTimeOffset At(DateTime time, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(time))
            time = time.AddMinutes(15);
        return new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUniversalTime();
    }

    /// <summary>The end of the quiet hours that an instant falls into where the patient lives; null where it does not, or there are none.</summary>
    public static DateTimeOffset? QuietUntil(QuietHours? quiet, Chart? chart, TimeZoneInfo other, DateOnly today, DateTimeOffset now) =>
        quiet?.EndFor(now, (chart is null ? null : Of(chart, today)) ?? other);

    /// <summary>The zone of the first state that has one; null where none has.</summary>
    /// <param name="states">States of addresses in use, separated by <c>;</c>.</param>
    public static TimeZoneInfo? OfStates(string states) => states.Split(';').FirstOrDefault(Zones.ContainsKey) is { } known ? ZoneOf(known) : null;

    private static TimeZoneInfo? ZoneOf(string state) => Found.GetOrAdd(Zones[state], static id => TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) ? zone : null);

    private static TimeZoneInfo? Of(Chart chart, DateOnly today)
    {
        var address = chart.Head.Addresses.FirstOrDefault(one => one.State is not null && Zones.ContainsKey(one.State) && !(one.EndsOn < today) && one.Use is not "old");
        return address is null ? null : ZoneOf(address.State!);
    }

    private static void Add(string zone, string states)
    {
        foreach (var state in states.Split(' '))
            Zones[state] = zone;
    }
}
