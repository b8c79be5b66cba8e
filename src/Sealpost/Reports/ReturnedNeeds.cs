using System.Globalization;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Reports;

/// <summary>What of the returned mail asks for somebody.</summary>
internal static class ReturnedNeeds
{
    /// <summary>Needs of this person.</summary>
    public static async Task<IReadOnlyList<Need>> OfAsync(OrganisationContext context, Actor actor, CancellationToken cancellationToken)
    {
        var needs = new List<Need>();
        var read = new ReadReturned(context);
        var now = context.Time.GetUtcNow();
        if ((actor.Roles & (Roles.Compliance | Roles.Administrator)) == Roles.None)
            return needs;
        if (await read.RecentRefusalsAsync(cancellationToken).ConfigureAwait(false) is var refused and > 0)
            needs.Add(new Need(NeedKind.Refused, null, "", $"{Messages(refused)} came back or were refused in the last two days because of what we are or send. The addresses are not to blame: see Returned mail, check the domain's DNS records and its reputation.", now));
        if (await read.OpenTasksAsync(cancellationToken).ConfigureAwait(false) is var open and > 0)
            needs.Add(new Need(NeedKind.AddressFailed, null, "", $"{open.ToString("N0", CultureInfo.InvariantCulture)} patient{(open == 1 ? "" : "s")} cannot be reached by email any more or complained about a message on care. Ask each by another channel; “Forms and requests” lists them.", now));
        return needs;
    }

    private static string Messages(long count) => count == 1 ? "One message" : $"{count.ToString("N0", CultureInfo.InvariantCulture)} messages";
}
