namespace Sealpost.Consent;

/// <summary>Words for people: why messages were not sent.</summary>
public static class WithholdReasons
{
    /// <summary>One plain sentence about the patients counted under a reason, for reports.</summary>
    public static string Describe(WithholdReason reason) => reason switch
    {
        WithholdReason.PurposeUndeclared => "The campaign's purpose or its payment questions were not fully answered.",
        WithholdReason.Identity => "The record is not in use: merged into another, inactive, or a test person.",
        WithholdReason.Deceased => "The patient is recorded as deceased.",
        WithholdReason.Minor => "The patient is a minor, or the birth date is not known.",
        WithholdReason.NoAddress => "No email address is on file.",
        WithholdReason.UnusableAddress => "The email address is malformed, out of date, or a work address that must not carry health details.",
        WithholdReason.UnverifiedAddress => "Nobody has verified the email address, and its source is not attested.",
        WithholdReason.SharedAddress => "Another patient uses the same mailbox.",
        WithholdReason.ConfidentialCommunication => "The patient asked to be reached in another way.",
        WithholdReason.ProhibitedData => "The message would draw on psychotherapy or counselling notes.",
        WithholdReason.Restriction => "A restriction agreed with the patient forbids this use.",
        WithholdReason.NeverAuthorized => "This kind of message needs the patient's signed authorization, and there is none.",
        WithholdReason.AuthorizationExpired => "The patient's authorization has expired.",
        WithholdReason.AuthorizationRevoked => "The patient revoked the authorization.",
        WithholdReason.AuthorizationScope => "The patient's authorization does not cover this purpose or this information.",
        WithholdReason.AuthorizationRemuneration => "The patient's authorization does not say that the message is paid for.",
        WithholdReason.AuthorizationDefective => "The patient's authorization lacks something the law requires.",
        WithholdReason.Sensitive => "The message touches a sensitive matter, which travels only sealed to the patient or waits on our page; neither was possible here, or the purpose does not allow it.",
        WithholdReason.Suppressed => "The patient opted out, complained, or the mailbox rejected mail for good.",
        WithholdReason.FundraisingOptOut => "The patient opted out of fundraising.",
        WithholdReason.FrequencyCap => "The patient has had as many messages lately as the limit allows.",
        WithholdReason.MissingValue => "A value that the message needs is missing in the patient's record.",
        WithholdReason.NoLongerMatches => "The patient no longer belonged to the audience when the message was due.",
        WithholdReason.Erased => "The patient's record was erased.",
        WithholdReason.TlsUnavailable => "The patient's mail host offered no working encryption; nothing is sent in clear.",
        WithholdReason.CertificateExpired => "The certificate of the patient's mail host has expired.",
        WithholdReason.CertificateUntrusted => "The certificate of the patient's mail host comes from no trusted authority.",
        WithholdReason.CertificateNameMismatch => "The certificate of the patient's mail host names another host.",
        WithholdReason.TierTooLow => "The connection to the patient's mail host was not protected well enough for this message.",
        WithholdReason.NoAgreement => "The mail relay has no agreement in force that covers sending.",
        WithholdReason.NotRepresentable => "The patient's mail host cannot take a message of this form or size.",
        WithholdReason.DaneMismatch => "The certificate of the patient's mail host is not the one that the domain's signed records name.",
        WithholdReason.MtaStsRefused => "The patient's mail host does not satisfy the policy that the domain itself publishes.",
        WithholdReason.UnexpectedMx => "The patient's mail domain names a mail host that this organisation does not expect.",
        WithholdReason.FilesNotMailed => "The message comes with files and so waits on our page alone, and there is no way for the patient to prove there who they are.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "No such reason; add its sentence here."),
    };
}
