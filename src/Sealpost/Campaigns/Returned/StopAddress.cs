using System.Data.Common;
using Sealpost.Consent;
using Sealpost.Organisations;
using Sealpost.Trust.Keys;

namespace Sealpost.Campaigns.Returned;

/// <summary>Stops writing to a mailbox that does not work, and asks staff for the right one, so that treatment mail does not vanish silently.</summary>
internal static class StopAddress
{
    /// <summary>Suppresses the mailbox and asks. Returns the line for the journal, to be committed by the caller.</summary>
    /// <param name="context">The organisation.</param>
    /// <param name="mailbox">Normalised; exactly the mailbox written to, never a guess at what it should have been.</param>
    /// <param name="patient">Whose.</param>
    /// <param name="campaign">Campaign whose message came back.</param>
    /// <param name="why">In words, without the address.</param>
    /// <param name="cancellationToken">Stops before the first commit.</param>
    public static async Task<JournalLine> RunAsync(OrganisationContext context, string mailbox, PatientNumber patient, long campaign, string why, CancellationToken cancellationToken)
    {
        var (line, concerned) = await context.Database.WriteAsync((transaction, token) => WriteAsync(context, mailbox, patient, campaign, why, transaction, token), cancellationToken).ConfigureAwait(false);
        await context.Consent.ToldAsync(concerned, cancellationToken).ConfigureAwait(false);
        return line;
    }

    /// <summary>The same in the caller's transaction; whoever is concerned is to be told after its commit (<see cref="ConsentStore.ToldAsync"/>).</summary>
    public static async Task<(JournalLine Line, IReadOnlyCollection<PatientNumber> Concerned)> WriteAsync(
        OrganisationContext context, string mailbox, PatientNumber patient, long campaign, string why, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var concerned = await context.Consent.SuppressBouncedAsync(mailbox, transaction, cancellationToken).ConfigureAwait(false);
        await RequestsOf(context).AskAsync(
            patient,
            PatientRequestKinds.AddressFailed,
            campaign,
            $"Mail to {mailbox} came back: {why}. Nothing is sent to this address any more. Ask the patient for the right one by another channel and enter it at its source; do not guess it.",
            transaction,
            cancellationToken).ConfigureAwait(false);
        return (new JournalLine { Patient = -1, State = JournalLine.OptOut, Mailbox = mailbox, Scope = (int)SuppressionScope.All, Source = (int)SuppressionSource.Bounce, At = context.Time.GetUtcNow().ToUnixTimeMilliseconds() }, concerned);
    }

    internal static PatientRequests RequestsOf(OrganisationContext context) => new(context.Database, context.Keys, context.Ledger, context.Time);
}
