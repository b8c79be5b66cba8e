using Sealpost.App.Pages.Campaigns;
using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Content.Drafts;

namespace Sealpost.Tests.Campaigns;

/// <summary>What an approver is shown of a changed campaign: nothing that the approval covers may change unseen.</summary>
public sealed class ContentChangesTests
{
    private static readonly CampaignContent Before = TestClinic.Content("eye-exam") with
    {
        Variants = [new MessageVariant { Language = "es", Subject = "Un mensaje", Preheader = "Veinte minutos", Body = "Hola {{ patient.given_name }}", Text = "Hola" }],
        Files = [new Attachment { Id = 1, Name = "leaflet.pdf", Type = AttachmentType.Pdf, Bytes = 5, Sha256 = new string('a', 64) }],
    };

    /// <summary>Each property with a change of it, and the part that shows it; null where nothing of it leaves or is answered for.</summary>
    private static readonly Dictionary<string, (Func<CampaignContent, CampaignContent> Change, string? Part)> Properties = new(StringComparer.Ordinal)
    {
        [nameof(CampaignContent.Name)] = (content => content with { Name = "other" }, "Name"),
        [nameof(CampaignContent.Purpose)] = (content => content with { Purpose = Purpose.Treatment }, "Purpose"),
        [nameof(CampaignContent.Remuneration)] = (content => content with { Remuneration = new PaymentAnswers { Payer = "Acme", Kind = "financial" } }, "Payment"),
        [nameof(CampaignContent.From)] = (content => content with { From = "Green Valley <other@mail.greenvalley.example>" }, "From"),
        [nameof(CampaignContent.Audience)] = (content => content with { Audience = "age >= 21" }, "Audience"),
        [nameof(CampaignContent.Subject)] = (content => content with { Subject = "Another" }, "Subject"),
        [nameof(CampaignContent.Preheader)] = (content => content with { Preheader = "Another" }, "Preview line"),
        [nameof(CampaignContent.Body)] = (content => content with { Body = "Another" }, "Message"),
        [nameof(CampaignContent.Format)] = (content => content with { Format = BodyFormat.Html }, "Written as"),
        [nameof(CampaignContent.Text)] = (content => content with { Text = "Another" }, "Text part"),
        [nameof(CampaignContent.NotAfter)] = (content => content with { NotAfter = new DateOnly(2027, 1, 1) }, "Last day"),
        [nameof(CampaignContent.Rate)] = (content => content with { Rate = 5 }, "Messages a second"),
        [nameof(CampaignContent.Schedule)] = (content => content with { Schedule = DateTimeOffset.UnixEpoch }, "Start"),
        [nameof(CampaignContent.PatientTime)] = (content => content with { PatientTime = DateTime.UnixEpoch }, "Start in the patient's time zone"),
        [nameof(CampaignContent.Language)] = (content => content with { Language = "vi" }, "Language"),
        [nameof(CampaignContent.Variants)] = (content => content with { Variants = [content.Variants[0] with { Body = "Otra cosa" }] }, "Message (es)"),
        [nameof(CampaignContent.CountClicks)] = (content => content with { CountClicks = true }, "Clicks"),
        [nameof(CampaignContent.FollowUp)] = (content => content with { FollowUp = new FollowUp { Campaign = 3 } }, "Follow-up"),
        [nameof(CampaignContent.Files)] = (content => content with { Files = [content.Files[0] with { Sha256 = new string('b', 64) }] }, "Files"),
        [nameof(CampaignContent.BodyFile)] = (content => content with { BodyFile = "other.md" }, null),
        [nameof(CampaignContent.TextFile)] = (content => content with { TextFile = "other.txt" }, null),
        [nameof(CampaignContent.TemplateId)] = (content => content with { TemplateId = 9 }, null),
        [nameof(CampaignContent.TemplateVersion)] = (content => content with { TemplateVersion = 9 }, null),
        [nameof(CampaignContent.AudienceSource)] = (content => content with { AudienceSource = new PinnedSource { Id = 9 } }, null),
    };

    public static TheoryData<string> Names => [.. typeof(CampaignContent).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_of_any_part_is_shown_and_what_is_not_shown_is_not_answered_for(string property)
    {
        var (change, part) = Properties[property];
        var after = change(Before);
        Assert.NotEqual(Before, after);
        if (part is null)
            Assert.Equal(Before.ApprovalHash("t"), after.ApprovalHash("t"));
        Assert.Equal(part is null ? [] : [part], ContentChanges.Of(Before, after).Select(changed => changed.Part));
    }

    /// <summary>What the page shows whole beside the facts.</summary>
    private static readonly string[] Whole = [nameof(CampaignContent.Audience), nameof(CampaignContent.FollowUp), nameof(CampaignContent.Body), nameof(CampaignContent.Variants), nameof(CampaignContent.Files)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_signed_stands_among_the_facts_or_is_shown_whole(string property)
    {
        var (change, part) = Properties[property];
        if (part is null || Whole.Contains(property))
            return;
        Assert.NotEqual(SignedFacts.Of(Before, TimeZoneInfo.Utc), SignedFacts.Of(change(Before), TimeZoneInfo.Utc));
        Assert.NotEqual(Before.ApprovalHash("t"), change(Before).ApprovalHash("t"));
    }

    [Fact]
    public void A_file_that_is_renamed_added_or_taken_out_is_shown_and_changes_what_is_signed()
    {
        var file = Before.Files[0];
        CampaignContent[] others = [Before with { Files = [] }, Before with { Files = [file with { Name = "other.pdf" }] }, Before with { Files = [file, file with { Name = "other.pdf" }] }];
        Assert.All(others, after =>
        {
            Assert.Equal("Files", Assert.Single(ContentChanges.Of(Before, after)).Part);
            Assert.NotEqual(Before.ApprovalHash("t"), after.ApprovalHash("t"));
        });
        Assert.Equal(["Removed leaflet.pdf"], Assert.Single(ContentChanges.Of(Before, others[0])).Lines.Select(line => $"{line.Change} {line.Text.Split(' ')[0]}"));
    }

    [Theory]
    [InlineData("Subject (es)")]
    [InlineData("Preview line (es)")]
    [InlineData("Message (es)")]
    [InlineData("Text part (es)")]
    public void A_language_that_comes_or_goes_is_shown_whole(string part)
    {
        Assert.Contains(part, ContentChanges.Of(Before, Before with { Variants = [] }).Select(changed => changed.Part));
        Assert.Contains(part, ContentChanges.Of(Before with { Variants = [] }, Before).Select(changed => changed.Part));
    }
}
