using System.Globalization;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Returned;
using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Delivery.Returns;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.ForPatients;

/// <summary>Takes what a patient mailed to us: the words are sealed with the patient's key and go the way of every reply. Never kept in clear, never lost: what cannot be kept is refused, so that its author learns of it. 45 CFR 164.530(c).</summary>
/// <remarks>Nothing is done on the word of a mail but to show it to staff: its author is not proven.</remarks>
internal sealed class TakeMailedReply(OrganisationContext context, SendCampaign sending, SendOptions options)
{
    private const int MostPieces = 5;

    /// <summary>Leaves room for the number of the piece.</summary>
    private const int PieceLength = PatientRequests.LongestText - 40;

    private readonly ReturnRows _rows = new(context);
    private readonly CampaignStore _campaigns = new(context);

    private ReturnPath Path => ReturnPaths.Of(context);

    /// <summary>Whether the mail answers a message of this organisation.</summary>
    public static bool Answers(OrganisationContext context, PersonalMail words) => words.Answers.Any(id => ReturnPaths.Of(context).ReadMessageId(id) is not null);

    /// <summary>Takes a mail; <see cref="ReturnDone.Refused"/> where it is no patient's, or cannot be kept.</summary>
    public async Task<ReturnDone> RunAsync(IncomingMail mail, ReturnedMail read, PersonalMail words, CancellationToken cancellationToken)
    {
        var digest = _rows.DigestOf(mail);
        if (await _rows.IsKnownAsync(digest, cancellationToken).ConfigureAwait(false))
            return await TakeReturn.CountAsync(context, ReturnDone.Repeated, cancellationToken).ConfigureAwait(false);
        var delivery = await AnsweredAsync(mail, read, words, cancellationToken).ConfigureAwait(false);
        var authors = await AuthorsAsync(words.From, cancellationToken).ConfigureAwait(false);
        if ((delivery?.Patient ?? (authors.Count > 0 ? authors[0] : (PatientNumber?)null)) is not { } patient)
            return await TakeReturn.CountAsync(context, ReturnDone.Refused, cancellationToken).ConfigureAwait(false);
        var pieces = Pieces($"{Remark(words.From, patient, delivery is null, authors)}\n\n{words.Text}");
        var messageClass = await ClassAsync(delivery, cancellationToken).ConfigureAwait(false);
        var replies = new DeliverReplies(context, options);
        var done = ReturnDone.Reply;
        await sending.CommitAsync(
            async (transaction, token) =>
            {
                if (pieces.Count > MostPieces || await StopAddress.RequestsOf(context).RoomAsync(patient, transaction, token).ConfigureAwait(false) < pieces.Count)
                    done = ReturnDone.Refused;
                else if (!await _rows.AddAsync(mail.Way, digest, read, null, delivery ?? new FoundDelivery(0, patient, Outcome.Accepted), done, transaction, token).ConfigureAwait(false))
                    done = ReturnDone.Repeated;
                await _rows.TallyAsync(done, transaction, token).ConfigureAwait(false);
                if (done != ReturnDone.Reply)
                    return [];
                foreach (var piece in pieces)
                    await replies.AddAsync(patient, delivery?.Campaign ?? 0, messageClass, piece, transaction, token).ConfigureAwait(false);
                return delivery is null ? [] : await _rows.ResolveAsync(delivery, transaction, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return done;
    }

    /// <summary>The delivery that it answers, by what only we can have made; null for none.</summary>
    private async Task<FoundDelivery?> AnsweredAsync(IncomingMail mail, ReturnedMail read, PersonalMail words, CancellationToken cancellationToken)
    {
        var tokens = words.Answers.Reverse().Select(Path.ReadMessageId).Prepend(MatchReturn.Token(Path, mail, read, out _));
        foreach (var token in tokens.OfType<byte[]>())
        {
            if (await _rows.FindAsync(token, cancellationToken).ConfigureAwait(false) is { } delivery)
                return delivery;
        }

        return null;
    }

    /// <summary>Patients whose mailbox it is, in order of number.</summary>
    private async Task<IReadOnlyList<PatientNumber>> AuthorsAsync(string from, CancellationToken cancellationToken)
    {
        if (EmailAddress.Normalise(from) is not { } mailbox)
            return [];
        var key = new LookupKey("email", mailbox);
        var found = await context.Patients.FindAsync([key], cancellationToken).ConfigureAwait(false);
        // The index is cut short: only the chart says whose mailbox it is.
        var charts = await context.Patients.OpenManyAsync([.. found.Values.SelectMany(numbers => numbers)], cancellationToken).ConfigureAwait(false);
        return [.. charts.Where(chart => LookupKey.Of(chart.Head).Contains(key)).Select(chart => chart.Number).OrderBy(number => number.Value)];
    }

    /// <summary>A reply to a sensitive message stays here; what a patient writes of their own accord is clinical.</summary>
    private async Task<MessageClass> ClassAsync(FoundDelivery? delivery, CancellationToken cancellationToken)
    {
        if (delivery is null)
            return MessageClass.N2;
        try
        {
            return await _campaigns.FindAsync(delivery.Campaign, cancellationToken).ConfigureAwait(false) is { } campaign
                ? (await PreparedCampaign.FromAsync(campaign, context, _campaigns, cancellationToken).ConfigureAwait(false)).Basis.Class
                : MessageClass.N3;
        }
        catch (RefusedException)
        {
            return MessageClass.N3;
        }
    }

    private static string Remark(string from, PatientNumber patient, bool byAddress, IReadOnlyList<PatientNumber> authors) => authors switch
    {
        _ when byAddress && authors.Count > 1 => $"By email from {from}, an address that {authors.Count} patients share: find out who wrote.",
        _ when authors.Contains(patient) => $"By email from {from}; who wrote it is not proven.",
        _ when from.Length == 0 => "By email without an author; who wrote it is not proven.",
        _ => $"By email from {from}, which is no address of this patient; who wrote it is not proven.",
    };

    private static List<string> Pieces(string text)
    {
        var pieces = new List<string>();
        for (var at = 0; at < text.Length; at += pieces[^1].Length)
        {
            var length = Math.Min(PieceLength, text.Length - at);
            if (at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]))
                length--;
            pieces.Add(text.Substring(at, length));
        }

        return pieces.Count == 1 ? pieces : [.. pieces.Select((piece, i) => string.Create(CultureInfo.InvariantCulture, $"{piece}\n\n(Part {i + 1} of {pieces.Count})"))];
    }
}
