namespace Sealpost.Compliance;

/// <summary>Says what an entry of the ledger records, in words.</summary>
internal static class EventWords
{
    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        ["agreement.added"] = "Agreement {0} was added",
        ["agreement.signed"] = "Agreement {0} was signed",
        ["agreement.ended"] = "Agreement {0} was ended",
        ["risk.accepted"] = "Risk acceptance {0} was signed",
        ["risk.withdrawn"] = "Risk acceptance {0} was withdrawn",
        ["consent.authorized"] = "Authorization {0} of a patient was recorded",
        ["consent.revoked"] = "Authorization {0} of a patient was revoked",
        ["consent.copy-given"] = "A copy of authorization {0} was given to the patient",
        ["consent.suppressed"] = "An opt-out was recorded",
        ["consent.reopened"] = "A patient took an opt-out back",
        ["consent.restricted"] = "Restriction {0} was agreed with a patient",
        ["consent.restriction-ended"] = "Restriction {0} was ended",
        ["consent.united"] = "Opt-outs and restrictions of a merged record were united with its survivor",
        ["consent.source-attested"] = "A source of addresses was attested",
        ["consent.source-withdrawn"] = "The attestation of a source was withdrawn",
        ["form.offered"] = "Form {0} was put on offer",
        ["form.withdrawn"] = "Form {0} was withdrawn",
        ["patient.read"] = "A patient's data was read",
        ["patient.invited"] = "A patient was invited to read and sign forms",
        ["patient.verified"] = "A patient answered the question that proves who they are",
        ["patient.written-to"] = "A single message was sent to a patient",
        ["patient.erased"] = "A patient's key and record were destroyed",
        ["request.made"] = "A patient asked something on their page",
        ["reply.delivered"] = "A patient's reply {0} was delivered to the inbox",
        ["reply.waits"] = "A patient's reply {0} could not be delivered to the inbox and waits for staff",
        ["request.settled"] = "Request {0} was settled",
        ["disclosure.recorded"] = "Disclosure {0} was recorded",
        ["disclosure.accounted"] = "An accounting of disclosures was given to a patient",
        ["breach.scoped"] = "The scope of an incident was worked out",
        ["campaign.created"] = "Campaign {0} was started",
        ["campaign.revised"] = "Campaign {0} was changed",
        ["campaign.submitted"] = "Campaign {0} was submitted",
        ["campaign.approved"] = "Campaign {0} was approved",
        ["campaign.in-doubt"] = "Messages of campaign {0} are in doubt after a crash",
        ["delivery.resolved"] = "A delivery of campaign {0} that was in doubt was resolved",
        ["delivery.told"] = "Whom campaign {0} did not reach by email was told otherwise",
        ["delivery.told-undone"] = "That somebody was told what campaign {0} did not bring them was taken back",
        ["journal.replayed"] = "Opt-outs and outcomes were replayed after a restore",
        ["audience.limit"] = "A count was refused: too many questions in a short time",
        ["import.undone"] = "Import {0} was undone",
        ["link.made"] = "A one-time sign-in link was made",
        ["user.added"] = "A person was added",
        ["user.joined"] = "A person signed in for the first time",
        ["user.granted"] = "A person's roles were changed",
        ["user.ended"] = "A person was ended",
        ["user.recovered"] = "A person got back in by a link of the folder's owner",
        ["token.created"] = "A token was made",
        ["token.revoked"] = "A token was revoked",
        ["signin.passkey"] = "Signed in with a passkey",
        ["signin.code"] = "Signed in with password and code",
        ["signin.recovery"] = "Signed in with a recovery code",
        ["signin.link"] = "Signed in by a one-time link",
        ["signin.confirmed"] = "Confirmed who they are",
        ["signin.locked"] = "Sign-in was locked after wrong tries",
        ["session.ended"] = "A session was ended",
        ["passkey.added"] = "A passkey was added",
        ["passkey.removed"] = "A passkey was removed",
        ["passkey.renamed"] = "A passkey was renamed",
        ["password.set"] = "A password was set",
        ["password.removed"] = "A password was removed",
        ["certificate.added"] = "S/MIME certificate {0} of a patient was added",
        ["certificate.removed"] = "S/MIME certificate {0} of a patient was removed",
        ["smime.key-imported"] = "The organisation's S/MIME signing certificate was imported",
        ["smime.key-removed"] = "The organisation's S/MIME signing certificate was removed",
        ["pickup.code"] = "A code was sent to a patient for a waiting message",
        ["pickup.read"] = "A patient read a message of campaign {0} on our page",
        ["pickup.file"] = "A patient fetched a file of campaign {0} on our page",
        ["pickup.renewed"] = "A patient asked for a new link to a waiting message",
        ["pickup.passkey-added"] = "A patient made a passkey for waiting messages",
        ["pickup.passkeys-removed"] = "A patient's passkeys were removed",
        ["pickup.block-closed"] = "Too many wrong proofs came from one network; its answers were not looked at for the rest of the hour",
        ["campaign.tested"] = "A test of campaign {0} was sent to a colleague",
        ["campaign.file-opened"] = "A file of campaign {0} was opened",
        ["attachment.added"] = "File {0} was added for campaigns",
        ["campaign.sent-back"] = "Campaign {0} was sent back to its author",
        ["campaign.scheduled"] = "Campaign {0} was scheduled",
        ["campaign.unscheduled"] = "Campaign {0} was taken off its schedule",
        ["campaign.started"] = "Campaign {0} began to send",
        ["campaign.paused"] = "Campaign {0} was paused",
        ["campaign.resumed"] = "Campaign {0} went on",
        ["campaign.cancelled"] = "Campaign {0} was cancelled",
        ["campaign.brought-back"] = "Campaign {0}, cancelled before anything was sent, is a draft again",
        ["campaign.finished"] = "Campaign {0} finished",
        ["import.begun"] = "Import {0} began",
        ["import.finished"] = "Import {0} finished",
        ["keys.root-rotated"] = "The root key was exchanged",
        ["keys.organisation-rotated"] = "The organisation's key was exchanged",
        ["keys.page-rotated"] = "The key of page {0} was exchanged",
        ["signin.failed"] = "A sign-in failed",
        ["signin.provider"] = "The sign-in provider was changed",
        ["organisation.added"] = "The organisation was added",
        ["setting.changed"] = "Setting {0} was changed",
        ["ledger.receipts"] = "The receipts of {0} deliveries were filed",
        ["ledger.checkpoint"] = "The ledger was signed at {0} entries",
    };

    /// <summary>Areas of events, with what begins their kinds.</summary>
    public static IReadOnlyList<(string Key, string Title, string[] Starts)> Areas { get; } =
    [
        ("patients", "Reads and records of patients", ["patient", "pickup", "certificate"]),
        ("wishes", "Authorizations, opt-outs, requests", ["consent", "form", "request", "reply"]),
        ("campaigns", "Campaigns and deliveries", ["campaign", "delivery", "journal", "ledger.receipts"]),
        ("audiences", "Audiences", ["audience"]),
        ("content", "Content", ["template", "block", "brand", "image", "attachment"]),
        ("register", "Agreements and risks", ["agreement", "risk"]),
        ("answers", "Disclosures and incidents", ["disclosure", "breach"]),
        ("people", "People and sign-in", ["user", "token", "link", "signin", "account", "passkey", "password", "session"]),
        ("system", "Imports, keys, settings", ["import", "key", "keys", "setting", "organisation", "smime", "backup", "ledger.checkpoint"]),
    ];

    /// <summary>One sentence; what has none here is said by its own words.</summary>
    public static string Of(LedgerEvent one)
    {
        // One word for two things: a person who came by the provider, and the provider's own setting, which has no session.
        if (one is { Kind: "signin.provider", Subject: not null })
            return "Signed in at the provider";
        var sentence = Sentences.TryGetValue(one.Kind, out var known)
            ? known.Replace("{0}", one.Subject ?? "", StringComparison.Ordinal).Replace("  ", " ", StringComparison.Ordinal)
            : Plain(one);
        var how = one.Kind == "patient.read" ? ReadAs(one.Subject, one.Detail) : null;
        if (one is { Kind: "ledger.receipts", Subject: "1" })
            sentence = "The receipt of one delivery was filed";
        return (how is null ? sentence : $"{sentence}: {how}") + (one.Outcome is "done" or "permit" ? "" : $" ({one.Outcome})");
    }

    /// <summary>Whether a kind belongs to an area.</summary>
    public static bool Belongs(string kind, string[] starts) =>
        starts.Any(start => kind == start || kind.StartsWith(start + ".", StringComparison.Ordinal));

    /// <summary>What was looked at in a read.</summary>
    public static string ReadAs(string? subject, string? detail) => subject switch
    {
        "authorization.list" => "authorizations, restrictions and opt-outs",
        "receipt.show" => "receipts of a delivery",
        "audience.list" or "audience.page" => "the list of an audience",
        "audience.explain" => "why they are in an audience",
        "certificates" => "S/MIME certificates",
        "disclosures" => "disclosures and messages",
        "breach.scope" => "the people of an incident",
        "ledger.who" => "whom an entry of the ledger concerns",
        "code-webhook.secret" => "the secret of the code provider",
        "campaign.in-doubt" => "deliveries in doubt",
        "record" => "the whole record",
        "record.find" => "a search by id or address",
        "record.messages" => "the record of messages",
        not null when subject.StartsWith("record.receipts:", StringComparison.Ordinal) => "decisions and receipts of a message",
        "unencrypted" => "what they said about mail without encryption",
        not null when subject.StartsWith("authorization.document:", StringComparison.Ordinal) => "the text they signed",
        not null when subject.StartsWith("not-reached:", StringComparison.Ordinal) => "that a message did not reach them, telephone and postal address",
        not null when subject.StartsWith("request:", StringComparison.Ordinal) => "what they asked",
        _ => detail ?? subject ?? "their record",
    };

    private static string Plain(LedgerEvent one)
    {
        var dot = one.Kind.IndexOf('.', StringComparison.Ordinal);
        var (thing, act) = dot < 0 ? (one.Kind, "noted") : (one.Kind[..dot], one.Kind[(dot + 1)..]);
        if (thing == "signin")
            return "Signed in";
        return $"{char.ToUpperInvariant(thing[0])}{thing[1..].Replace('-', ' ')}{(one.Subject is null ? "" : " " + one.Subject)}: {act.Replace('-', ' ')}";
    }
}
