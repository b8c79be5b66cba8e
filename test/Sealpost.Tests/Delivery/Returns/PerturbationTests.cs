using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using MimeKit;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>What a mail says does not depend on its line ends, encoding, folding, or on whose hosts and addresses it names.</summary>
public sealed partial class PerturbationTests
{
    private static readonly string[] Locals = ["maria.keller", "b.okafor", "x9", "o'neill", "first_last", "jean-luc+news"];
    private static readonly string[] Domains = ["clinic-nord.test", "praxis.example", "mail.lakeside.example", "a.test", "hospital-of-the-valley.example.net"];

    [Fact]
    public async Task Class_and_addresses_survive_a_change_of_form()
    {
        var mails = Mails();
        var read = new Dictionary<int, ReturnedMail>();
        for (var i = 0; i < mails.Count; i++)
            read[i] = await ReadReturn.ReadAsync(mails[i], TestContext.Current.CancellationToken);
        await Gen.Select(Gen.Int[0, mails.Count - 1], Gen.Int[0, 5], Gen.Int[0, Locals.Length - 1], Gen.Int[0, Domains.Length - 1])
            .SampleAsync(
                async (mail, form, local, domain) =>
                {
                    var changed = Change(mails[mail], form, Locals[local], Domains[domain], out var map);
                    var again = await ReadReturn.ReadAsync(changed, CancellationToken.None);
                    Assert.Equal((form, read[mail].Class), (form, again.Class));
                    Assert.Equal(read[mail].Recipients.Select(one => map(one.Address)), again.Recipients.Select(one => one.Address));
                },
                iter: TestData.Full ? 4_000 : 400,
                print: sample => $"mail {sample.Item1}, form {sample.Item2}");
    }

    private static List<byte[]> Mails()
    {
        var folders = new[] { TestData.Require("bounces-sisimai", "eml"), TestData.Require("bounces-flufl", "eml") };
        return [.. folders.SelectMany(Directory.EnumerateFiles).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }

    private static byte[] Change(byte[] mail, int form, string local, string domain, out Func<string, string> map)
    {
        var text = Encoding.Latin1.GetString(mail).ReplaceLineEndings("\n");
        map = address => address;
        switch (form)
        {
            case 0:
                return Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"));
            case 1:
                return Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r"));
            case 2:
                return Recode(mail, ContentEncoding.Base64);
            case 3:
                return Recode(mail, ContentEncoding.QuotedPrintable);
            case 4:
                return Encoding.Latin1.GetBytes(FoldHeaders(text));
            default:
                // Encoded parts would keep the old names.
                if (text.Contains("base64", StringComparison.OrdinalIgnoreCase) || text.Contains("quoted-printable", StringComparison.OrdinalIgnoreCase))
                    return mail;
                map = address => Rename(address, local, domain);
                return Encoding.Latin1.GetBytes(Rename(text, local, domain));
        }
    }

    /// <summary>The same mail with its text parts in another transfer encoding.</summary>
    private static byte[] Recode(byte[] mail, ContentEncoding encoding)
    {
        using var input = new MemoryStream(mail);
        MimeMessage message;
        try
        {
            message = MimeMessage.Load(input);
        }
        catch (FormatException)
        {
            return mail;
        }

        foreach (var part in message.BodyParts.OfType<TextPart>().Where(part => part.Content is not null))
            part.ContentTransferEncoding = encoding;
        using var output = new MemoryStream();
        message.WriteTo(output);
        return output.ToArray();
    }

    private static string FoldHeaders(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? text : HeaderSpace().Replace(text[..end], "${head}\n\t${rest}") + text[end..];
    }

    /// <summary>Other patients at other domains, each distinct one still distinct.</summary>
    private static string Rename(string text, string local, string domain) =>
        Mailbox().Replace(text, match => Machine().IsMatch(match.Groups["local"].Value) || match.Groups["local"].Value.EndsWith('.') ? match.Value : $"{match.Groups["local"].Value}.{local}@{match.Groups["domain"].Value}.{domain}");

    [GeneratedRegex("(?m)^(?<head>(To|From|Subject|Content-Type|Auto-Submitted): \\S+) (?<rest>\\S)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex HeaderSpace();

    [GeneratedRegex(@"(?<local>[A-Za-z0-9._+\-]+)@(?<domain>[A-Za-z0-9]([A-Za-z0-9\-.]*[A-Za-z0-9])?)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Mailbox();

    [GeneratedRegex("daemon|postmaster|mail|system|imss|inetgw|sns|root|admin", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Machine();
}
