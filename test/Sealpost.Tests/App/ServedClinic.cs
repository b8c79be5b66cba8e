using System.Globalization;
using System.Text;
using System.Text.Json;
using Sealpost.App.Demo;
using Sealpost.App.Hosting;

namespace Sealpost.Tests.App;

/// <summary>An organisation served by the real executable: a marketer, an approver, and the built-in mailbox of the test's process as the world outside.</summary>
internal sealed class ServedClinic : IAsyncDisposable
{
    public const string Domain = "mail.greenvalley.test";

    private ServedClinic(SealpostProcess sealpost, DemoMailbox mailbox) => (Sealpost, Mailbox) = (sealpost, mailbox);

    public SealpostProcess Sealpost { get; }

    public DemoMailbox Mailbox { get; }

    public ServingProcess Server { get; private set; } = null!;

    public string Marketer { get; private set; } = "";

    public string Approver { get; private set; } = "";

    /// <summary>An initialised data folder, not served yet.</summary>
    public static async Task<ServedClinic> CreateAsync(MailboxOptions options, string? database, CancellationToken cancellationToken)
    {
        var clinic = new ServedClinic(new SealpostProcess(), DemoMailbox.Start(options, TimeProvider.System));
        clinic.Sealpost.Environment["SEALPOST_DATABASE"] = database;
        try
        {
            await clinic.Sealpost.DoAsync(
                ["init", "--org", "Green Valley Clinic", "--domain", Domain, "--address", "1 Orchard Road, Springfield, MA 01103", "--time-zone", "America/New_York"], cancellationToken);
            return clinic;
        }
        catch
        {
            await clinic.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server, names the people, and points delivery at the mailbox.</summary>
    public async Task ServeAsync(string retrySchedule, CancellationToken cancellationToken)
    {
        Server = await Sealpost.ServeAsync(cancellationToken);
        var described = Mailbox.Describe();
        var roots = WriteFile("roots.pem", described.RootPem);
        var routes = described.Routes.Select(route => string.Create(CultureInfo.InvariantCulture, $"{route.Key}={route.Value.Host}:{route.Value.Port}={route.Value.VerifiedName}"));
        await AskAsync(["org", "set", "route", string.Join(' ', routes)], cancellationToken);
        await AskAsync(["org", "set", "extra-roots", "@" + roots], cancellationToken);
        await AskAsync(["org", "set", "retry-schedule", retrySchedule], cancellationToken);
        await AskAsync(["org", "set", "public-route", Server.Url], cancellationToken);
        await AskAsync(["risk", "accept", "n2-over-t2", "--by", "Dana Okafor", "--statement", "A verified certificate is good enough."], cancellationToken);
        Marketer = await PersonAsync("Ann", "marketer", cancellationToken);
        Approver = await PersonAsync("Bob", "approver", cancellationToken);
    }

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(Sealpost.Files, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs a command in the server over its socket, from this process; it must succeed.</summary>
    public async Task<string> AskAsync(string[] arguments, CancellationToken cancellationToken, string? input = null, string? token = null)
    {
        var (exit, output, error) = await RunAsync(arguments, input, token, cancellationToken);
        Assert.True(exit == 0, $"`{string.Join(' ', arguments)}` ended with {exit}: {error}");
        return output;
    }

    /// <summary>Runs a command that must be refused; why.</summary>
    public async Task<string> RefusedAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (exit, _, error) = await RunAsync(arguments, null, null, cancellationToken);
        Assert.True(exit == 1, $"`{string.Join(' ', arguments)}` ended with {exit}: {error}");
        return error;
    }

    private async Task<(int? Exit, string Output, string Error)> RunAsync(string[] arguments, string? input, string? token, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Eventually.Patience);
        using var stdin = new MemoryStream(Encoding.UTF8.GetBytes(input ?? ""));
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var exit = await SocketClient.RunAsync(Sealpost.Socket, new CommandRequest(arguments, Sealpost.Files, token, false), stdin, output, error, patience.Token);
        return (exit, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>A campaign from its file to approved.</summary>
    public async Task ApproveAsync(string name, string yaml, CancellationToken cancellationToken)
    {
        await AskAsync(["campaign", "create", WriteFile(name + ".yaml", yaml)], cancellationToken, token: Marketer);
        await AskAsync(["campaign", "submit", name], cancellationToken, token: Marketer);
        await AskAsync(["campaign", "approve", name], cancellationToken, token: Approver);
    }

    /// <summary>The report as it is once it meets a condition.</summary>
    public async Task<JsonElement> ReportAsync(string campaign, Func<JsonElement, bool> until, CancellationToken cancellationToken)
    {
        JsonElement report = default;
        await Eventually.FoundAsync(
            async () => until(report = JsonDocument.Parse(await AskAsync(["campaign", "report", campaign, "--json"], cancellationToken)).RootElement) ? "" : null,
            () => Task.FromResult($"what the report is waited for. It says: {report}"),
            cancellationToken);
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        Sealpost.Dispose();
        await Mailbox.DisposeAsync();
    }

    private async Task<string> PersonAsync(string name, string role, CancellationToken cancellationToken)
    {
        await AskAsync(["user", "add", name, "--roles", role], cancellationToken);
        return JsonDocument.Parse(await AskAsync(["token", "create", name, "--json"], cancellationToken)).RootElement.GetProperty("token").GetString()!;
    }
}
