namespace Sealpost.App.Demo;

/// <summary>Made-up patients as the imports of a demo take them.</summary>
internal static class DemoFeeds
{
    /// <summary>How many a try-out gets unless it asks for more.</summary>
    public const int Patients = 300;

    /// <summary>Both feeds of a made-up clinic.</summary>
    /// <exception cref="RefusedException">The count is out of range.</exception>
    public static async Task<IReadOnlyList<(string Source, Stream Content)>> MakeAsync(int patients, DateOnly today, CancellationToken cancellationToken)
    {
        if (patients is < 1 or > 10_000)
            throw new RefusedException("Ask for 1 to 10,000 made-up patients.");
        var synthetic = new SyntheticPatients(new SyntheticOptions { Count = patients, Today = today });
        var feeds = new List<(string, Stream)>();
        foreach (var (feed, source) in new[] { (SyntheticFeed.Clinic, Sealpost.Imports.ImportDemo.Clinic), (SyntheticFeed.Website, Sealpost.Imports.ImportDemo.Website) })
        {
            var content = new MemoryStream();
            await synthetic.WriteAsync(content, feed, cancellationToken).ConfigureAwait(false);
            content.Position = 0;
            feeds.Add((source, content));
        }

        return feeds;
    }
}
