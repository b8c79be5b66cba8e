using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.App;

/// <summary>The pipe for a mail server: exit codes of sysexits.h, so that nothing is lost.</summary>
public sealed class BounceCommandTests
{
    private const string Stranger = "From: mailer-daemon@mx.example.net\nTo: nobody@elsewhere.example\nReturn-Path: <>\nSubject: Undelivered\n\n<ann@example.org>: user unknown\n";

    [Fact]
    public async Task A_mail_server_hears_whether_to_try_again()
    {
        using var sealpost = new SealpostProcess();
        Assert.Equal(75, (await sealpost.RunAsync(["bounce"], TestClinic.Token, Stranger)).ExitCode);
        await sealpost.DoAsync(["init", "--org", "Green Valley Clinic", "--domain", "mail.greenvalley.test", "--address", "1 Main Street, Springfield, MA 01101"], TestClinic.Token);
        var taken = await sealpost.DoAsync(["bounce", "--json"], TestClinic.Token, Stranger);
        Assert.Equal("unrelated", taken.Json.GetProperty("done").GetString());
        Assert.Equal(75, (await sealpost.RunAsync(["bounce"], TestClinic.Token)).ExitCode);
        Assert.Equal(64, (await sealpost.RunAsync(["bounce", "--bogus"], TestClinic.Token, Stranger)).ExitCode);

        await sealpost.ServeAsync(TestClinic.Token);
        var forged = await sealpost.DoAsync(["bounce", "--json", "--recipient", $"b+{new string('a', 39)}@mail.greenvalley.test"], TestClinic.Token, Stranger);
        Assert.Equal("backscatter", forged.Json.GetProperty("done").GetString());
        var refused = await sealpost.RunAsync(["bounce"], TestClinic.Token, "From: ann@example.org\nSubject: An offer\n\nBuy.\n");
        Assert.Equal(67, refused.ExitCode);
        Assert.DoesNotContain("ann@", refused.Output + refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@", forged.Output + forged.Error, StringComparison.Ordinal);
    }
}
