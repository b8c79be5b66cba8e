using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Hosting;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.People;
using Sealpost.Storage;
using Sealpost.Tests.Delivery.Lab;

namespace Sealpost.Tests.Campaigns.TlsReports;

/// <summary>A process that connects to look ahead and never sends keeps what it counted.</summary>
public sealed class ForecastSessionTests(MailLab lab) : IClassFixture<MailLab>, IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("sealpost-sessions-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Sessions_of_a_process_that_never_opened_sending_are_kept_at_its_end()
    {
        MailLab.Require();
        var folder = new DataFolder(Path.Combine(_root, "data"));
        folder.Create();
        var (first, _) = await Installation.CreateAsync(folder, NullLoggerFactory.Instance, Token);
        await using (first)
        {
            var draft = OrganisationDraft.Check("Green Valley Clinic", "mail.greenvalley.test", "1 Orchard Road, Springfield, MA 01103", null, "America/New_York");
            await first.Organisations.AddAsync(draft, first.KeySource, Actor.LocalOwner.Id, Token);
            var organisation = await first.OpenOrganisationAsync("Green Valley Clinic", Token);
            organisation.DeliveryOverride = lab.Options;
            var connect = organisation.SendOptions().Connect;
            foreach (var domain in new[] { "sts.test", "danebad.test" })
            {
                if (await connect.ConnectAsync(domain, HopNeed.Verified, Token) is ConnectResult.Connected connected)
                    await connected.Session.DisposeAsync();
            }

            Assert.Equal(0, await CountAsync(first));
        }

        await using var next = await Installation.OpenAsync(folder, NullLoggerFactory.Instance, Token);
        Assert.Equal(2, await CountAsync(next));
    }

    private static async Task<long> CountAsync(Installation installation)
    {
        await using var connection = await installation.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT COUNT(*) FROM tls_tally");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
