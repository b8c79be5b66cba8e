using Sealpost.App.Commands;
using Sealpost.People;

namespace Sealpost.App.Hosting;

/// <summary>The long-running owner of a data folder: patient pages, sending, and commands of other shells.</summary>
internal static partial class Server
{
    /// <summary>A resolver that does not answer holds no server up.</summary>
    private static readonly TimeSpan LongestWarming = TimeSpan.FromSeconds(2);

    private const int FewestWorkers = 16;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="RefusedException">Another process holds the folder, or the address cannot be listened on.</exception>
    public static async Task RunAsync(DataFolder folder, string urls, CommandContext context, CancellationToken cancellationToken)
    {
        if (folder.IsDemo)
            throw new RefusedException($"'{folder.Root}' was made by `sealpost demo`, which also serves it; run that. `sealpost init` makes a folder for real work.");
        await using var held = folder.TryLock()
            ?? throw new RefusedException($"Another process holds '{folder.Root}'. Stop it, or name another folder with --data.");
        using var log = Logging.Create();
        await using var installation = await OpenAsync(folder, log, context, cancellationToken).ConfigureAwait(false);
        await using var socket = SocketServer.Start(folder.Socket, installation, CommandLine.RunAsync, log.CreateLogger<SocketServer>());
        await RunAsync(installation, urls, context, token => FirstLinkAsync(installation, token), cancellationToken).ConfigureAwait(false);
    }

    // The recovery kit of a new folder is not printed here: a server's output often ends in a log. Set-up shows it to the first administrator.
    private static async Task<Installation> OpenAsync(DataFolder folder, ILoggerFactory log, CommandContext context, CancellationToken cancellationToken)
    {
        if (folder.IsInitialised)
            return await Installation.OpenAsync(folder, log, cancellationToken).ConfigureAwait(false);
        folder.Create();
        var (installation, _) = await Installation.CreateAsync(folder, log, cancellationToken).ConfigureAwait(false);
        await context.SayAsync($"Made a data folder in {folder.Root}. The link below leads through setting up, step by step; the first step is the recovery kit.").ConfigureAwait(false);
        return installation;
    }

    /// <summary>An address as people open it: by name where it is this machine, since passkeys refuse bare addresses. Web Authentication §5.1.3.</summary>
    internal static string ForPeople(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && (System.Net.IPAddress.IsLoopback(ip) || ip.Equals(System.Net.IPAddress.Any) || ip.Equals(System.Net.IPAddress.IPv6Any))
            ? new UriBuilder(address) { Host = "localhost" }.Uri.GetLeftPart(UriPartial.Authority)
            : url.TrimEnd('/');

    /// <summary>While nobody can sign in, each start prints a link for the first administrator.</summary>
    private static async Task<IReadOnlyList<(string Who, string Path)>> FirstLinkAsync(Installation installation, CancellationToken cancellationToken)
    {
        var organisations = await installation.Organisations.ListAsync(cancellationToken).ConfigureAwait(false);
        return await installation.People.Invitations.FirstAsync(organisations.Count == 0 ? null : organisations[0].Id, Actor.LocalOwner, cancellationToken).ConfigureAwait(false) is { } token
            ? [("the first administrator", PeopleSetup.WelcomePath(token))]
            : [];
    }

    /// <summary>Asks for the plain pages and for what every page needs once, so that the first person does not wait while they are compiled and packed.</summary>
    private static async Task WarmAsync(string url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("[::]", "[::1]", StringComparison.Ordinal)), Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br");
        http.DefaultRequestHeaders.Add("Cookie", $"{SessionAuthentication.Cookie}=nobody"); // Looked for in the store, as a person's is.
        foreach (var path in WebAssets.OfEveryPage.Select(WebAssets.Url).Prepend(PeopleSetup.WelcomePath("0")).Prepend(SessionAuthentication.SignInPath))
        {
            try
            {
                using var answer = await http.GetAsync(path, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception away) when (away is HttpRequestException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return; // Reached only under another name or by TLS: the first person waits a second longer.
            }
        }
    }

    /// <summary>Builds the audience indexes some seconds later, when those who came at once have their pages; whoever asks for a count earlier begins it. From then on keeps each day's reach.</summary>
    private static async Task IndexAsync(Installation installation, Task homes, CancellationToken cancellationToken)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1), installation.Time);
        await homes.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // A page says for itself what is wrong.
        await Task.Delay(TimeSpan.FromSeconds(10), installation.Time, cancellationToken).ConfigureAwait(false);
        await RoundAsync(installation, cancellationToken).ConfigureAwait(false);

        // Reading every chart once leaves far more room in the heap than the index takes; it would stay with the process for good.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        while (await hourly.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            await RoundAsync(installation, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One round; what cannot be read now is read by the next one, or by the first question.</summary>
    private static async Task RoundAsync(Installation installation, CancellationToken cancellationToken)
    {
        try
        {
            await installation.WarmAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotRead(installation.Log.CreateLogger(typeof(Server)), exception.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audience indexes could not be read ({Kind}); it is tried again within the hour.")]
    private static partial void LogNotRead(ILogger log, string kind);

    /// <summary>Serves an open installation until cancelled.</summary>
    /// <param name="installation">What is served.</param>
    /// <param name="urls">Where to listen.</param>
    /// <param name="context">Where to say so.</param>
    /// <param name="links">Makes links to print once it listens: for whom, and the path.</param>
    /// <param name="cancellationToken">Stops the server.</param>
    public static async Task RunAsync(Installation installation, string urls, CommandContext context, Func<CancellationToken, Task<IReadOnlyList<(string Who, string Path)>>> links, CancellationToken cancellationToken)
    {
        // A person's click does not queue behind long work: on few cores the pool adds threads only half a second at a time.
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(FewestWorkers, workers), ports);
        await using var web = WebHost.Build(installation, urls);
        try
        {
            await web.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new RefusedException($"{urls} cannot be listened on. Another program may use the port; --urls names another one.", exception);
        }

        // A demo's public URL is made up; what it would answer is answered here.
        foreach (var organisation in installation.Folder.IsDemo ? await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false) : [])
            organisation.AnswerPublicUrlAt(new Uri(web.Urls.First()));
        var resumed = await installation.ResumeCampaignsAsync(cancellationToken).ConfigureAwait(false);
        await using var returns = await ReturnDoors.OpenAsync(installation, cancellationToken).ConfigureAwait(false);
        await WarmAsync(web.Urls.First(), cancellationToken).ConfigureAwait(false);
        await installation.Silo.StartAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Where it cannot start, the first question tries again and says why.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var homes = Task.Run(() => installation.WarmHomesAsync(ending.Token), ending.Token);
        await Task.WhenAny(homes, Task.Delay(LongestWarming, installation.Time, cancellationToken)).ConfigureAwait(false);
        var indexing = IndexAsync(installation, homes, ending.Token);
        try
        {
            await SayAsync(installation, web, returns, resumed, context, links, cancellationToken).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await web.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(homes, indexing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says where it listens, and whatever a person must know now.</summary>
    private static async Task SayAsync(Installation installation, WebApplication web, ReturnDoors returns, int resumed, CommandContext context, Func<CancellationToken, Task<IReadOnlyList<(string Who, string Path)>>> links, CancellationToken cancellationToken)
    {
        await context.SayAsync($"Listening on {string.Join(", ", web.Urls)}. Stop with Ctrl+C.").ConfigureAwait(false);
        foreach (var endpoint in returns.Lmtp)
            await context.SayAsync($"Taking returned mail by LMTP on {endpoint}.").ConfigureAwait(false);
        foreach (var (who, path) in await links(cancellationToken).ConfigureAwait(false))
            await context.SayAsync($"Sign in once as {who}: {ForPeople(web.Urls.First())}{path}").ConfigureAwait(false);
        if (installation.Restored.Hold is { } hold)
            await context.SayAsync(hold).ConfigureAwait(false);
        if (resumed > 0)
            await context.SayAsync($"{resumed} campaign{(resumed == 1 ? "" : "s")} resumed.").ConfigureAwait(false);
    }
}
