using System.Globalization;
using System.Text;
using Sealpost.App.Commands;

namespace Sealpost.App.Demo;

/// <summary>One message as the built-in mailbox took it, for the newcomer to read. The patient is made up.</summary>
internal static class DemoMessage
{
    private static readonly string[] Shown = ["From:", "To:", "Subject:", "List-Unsubscribe:", "List-Unsubscribe-Post:"];

    public static async Task ShowAsync(CommandContext context, DemoMailbox mailbox)
    {
        if (mailbox.Store.Messages.FirstOrDefault(message => message.Bytes.Length > 0) is not { } received)
            return;
        var lines = Encoding.UTF8.GetString(received.Bytes.Span).Split("\r\n");
        var headers = Unfold(lines.TakeWhile(line => line.Length > 0));
        await context.SayAsync(string.Create(CultureInfo.InvariantCulture,
            $"\nOne message as it arrived ({received.Bytes.Length:N0} bytes over {received.TlsVersion?.Replace("Tls1", "TLS 1.", StringComparison.Ordinal)}, {headers.Count(header => header.StartsWith("DKIM-Signature:", StringComparison.OrdinalIgnoreCase))} DKIM signatures):\n")).ConfigureAwait(false);
        foreach (var header in headers.Where(header => Shown.Any(name => header.StartsWith(name, StringComparison.OrdinalIgnoreCase))))
            await context.SayAsync("  " + (header.Length > 110 ? header[..110] + "…" : header)).ConfigureAwait(false);
        await context.SayAsync("").ConfigureAwait(false);
        foreach (var line in TextPart(received.Bytes).Split('\n').Select(line => line.TrimEnd()).SkipWhile(line => line.Length == 0).Take(20))
            await context.SayAsync("  " + line).ConfigureAwait(false);
        await context.SayAsync("  …").ConfigureAwait(false);
    }

    // RFC 5322 §2.2.3.
    private static List<string> Unfold(IEnumerable<string> lines)
    {
        var headers = new List<string>();
        foreach (var line in lines)
        {
            if (line[0] is ' ' or '\t' && headers.Count > 0)
                headers[^1] = headers[^1].TrimEnd() + " " + line.TrimStart();
            else
                headers.Add(line);
        }

        return headers;
    }

    private static string TextPart(ReadOnlyMemory<byte> bytes)
    {
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        return MimeKit.MimeMessage.Load(stream).TextBody ?? "";
    }
}
