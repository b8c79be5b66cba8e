using System.Globalization;
using System.Text;
using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.App.Commands;

/// <summary>A forecast, as text and as JSON.</summary>
internal static class ForecastText
{
    public static async Task WriteAsync(CommandContext context, CampaignForecast forecast)
    {
        if (context.Json)
        {
            await context.WriteJsonAsync(new
            {
                selected = forecast.Selected,
                lawful = forecast.Lawful,
                withheld = forecast.Withheld.Select(one => new { reason = one.Reason.ToString(), words = WithholdReasons.Describe(one.Reason), citation = one.Citation, patients = one.Patients }),
                missingValues = forecast.MissingValues,
                messageClass = forecast.Class.ToString(),
                files = forecast.Files,
                minimumTier = forecast.MinimumTier?.ToString(),
                tiers = forecast.Tiers,
                leaving = forecast.Leaving,
                pickup = forecast.Pickup,
                noWay = forecast.NoWay.Select(one => new { reason = one.Reason.ToString(), words = WithholdReasons.Describe(one.Reason), citation = one.Citation, patients = one.Patients }),
                takesNoMail = forecast.TakesNoMail,
                unreachable = forecast.Unreachable,
                notLookedAt = forecast.NotLookedAt,
                domains = forecast.Domains,
                oldestLookAt = forecast.OldestLookAt,
                notEvaluated = forecast.NotEvaluated,
            }).ConfigureAwait(false);
            return;
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{forecast.Selected,8:N0}  in the audience");
        text.AppendLine(CultureInfo.InvariantCulture, $"{forecast.Lawful,8:N0}  may be mailed now");
        foreach (var one in forecast.Withheld)
            text.AppendLine(CultureInfo.InvariantCulture, $"{one.Patients,8:N0}  withheld: {WithholdReasons.Describe(one.Reason)} ({one.Citation})");
        foreach (var one in forecast.MissingValues)
            text.AppendLine(CultureInfo.InvariantCulture, $"{one.Patients,8:N0}  have no {one.Field}; give it a default, or approval is refused");
        text.AppendLine().AppendLine(forecast.Files > 0
            ? $"Carries {forecast.Files} file{(forecast.Files == 1 ? "" : "s")}, and files are never mailed: every message waits on our page, whatever the tier."
            : forecast.MinimumTier is { } tier
            ? $"Class {forecast.Class}: goes over {tier} or better."
            : $"Class {forecast.Class}: goes sealed to the patient's own certificate (T5), or waits on our page.");
        WriteWays(text, forecast);
        if (forecast.MinimumTier > Sealpost.Delivery.Tier.T2)
            text.AppendLine("          A host that proves T2 only (a valid certificate, no DANE or MTA-STS) gets nothing, unless the security official signs for it: `sealpost risk accept n2-over-t2`.");
        text.AppendLine().AppendLine("Not evaluated here; a person must:");
        foreach (var gate in forecast.NotEvaluated)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {gate.Gate}: {gate.Meaning}");
        await context.Out.WriteAsync(text.ToString()).ConfigureAwait(false);
    }

    private static void WriteWays(StringBuilder text, CampaignForecast forecast)
    {
        foreach (var one in forecast.Leaving)
            text.AppendLine(CultureInfo.InvariantCulture, $"{one.Patients,8:N0}  leave {(one.Tier == nameof(Sealpost.Delivery.Tier.T5) ? "sealed to the patient's certificate (T5)" : $"over tier {one.Tier}")}");
        if (forecast.Pickup > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{forecast.Pickup,8:N0}  get a notice, and the message waits on our page");
        foreach (var one in forecast.NoWay)
            text.AppendLine(CultureInfo.InvariantCulture, $"{one.Patients,8:N0}  withheld: {WithholdReasons.Describe(one.Reason)} ({one.Citation})");
        if (forecast.TakesNoMail > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{forecast.TakesNoMail,8:N0}  rejected: the domain takes no mail");
        if (forecast.Unreachable > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{forecast.Unreachable,8:N0}  at hosts that do not answer now: tried again, and expired where that lasts");
        if (forecast.NotLookedAt > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{forecast.NotLookedAt,8:N0}  at hosts not looked at");
        if (forecast.OldestLookAt is { } at)
            text.AppendLine(CultureInfo.InvariantCulture, $"          {forecast.Domains:N0} receiving domain{(forecast.Domains == 1 ? "" : "s")}; looked at since {at:u}.");
    }
}
