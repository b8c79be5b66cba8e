using System.Diagnostics.Metrics;
using Sealpost.Delivery;

namespace Sealpost.Campaigns;

/// <summary>Counts what sending commits, for operators. Outcomes alone: no organisation, campaign, patient or domain.</summary>
internal static class SendMeter
{
    /// <summary>Name of the meter.</summary>
    public const string Name = "Sealpost";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Outcomes = Meter.CreateCounter<long>("sealpost.deliveries.settled", "{delivery}", "Deliveries that came to an outcome.");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>("sealpost.deliveries.attempted", "{attempt}", "Messages handed to a mail host's DATA.");
    private static readonly Counter<long> OptOuts = Meter.CreateCounter<long>("sealpost.opt_outs", "{opt_out}", "Opt-outs recorded.");

    /// <summary>Counts a batch that was committed.</summary>
    public static void Count(IReadOnlyList<JournalLine> lines)
    {
        foreach (var line in lines)
        {
            if (line.State == JournalLine.OptOut)
                OptOuts.Add(1);
            else if (line.State == (int)Outcome.InFlight)
                Attempts.Add(1);
            else if (!line.IsReminder)
                Outcomes.Add(1, new KeyValuePair<string, object?>("outcome", ((Outcome)line.State).ToString()));
        }
    }
}
