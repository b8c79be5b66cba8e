using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Campaigns.Pickup;
using Sealpost.Consent;
using Sealpost.Content;

namespace Sealpost.ForPatients;

/// <summary>A message that waits on our page: proofs, reading, new links, replies. The message is rendered again from the approved version with new permits, and never kept.</summary>
/// <param name="visit">Who came.</param>
/// <param name="link">By which link.</param>
/// <param name="options">How mail leaves and how pickup works.</param>
internal sealed class PickupMessage(PatientVisit visit, PatientLink link, SendOptions options)
{
    /// <summary>How long the browser that opened a message can open it again.</summary>
    public static TimeSpan OpenFor { get; } = TimeSpan.FromMinutes(15);

    /// <summary>How long after reading a reply can be sent from the same page.</summary>
    public static TimeSpan ReplyFor { get; } = TimeSpan.FromMinutes(60);

    /// <summary>Links that one message may have, the first included.</summary>
    private const int MostLinks = 6;

    private const int Factors = 4;

    private static readonly TimeSpan BetweenLinks = TimeSpan.FromMinutes(5);

    private readonly PickupRows _rows = new(visit.Organisation);
    private readonly PickupBlocks _blocks = new(visit.Organisation);
    private readonly RenderWaiting _render = new(visit, link, options);

    /// <summary>Address that the visit came from, where it is known.</summary>
    public IPAddress? From { get; init; }

    /// <summary>The patient's passkeys.</summary>
    public PickupPasskeys Passkeys { get; } = new(visit.Organisation);

    private DateTimeOffset Now => visit.Organisation.Time.GetUtcNow();

    private PatientFactor Factor => new(visit.Organisation.Database, visit.Organisation.Organisation.Id, visit.Organisation.Ledger, visit.Organisation.Time);

    /// <summary>What the page may say before a proof. Changes nothing.</summary>
    public async Task<PickupDoor> LookAsync(CancellationToken cancellationToken)
    {
        if (await _rows.FindAsync(link.Campaign, visit.Patient, cancellationToken).ConfigureAwait(false) is not { } standing
            || visit.Chart is not { } chart
            || await _render.PrepareAsync(cancellationToken).ConfigureAwait(false) is not { } prepared
            || await _render.PermitAsync(prepared, cancellationToken).ConfigureAwait(false) is null)
            return new PickupDoor(PickupState.Gone, [], "");
        var state = link.IsExpired(Now) ? PickupState.Ended
            : standing.Serial != link.Subject || standing.UsedAt is not null ? PickupState.Used
            : await Factor.IsLockedAsync(visit.Patient, cancellationToken).ConfigureAwait(false) ? PickupState.Locked
            : PickupState.Waiting;
        var register = await options.Transport(cancellationToken).ConfigureAwait(false);
        List<PickupFactor> factors = [.. options.Pickup.FactorsFor(prepared.Basis.Class, chart.Head, register, visit.Organisation.Today)];
        if ((await Passkeys.OfAsync(visit.Patient, cancellationToken).ConfigureAwait(false)).Any(passkey => PickupPasskeys.Opens(passkey.MadeBy, prepared.Basis.Class)))
            factors.Insert(0, PickupFactor.Passkey);
        var phone = PickupRules.PhoneOf(chart.Head, visit.Organisation.Today);
        return new PickupDoor(state, factors, phone is null ? "" : phone[^2..])
        {
            CodeSent = state == PickupState.Waiting && factors.Contains(PickupFactor.Code) && await _rows.HasCodeAsync(link.Campaign, visit.Patient, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Sends a code to the number on record, by the organisation's provider.</summary>
    public async Task<CodeResult> SendCodeAsync(bool spanish, CancellationToken cancellationToken)
    {
        var door = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (door.State != PickupState.Waiting || !door.Factors.Contains(PickupFactor.Code)
            || PickupRules.PhoneOf(visit.Chart!.Head, visit.Organisation.Today) is not { } phone || options.Pickup.CodeWebhook is not { } url
            || await _blocks.IsClosedAsync(PickupBlocks.Of(From), cancellationToken).ConfigureAwait(false))
            return CodeResult.NotTaken;
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        if (!await _rows.KeepCodeAsync(link.Campaign, visit.Patient, HashOf(code), cancellationToken).ConfigureAwait(false))
            return CodeResult.NotTaken;
        var name = options.Pickup.PublicName ?? visit.Organisation.Organisation.Name;
        var register = await options.Transport(cancellationToken).ConfigureAwait(false);
        using var webhook = new CodeWebhook(visit.Organisation, url);
        var text = spanish ? $"{code} es su código para {name}. Sirve 10 minutos. No lo comparta." : $"{code} is your code for {name}. It works for 10 minutes. Do not share it.";
        var result = await webhook.SendAsync(register.Agreements, phone, text, spanish ? "es" : "en", cancellationToken).ConfigureAwait(false);
        await _rows.NoteCodeAsync(link.Campaign, visit.Patient, result, CancellationToken.None).ConfigureAwait(false);
        return result;
    }

    /// <summary>Reads the message after date of birth and ZIP code; uses the link up.</summary>
    public async Task<PickupAnswer> ReadAsync(DateOnly? birthDate, string zip, CancellationToken cancellationToken)
    {
        if (await MayAnswerAsync(PickupFactor.BirthDateAndZip, cancellationToken).ConfigureAwait(false) is { } no)
            return new PickupAnswer(no, null);
        var result = await Factor.CheckAsync(visit.Chart!, birthDate, zip, visit.Organisation.Today, cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(result, PickupFactor.BirthDateAndZip, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the message after a code; uses the link up.</summary>
    public async Task<PickupAnswer> ReadAsync(string code, CancellationToken cancellationToken)
    {
        if (await MayAnswerAsync(PickupFactor.Code, cancellationToken).ConfigureAwait(false) is { } no)
            return new PickupAnswer(no, null);
        var digits = string.Concat(code.Where(char.IsAsciiDigit));

        // Locked is asked first: a guess made under a lock must not find out whether it was right.
        var right = !await Factor.IsLockedAsync(visit.Patient, cancellationToken).ConfigureAwait(false)
            && await _rows.TakeCodeAsync(link.Campaign, visit.Patient, HashOf(digits), cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(await Factor.CountAsync(visit.Patient, right, cancellationToken).ConfigureAwait(false), PickupFactor.Code, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the message after a passkey whose signature verified; uses the link up.</summary>
    /// <param name="shown">The passkey with its counter moved on; null where none verified.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<PickupAnswer> ReadAsync(UserPasskeyInfo? shown, CancellationToken cancellationToken)
    {
        if (await MayAnswerAsync(PickupFactor.Passkey, cancellationToken).ConfigureAwait(false) is { } no)
            return new PickupAnswer(no, null);
        var known = shown is null ? null : (await Passkeys.OfAsync(visit.Patient, cancellationToken).ConfigureAwait(false)).FirstOrDefault(one => one.Info.CredentialId.AsSpan().SequenceEqual(shown.CredentialId));
        if (known is null || await _render.PrepareAsync(cancellationToken).ConfigureAwait(false) is not { } prepared || !PickupPasskeys.Opens(known.MadeBy, prepared.Basis.Class))
            return new PickupAnswer(SignatureProblems.Identity, null); // Nobody guesses a signature: it counts towards no lock.
        await Passkeys.UsedAsync(visit.Patient, shown!, cancellationToken).ConfigureAwait(false);
        return await AnswerAsync(FactorResult.Right, PickupFactor.Passkey, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Shows the message again to the browser that opened it; null where the session is over or the message may not be shown any more.</summary>
    /// <param name="session">What the browser kept.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<OpenedMessage?> AgainAsync(string session, CancellationToken cancellationToken)
    {
        if (await InAsync(session, cancellationToken).ConfigureAwait(false) is not { } by
            || await _render.RunAsync(cancellationToken).ConfigureAwait(false) is not { } message)
            return null;
        await _rows.NoteAgainAsync(link.Campaign, visit.Patient, cancellationToken).ConfigureAwait(false);
        return new OpenedMessage(message, by, null, Give(PatientLinkKind.PickupProof, by, ReplyFor));
    }

    /// <summary>A file of the message, for the browser that opened it; null where its session is over, the message may not be shown any more, or it has no such file.</summary>
    /// <param name="session">What the browser kept.</param>
    /// <param name="file">Number of the file.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<OpenedAttachment?> FileAsync(string session, long file, CancellationToken cancellationToken)
    {
        if (await InAsync(session, cancellationToken).ConfigureAwait(false) is null || await _render.FileAsync(file, cancellationToken).ConfigureAwait(false) is not { } opened)
            return null;
        await _rows.NoteFileAsync(link.Campaign, visit.Patient, file, cancellationToken).ConfigureAwait(false);
        return opened;
    }

    /// <summary>Sends a new link to the same mailbox; older ones lead nowhere from then on.</summary>
    public async Task<RenewedLink> RenewAsync(bool spanish, CancellationToken cancellationToken)
    {
        var door = await LookAsync(cancellationToken).ConfigureAwait(false);
        var standing = await _rows.FindAsync(link.Campaign, visit.Patient, cancellationToken).ConfigureAwait(false);
        if (door.State is not (PickupState.Used or PickupState.Ended) || door.Factors.Count == 0 || standing is null
            || standing.Serial >= MostLinks || Now - link.ExpiresAt > options.Pickup.ValidFor)
            return RenewedLink.Over;
        if (Now - standing.RenewedAt < BetweenLinks)
            return RenewedLink.TooSoon;
        var next = link with { Subject = await _rows.RenewAsync(link.Campaign, visit.Patient, cancellationToken).ConfigureAwait(false), ExpiresAt = Now + options.Pickup.ValidFor };
        var ends = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(next.ExpiresAt, visit.Organisation.Organisation.TimeZone).DateTime);
        var (subject, paragraphs, linkText) = PickupNotice.Words(options.Pickup.PublicName ?? visit.Organisation.Organisation.Name, ends, spanish);
        var message = new OneMessage(subject, paragraphs, PickupNotice.LinkOf(visit.Organisation, next, spanish), linkText, spanish ? "es" : "en", MessageClass.N0);
        return await new SendOne(visit, options).RunAsync(message, cancellationToken).ConfigureAwait(false) ? RenewedLink.Sent : RenewedLink.NotSent;
    }

    /// <summary>The proof that opened the message a moment ago; null where the text of the page is not this message's, or has ended.</summary>
    public PickupFactor? OpenedBy(string proof) => Take(PatientLinkKind.PickupProof, proof);

    /// <summary>Takes a reply: sealed, then delivered to the organisation's inbox where it names one, else for staff to read here. False where the proof is not this patient's, has ended, or too much is open already.</summary>
    public async Task<bool> ReplyAsync(string proof, string text, CancellationToken cancellationToken) =>
        OpenedBy(proof) is not null
        && await _render.PrepareAsync(cancellationToken).ConfigureAwait(false) is { } prepared
        && await new DeliverReplies(visit.Organisation, options).TakeAsync(visit.Patient, link.Campaign, prepared.Basis.Class, text.Trim(), cancellationToken).ConfigureAwait(false);

    /// <summary>Keeps a passkey that the patient made after another proof. False where none opened this message a moment ago.</summary>
    public async Task<bool> KeepAsync(string proof, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        OpenedBy(proof) is { } by and not PickupFactor.Passkey && await Passkeys.AddAsync(visit.Patient, passkey, by, cancellationToken).ConfigureAwait(false);

    /// <summary>The proof by which a browser opened this link; null where its session is over, or a newer link was sent since.</summary>
    private async Task<PickupFactor?> InAsync(string session, CancellationToken cancellationToken) =>
        Take(PatientLinkKind.PickupSession, session) is { } by
        && await _rows.FindAsync(link.Campaign, visit.Patient, cancellationToken).ConfigureAwait(false) is { UsedAt: not null } standing && standing.Serial == link.Subject
            ? by
            : null;

    private async Task<SignatureProblems?> MayAnswerAsync(PickupFactor factor, CancellationToken cancellationToken)
    {
        var door = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (door.State is not (PickupState.Waiting or PickupState.Locked) || !door.Factors.Contains(factor))
            return SignatureProblems.CannotAsk;
        if (factor == PickupFactor.Passkey)
            return null; // Nobody guesses a signature: a lock against guesses would only lock the patient out.
        if (door.State == PickupState.Locked)
            return SignatureProblems.Locked;
        return await _blocks.IsClosedAsync(PickupBlocks.Of(From), cancellationToken).ConfigureAwait(false) ? SignatureProblems.NetworkLocked : null;
    }

    private async Task<PickupAnswer> AnswerAsync(FactorResult result, PickupFactor factor, CancellationToken cancellationToken)
    {
        if (result != FactorResult.Right)
        {
            await _blocks.CountAsync(PickupBlocks.Of(From), cancellationToken).ConfigureAwait(false);
            return new PickupAnswer(result == FactorResult.Locked ? SignatureProblems.Locked : SignatureProblems.Identity, null);
        }

        // New permits and a new rendering; then the link is used up; only then is anything shown.
        if (await _render.RunAsync(cancellationToken).ConfigureAwait(false) is not { } message
            || !await _rows.UseAsync(link.Campaign, visit.Patient, link.Subject, PickupPasskeys.NameOf(factor), cancellationToken).ConfigureAwait(false))
            return new PickupAnswer(SignatureProblems.CannotAsk, null);
        return new PickupAnswer(SignatureProblems.None, new OpenedMessage(message, factor, Give(PatientLinkKind.PickupSession, factor, OpenFor), Give(PatientLinkKind.PickupProof, factor, ReplyFor)));
    }

    private string Give(PatientLinkKind kind, PickupFactor by, TimeSpan life) =>
        (link with { Kind = kind, Subject = (link.Subject * Factors) + (int)by, ExpiresAt = Now + life }).ToText(visit.Organisation.Keys);

    private PickupFactor? Take(PatientLinkKind kind, string text) =>
        PatientLink.Read(visit.Organisation.Keys, kind, text) is { } read
        && read.Patient == visit.Patient && read.Campaign == link.Campaign && read.Subject / Factors == link.Subject && !read.IsExpired(Now)
            ? (PickupFactor)(read.Subject % Factors)
            : null;

    private byte[] HashOf(string code) => visit.Organisation.Keys.BlindIndex("pickup-code", string.Create(CultureInfo.InvariantCulture, $"{visit.Patient.Value}:{link.Campaign}:{code}"));
}
