using Sealpost.App.Demo;
using Sealpost.Audience;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.Tests.Patients;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Demo;

public sealed class DemoCampaignsTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private static readonly Organisation Clinic = new(new OrganisationId(1), "Green Valley Clinic", "mail.greenvalley.test", "1 Main St, Springfield, MA 01101", new Uri("https://mail.greenvalley.test"), TimeZoneInfo.Utc);

    public static TheoryData<string> Names => [.. DemoCampaigns.For(DemoCampaigns.Domain).Select(campaign => campaign.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_demo_campaign_has_no_problem(string name) =>
        Assert.Empty(Read(name).Problems.Select(problem => problem.ToString()));

    [Fact]
    public void The_files_speak_of_the_domain_they_are_asked_for() =>
        Assert.All(DemoCampaigns.For("mail.other.test"), campaign => Assert.DoesNotContain("greenvalley.test", campaign.Yaml + string.Concat(campaign.Files.Values), StringComparison.Ordinal));

    [Fact]
    public void One_of_them_needs_authorizations() =>
        Assert.Equal(
            [Purpose.Treatment, Purpose.Treatment, Purpose.Marketing],
            DemoCampaigns.For(DemoCampaigns.Domain).Select(campaign => Read(campaign.Name).Content!.Purpose));

    [Fact]
    public async Task Each_reaches_some_patients_and_says_something_of_their_own_to_every_one()
    {
        var charts = await ChartsAsync(300);
        foreach (var campaign in DemoCampaigns.For(DemoCampaigns.Domain))
        {
            var content = Read(campaign.Name).Content!;
            var template = Template.Compile(
                new TemplateSource(content.From, content.Subject, content.Preheader, content.Body, content.Format, content.Text, content.BodyFile, content.TextFile),
                new HashSet<string> { "mail.greenvalley.test" }).Template!;
            var query = AudienceQuery.Parse(content.Audience).Query!;
            var scope = QueryScope.On(Today);
            var audience = charts.Where(chart => query.Matches(new PatientView(chart, [], []), scope)).ToList();

            Assert.InRange(audience.Count, 20, 200);
            foreach (var chart in audience)
            {
                var result = RenderMessage.Preview(template, chart, new SenderFooter("Green Valley Clinic", "1 Main St", "https://mail.greenvalley.test/u/x", null), Today);
                Assert.Null(result.MissingField);
                Assert.Contains(chart.Head.Names[0].Given[0], System.Net.WebUtility.HtmlDecode(result.Message!.Html), StringComparison.Ordinal);
                Assert.DoesNotContain("{%", result.Message.Html + result.Message.Text, StringComparison.Ordinal);
            }
        }
    }

    private static CampaignFileResult Read(string name)
    {
        var campaign = DemoCampaigns.For(DemoCampaigns.Domain).Single(demo => demo.Name == name);
        return CampaignFile.Read("campaign.yaml", campaign.Yaml, campaign.Read, new CampaignFileRules(Clinic, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero), null));
    }

    private static async Task<List<Chart>> ChartsAsync(int count)
    {
        await using var stage = await ImportStage.CreateAsync();
        using var stream = new MemoryStream();
        await new SyntheticPatients(new SyntheticOptions { Count = count, Today = Today }).WriteAsync(stream, SyntheticFeed.All, Token);
        await stage.FhirAsync(await stage.FileAsync("synthetic.ndjson", System.Text.Encoding.UTF8.GetString(stream.ToArray())));
        return await stage.ChartsAsync();
    }
}
