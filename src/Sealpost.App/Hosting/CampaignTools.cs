using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Campaigns.Destinations;
using Sealpost.Campaigns.TlsReports;
using Sealpost.Organisations;
using Sealpost.Reports;

namespace Sealpost.App.Hosting;

/// <summary>What command line, API and pages do with an organisation's campaigns besides writing files and sending.</summary>
internal sealed class CampaignTools : IDisposable
{
    private readonly OpenOrganisation _organisation;

    public CampaignTools(OpenOrganisation organisation)
    {
        _organisation = organisation;
        Progress = new WatchProgress(Context);
        Home = new ReadHome(Context, Progress) { Dnssec = organisation.DnssecAsync, Certificates = organisation.EndingCertificatesAsync, Policies = organisation.EndingPoliciesAsync, Missed = organisation.Missed };
        Links = new FollowLink(Context, organisation.Shards.RefreshAsync);
    }

    public CampaignList List => new(Context);

    public CampaignDrafts Drafts => new(Context, _organisation.Desk()) { ClicksAllowed = OrganisationSettings.CountClicks(_organisation.Settings) };

    /// <summary>Files that campaigns carry.</summary>
    public AttachmentDesk Files => new(Context, _organisation.Desk(), Drafts);

    public CampaignReviews Reviews => new(Context, _organisation.Desk(), _organisation.Audiences.SpeechAsync);

    public StartFollowUp FollowUp => new(Context, _organisation.Desk());

    /// <summary>Messages to colleagues, as made-up patients would get them.</summary>
    public SendTest Test => new(Context, _organisation.SendOptions(), Drafts, _organisation.People);

    public ReadFindings Findings => new(Context);

    public ListDeliveries Deliveries => new(Context);

    /// <summary>Patients whom a message about their care did not reach by email.</summary>
    public ReachOtherwise NotReached => new(Context);

    /// <summary>Receiving domains: pace, last errors, next tries.</summary>
    public ListDestinations Destinations => new(Context) { Present = _organisation.PresentPaces, Policies = _organisation.EndingPoliciesAsync };

    /// <summary>What receiving domains were told of their TLS.</summary>
    public ListTlsReports TlsReports => new(Context);

    public WatchProgress Progress { get; }

    public ReadHome Home { get; }

    public FollowLink Links { get; }

    private OrganisationContext Context => _organisation.Context;

    public void Dispose()
    {
        Progress.Dispose();
        Home.Dispose();
    }
}
