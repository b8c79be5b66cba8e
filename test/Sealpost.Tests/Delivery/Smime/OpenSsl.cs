using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Tests.Delivery.Smime;

/// <summary>OpenSSL's own reader of sealed mail, an implementation that is not ours.</summary>
internal static class OpenSsl
{
    private const string Program = "/usr/bin/openssl";

    /// <summary>What is inside a sealed message; null where OpenSSL says that it cannot be opened.</summary>
    public static async Task<byte[]?> DecryptAsync(byte[] message, X509Certificate2 recipient, CancellationToken cancellationToken)
    {
        return await RunAsync(message, ["cms", "-decrypt", "-inform", "SMIME"], recipient, cancellationToken);
    }

    /// <summary>What a signed part says, where its signature is good and stands below the root.</summary>
    public static async Task<byte[]?> VerifyAsync(byte[] part, X509Certificate2 root, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-openssl-");
        try
        {
            var file = Path.Combine(folder.FullName, "root.pem");
            await File.WriteAllTextAsync(file, root.ExportCertificatePem(), cancellationToken);
            return await RunAsync(part, ["cms", "-verify", "-inform", "SMIME", "-CAfile", file, "-purpose", "smimesign"], null, cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<byte[]?> RunAsync(byte[] input, string[] arguments, X509Certificate2? recipient, CancellationToken cancellationToken)
    {
        TestData.RequirePart(File.Exists(Program), "OpenSSL (Debian: openssl)");
        var folder = Directory.CreateTempSubdirectory("sealpost-openssl-");
        try
        {
            List<string> all = [.. arguments];
            var (read, written) = (Path.Combine(folder.FullName, "in.eml"), Path.Combine(folder.FullName, "out"));
            await File.WriteAllBytesAsync(read, input, cancellationToken);
            all.AddRange(["-in", read, "-out", written]);
            if (recipient is not null)
            {
                var key = Path.Combine(folder.FullName, "key.pem");
                var own = recipient.GetRSAPrivateKey()?.ExportPkcs8PrivateKeyPem() ?? recipient.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
                await File.WriteAllTextAsync(key, recipient.ExportCertificatePem() + "\n" + own, cancellationToken);
                all.AddRange(["-recip", key]);
            }

            using var process = Process.Start(new ProcessStartInfo(Program, all) { RedirectStandardError = true, UseShellExecute = false })!;
            _ = await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? await File.ReadAllBytesAsync(written, cancellationToken) : null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
