using System.Diagnostics;
using System.Text.Json;

namespace Sealpost.Tests.Delivery;

/// <summary>dkimpy, an independent verifier; keys are handed to it instead of DNS.</summary>
internal static class DkimPy
{
    private const string Python = "/usr/bin/python3";

    private const string Driver = """
        import base64, dkim, json, sys
        job = json.load(sys.stdin)
        message = base64.b64decode(job["message"])
        keys = {name.encode(): value.encode() for name, value in job["records"].items()}
        lookup = lambda name, timeout=5: keys.get(name.rstrip(b"."))
        checker = dkim.DKIM(message, minkey=1024)
        count = sum(1 for name, _ in checker.headers if name.lower() == b"dkim-signature")
        print(" ".join("pass" if checker.verify(idx=i, dnsfunc=lookup) else "fail" for i in range(count)))
        """;

    /// <summary><c>pass</c> or <c>fail</c> per signature, from the top; skips where dkimpy is absent.</summary>
    public static async Task<string> VerifyAsync(byte[] message, IReadOnlyList<(string Name, string Value)> records, CancellationToken cancellationToken)
    {
        TestData.RequirePart(File.Exists(Python) && Directory.Exists("/usr/lib/python3/dist-packages/dkim"), "dkimpy (Debian: python3-dkim, python3-nacl)");
        var start = new ProcessStartInfo(Python, ["-c", Driver]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var job = new { message = Convert.ToBase64String(message), records = records.ToDictionary(r => r.Name, r => r.Value) };
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(job));
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, errors);
        return (await output).Trim();
    }
}
