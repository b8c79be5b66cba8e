namespace Sealpost.Tests.App;

public sealed class CommandLineTests : IDisposable
{
    private static readonly string[] InitArguments =
        ["init", "--org", "Green Valley Clinic", "--domain", "mail.greenvalley.test", "--address", "1 Main St, Springfield, MA 01103", "--time-zone", "America/New_York"];

    private readonly SealpostProcess _sealpost = new();

    public void Dispose() => _sealpost.Dispose();

    [Fact]
    public async Task Bad_usage_ends_with_2_and_says_where_help_is()
    {
        var result = await _sealpost.RunAsync(["campaign", "frobnicate"], TestContext.Current.CancellationToken);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_without_a_data_folder_is_refused_with_the_way_out()
    {
        var result = await _sealpost.RunAsync(["user", "list"], TestContext.Current.CancellationToken);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("sealpost init", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_prints_recovery_kit_and_dns_records_and_refuses_a_second_time()
    {
        var first = await _sealpost.DoAsync(InitArguments, TestContext.Current.CancellationToken);
        Assert.Contains("RECOVERY KIT", first.Output, StringComparison.Ordinal);
        Assert.Contains("_domainkey.mail.greenvalley.test", first.Output, StringComparison.Ordinal);
        Assert.Contains("v=DMARC1", first.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await _sealpost.RunAsync(InitArguments, TestContext.Current.CancellationToken)).ExitCode);
    }

    [Fact]
    public async Task A_person_acts_with_a_token_and_only_within_the_roles()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await _sealpost.DoAsync(InitArguments, cancellation);
        await _sealpost.DoAsync(["user", "add", "Ann", "--roles", "marketer"], cancellation);
        var token = (await _sealpost.DoAsync(["token", "create", "Ann", "--json"], cancellation)).Json.GetProperty("token").GetString();
        var refused = await _sealpost.RunAsync(["user", "list"], cancellation, token: token);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("administrator", refused.Error, StringComparison.Ordinal);
        await _sealpost.DoAsync(["token", "revoke", "Ann"], cancellation);
        Assert.Contains("expired or revoked", (await _sealpost.RunAsync(["user", "list"], cancellation, token: token)).Error, StringComparison.Ordinal);
    }
}
