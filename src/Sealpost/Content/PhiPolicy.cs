using Sealpost.Content.Fields;
using Sealpost.Content.Liquid;

namespace Sealpost.Content;

/// <summary>
/// What each place of a message may reveal. Subject, preview and addresses of links are seen on lock screens, in logs, by link scanners and in delivery reports,
/// so they say nothing of the patient but the given name, which the To header's mailbox accompanies anyway.
/// </summary>
/// <remarks>45 CFR 164.530(c): safeguards against incidental disclosure.</remarks>
internal static class PhiPolicy
{
    /// <summary>Why a tag must not stand there, or null.</summary>
    /// <param name="piece">The tag.</param>
    /// <param name="taint">What it prints or decides reveals.</param>
    public static string? Refuse(TagPiece piece, Taint taint)
    {
        var permitted = piece.Place switch
        {
            Place.Subject or Place.Preheader or Place.Hidden => FieldLabel.GivenName,
            Place.Attribute => FieldLabel.None,
            _ => (FieldLabel)(-1),
        };
        if (!taint.Exceeds(permitted))
            return null;
        var verb = piece.Tag.IsOutput ? "reveals" : "depends on";
        var what = $"{piece.Tag.Source} {verb} {Say(taint, permitted)}";
        return piece.Place switch
        {
            Place.Subject => $"{what}, and a subject is seen on lock screens and in logs: only patient.given_name may stand there. Move it to the body.",
            Place.Preheader => $"{what}, and the preview line is seen before the message is opened: only patient.given_name may stand there. Move it to the body.",
            Place.Hidden => $"{what}, and hidden text is shown by previews: only patient.given_name may stand there. Move it to visible text.",
            _ => $"{what}, and attribute \"{piece.Attribute}\" is no place for patient data. Move it to the text.",
        };
    }

    /// <summary>Why an element must not stand under a condition, or null.</summary>
    /// <param name="mark">The element.</param>
    /// <param name="control">What the conditions and loops around it reveal.</param>
    public static string? Refuse(MarkPiece mark, Taint control)
    {
        // The organisation's own page in the patient's language or region tells its log no more than it knows; a stranger's tells him.
        var permitted = mark.Kind == MarkKind.Link ? FieldLabel.GivenName | FieldLabel.Demographic : FieldLabel.GivenName;
        if (!control.Exceeds(permitted))
            return null;
        var why = mark.Kind switch
        {
            MarkKind.Link => "following it would tell servers and link scanners what the condition says",
            MarkKind.ForeignLink => "following it would tell a host outside the organisation what the condition says",
            MarkKind.HiddenText => "previews show hidden text before the message is opened",
            MarkKind.Resource => "loading it would tell what the condition says to every server on the way",
            _ => "alternative texts and labels must be the same for every patient",
        };
        return $"{mark.Element} stands under a condition on {Say(control, permitted)}: {why}. Put it outside the condition and vary the text around it.";
    }

    private static string Say(Taint taint, FieldLabel permitted) => $"{FieldLabels.Say(taint.Labels & ~permitted)} data ({taint.FieldList})";
}
