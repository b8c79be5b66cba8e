namespace Sealpost.Tests;

/// <summary>Where things are: the repository, and the shared test data read in place.</summary>
internal static class TestData
{
    /// <summary>The folder that holds Sealpost.slnx.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>SEALPOST_TESTDATA, else ../shared/data beside the repository.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("SEALPOST_TESTDATA") ?? Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data"));

    /// <summary>Everything must be there: a missing real part fails instead of skipping.</summary>
    public static bool Full => Environment.GetEnvironmentVariable("SEALPOST_FULL") == "1";

    /// <summary>A file or folder of the test data; skips the test, with the reason, where it is absent.</summary>
    public static string Require(params string[] parts)
    {
        var path = Path.Combine([Root, .. parts]);
        Assert.SkipUnless(Path.Exists(path), $"Test data '{string.Join('/', parts)}' is absent; set SEALPOST_TESTDATA to its folder.");
        return path;
    }

    /// <summary>Skips, or fails under SEALPOST_FULL=1, where a real part is missing.</summary>
    public static void RequirePart(bool present, string what)
    {
        if (!present && Full)
            Assert.Fail($"{what} is missing, and SEALPOST_FULL=1 asks for everything.");
        Assert.SkipUnless(present, $"{what} is missing.");
    }

    private static string FindRepository()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Sealpost.slnx")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("Sealpost.slnx was not found above the test's folder.");
    }
}
