using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MemoryPack;
using Sealpost.App.Demo;
using Sealpost.Campaigns.Attachments;
using Sealpost.Delivery;
using Sealpost.People;
using Sealpost.Reports;
using Sealpost.Tests.Campaigns;
using Sealpost.Tests.Campaigns.Attachments;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.Reports;

/// <summary>A campaign's evidence proves itself with the public key alone, and any change of it is found.</summary>
public sealed class EvidenceTests : IAsyncLifetime
{
    private static readonly Actor Auditor = new("u-auditor", "Aud Auditor", Roles.Auditor);

    private DemoMailbox _mailbox = null!;
    private TestClinic _clinic = null!;
    private LedgerKey _public = null!;
    private long _campaign;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        _clinic = await TestClinic.SendingToAsync(_mailbox.Describe(), null, options => options, database => database, Token);
        _public = LedgerKey.FromPublicPem(_clinic.LedgerKey.ExportPublicPem());
        await _clinic.AddPatientsAsync(6, "a.example", "b.example");
        await _clinic.SendAndWaitAsync(TestClinic.Content("other"));
        _campaign = (await _clinic.SendAndWaitAsync(TestClinic.Content("proof"))).Campaign;
    }

    public async ValueTask DisposeAsync()
    {
        _public.Dispose();
        await _clinic.DisposeAsync();
        await _mailbox.DisposeAsync();
    }

    [Fact]
    public async Task The_file_is_one_JSON_document_and_verifies_with_the_public_key_alone()
    {
        var text = await ExportAsync();
        using var document = JsonDocument.Parse(text);
        Assert.Equal(6, document.RootElement.GetProperty("receipts").GetInt32());
        Assert.Equal(6, document.RootElement.GetProperty("counts").GetProperty("accepted").GetInt32());
        var result = await VerifyAsync(text);
        Assert.Empty(result.Findings);
        Assert.Equal((6L, 6L, 6L, "proof"), (result.Receipts, result.Opened, result.Outcomes["Accepted"], result.Campaign));
        Assert.Equal(["evidence.exported u-auditor"], await _clinic.LedgerAsync("evidence."));
    }

    [Fact]
    public async Task It_names_each_file_that_patients_could_fetch_with_its_hash_and_a_change_of_it_is_found()
    {
        var file = await new AttachmentDesk(_clinic.Context, _clinic.Desk, _clinic.Drafts).StoreAsync("leaflet.pdf", SampleFiles.Pdf, TestClinic.Author, Token);
        _campaign = (await _clinic.SendAndWaitAsync(TestClinic.Content("papers") with { Files = [file] })).Campaign;
        var text = await ExportAsync();
        var named = JsonDocument.Parse(text).RootElement.GetProperty("campaign").GetProperty("files").EnumerateArray().Single();
        Assert.Equal(("leaflet.pdf", "application/pdf", Convert.ToHexStringLower(SHA256.HashData(SampleFiles.Pdf))), (named.GetProperty("name").GetString(), named.GetProperty("type").GetString(), named.GetProperty("sha256").GetString()));
        Assert.Empty((await VerifyAsync(text)).Findings);
        Assert.NotEmpty((await VerifyAsync(text.Replace(file.Sha256, new string('0', 64), StringComparison.Ordinal))).Findings);
    }

    [Fact]
    public async Task Another_program_verifies_the_signature()
    {
        TestData.RequirePart(File.Exists("/usr/bin/openssl"), "openssl");
        var text = await ExportAsync();
        var folder = Directory.CreateTempSubdirectory("sealpost-evidence-").FullName;
        try
        {
            var last = text.TrimEnd('\n').LastIndexOf('\n') + 1;
            await File.WriteAllTextAsync(Path.Combine(folder, "signed"), text[..last], Token);
            await File.WriteAllBytesAsync(Path.Combine(folder, "signature"), Convert.FromBase64String(JsonNode.Parse("{" + text[last..])!["signature"]!.GetValue<string>()), Token);
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), _public.ExportPublicPem(), Token);
            Assert.Equal(0, await OpensslAsync(folder, "signed"));
            await File.AppendAllTextAsync(Path.Combine(folder, "signed"), " ", Token);
            Assert.NotEqual(0, await OpensslAsync(folder, "signed"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Any_value_changed_in_any_line_is_found_and_not_by_the_signature_alone()
    {
        var lines = (await ExportAsync()).TrimEnd('\n').Split('\n');
        var changes = 0;
        for (var at = 0; at < lines.Length; at++)
        {
            // Every kind of line once in full: the head, a batch, two receipts, the foot, the signature.
            if (at > 4 && at < lines.Length - 2)
                continue;
            foreach (var changed in Changed(lines[at]))
            {
                var findings = await FindingsAsync([.. lines[..at], changed, .. lines[(at + 1)..]]);
                Assert.NotEmpty(findings);
                if (at > 0 && at < lines.Length - 2)
                    Assert.Contains(findings, finding => !finding.Contains("as it was signed", StringComparison.Ordinal));
                changes++;
            }
        }

        Assert.InRange(changes, 80, 400);
    }

    [Fact]
    public async Task A_receipt_left_out_twice_or_put_elsewhere_is_found()
    {
        var lines = (await ExportAsync()).TrimEnd('\n').Split('\n');
        var receipts = Enumerable.Range(0, lines.Length).Where(at => lines[at].StartsWith(",{\"receipt\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(6, receipts.Count);
        foreach (var at in receipts)
        {
            Assert.Contains(await FindingsAsync([.. lines[..at], .. lines[(at + 1)..]]), finding => finding.Contains("left out", StringComparison.Ordinal));
            Assert.Contains(await FindingsAsync([.. lines[..at], lines[at], .. lines[at..]]), finding => finding.Contains("twice", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Every_field_of_a_receipt_is_shown_and_proven()
    {
        var receipts = await new ReadReceipts(_clinic.Context).OfDeliveryAsync(_campaign, new PatientNumber(2), Token);
        var receipt = Assert.Single(receipts);
        await _clinic.Context.Database.WriteAsync(_clinic.Context.Ledger.CheckpointAsync, Token);
        await using var connection = await _clinic.Context.Database.OpenReadAsync(Token);
        var proof = await ReceiptProof.CreateAsync(receipt.Id, _public, connection, Token);
        Assert.Empty(Assert.Single(ReceiptFile.Verify(ReceiptFile.ToText([ReceiptFile.Of(receipt, proof!)]), _public)).Findings);

        var fields = typeof(Receipt).GetProperties().Where(property => property.CanWrite).ToList();
        Assert.True(fields.Count >= 20);
        foreach (var field in fields)
        {
            // Whoever changes a field changes words and bytes alike.
            var other = MemoryPackSerializer.Deserialize<Receipt>(receipt.Clear.Span)!;
            field.SetValue(other, Another(field.GetValue(other), field));
            var forged = receipt with { Receipt = other, Clear = MemoryPackSerializer.Serialize(other) };
            Assert.Contains(Assert.Single(ReceiptFile.Verify(ReceiptFile.ToText([ReceiptFile.Of(forged, proof!)]), _public)).Findings, finding => finding.Contains("commitment", StringComparison.Ordinal));
            if (field.Name != nameof(Receipt.Campaign))
                Assert.False(JsonNode.DeepEquals(ReceiptDocument.Fields(receipt.Receipt), ReceiptDocument.Fields(other)), $"{field.Name} is not shown");
        }
    }

    [Fact]
    public async Task An_erased_patients_receipt_is_proven_and_stays_closed()
    {
        await _clinic.EraseAsync(3);
        var text = await ExportAsync();
        Assert.DoesNotContain("p3@", text, StringComparison.Ordinal);
        var result = await VerifyAsync(text);
        Assert.Empty(result.Findings);
        Assert.Equal((6L, 5L), (result.Receipts, result.Opened));
    }

    [Fact]
    public async Task Only_compliance_and_auditors_export()
    {
        var export = new ExportEvidence(_clinic.Context, _clinic.LedgerKey);
        Assert.Equal(RefusalKind.NotPermitted, (await Assert.ThrowsAsync<RefusedException>(() => export.PrepareAsync(_campaign, TestClinic.Author, Token))).Kind);
        Assert.Equal(RefusalKind.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => export.PrepareAsync(9_999, Auditor, Token))).Kind);
    }

    private async Task<string> ExportAsync()
    {
        using var to = new MemoryStream();
        var write = await new ExportEvidence(_clinic.Context, _clinic.LedgerKey).PrepareAsync(_campaign, Auditor, Token);
        await write(to, Token);
        return Encoding.UTF8.GetString(to.ToArray());
    }

    private async Task<EvidenceResult> VerifyAsync(string text)
    {
        using var reader = new StringReader(text);
        var first = await reader.ReadLineAsync(Token);
        Assert.True(VerifyEvidence.IsEvidence(first));
        return await VerifyEvidence.RunAsync(first!, reader, _public, Token);
    }

    private async Task<IReadOnlyList<string>> FindingsAsync(string[] lines)
    {
        using var reader = new StringReader(string.Join('\n', lines[1..]) + "\n");
        try
        {
            return (await VerifyEvidence.RunAsync(lines[0], reader, _public, Token)).Findings;
        }
        catch (RefusedException refused)
        {
            return [refused.Message];
        }
    }

    private static object? Another(object? value, PropertyInfo field) => value switch
    {
        string text => text + "x",
        int number => number + 1,
        long number => number + 1,
        bool flag => !flag,
        DateTimeOffset instant => instant.AddMilliseconds(1),
        null when field.PropertyType == typeof(long?) => 1L,
        _ => throw new InvalidOperationException($"{field.Name}: say how to change it."),
    };

    /// <summary>The line with one value changed, for each value in it.</summary>
    private static IEnumerable<string> Changed(string line)
    {
        for (var at = 0; at < line.Length; at++)
        {
            // A digit or letter inside a value; names of members stay.
            if (!char.IsAsciiLetterOrDigit(line[at]) || (at > 0 && char.IsAsciiLetterOrDigit(line[at - 1])) || IsName(line, at))
                continue;
            var other = line[at] switch { >= '0' and < '9' => (char)(line[at] + 1), '9' => '8', 't' or 'f' or 'n' => ' ', 'z' => 'y', 'Z' => 'Y', _ => (char)(line[at] + 1) };
            // true, false and null stand for themselves.
            if (other != ' ' || InText(line, at))
                yield return string.Concat(line.AsSpan(0, at), other == ' ' ? "x" : other.ToString(), line.AsSpan(at + 1));
        }
    }

    private static bool InText(string line, int at) => line[..at].Count(c => c == '"') % 2 == 1;

    private static bool IsName(string line, int at)
    {
        var end = line.IndexOf('"', at);
        return InText(line, at) && end > 0 && end + 1 < line.Length && line[end + 1] == ':' && line.LastIndexOf('"', at) is var start && line[start..end].All(c => char.IsAsciiLetterOrDigit(c) || c == '"');
    }

    private static async Task<int> OpensslAsync(string folder, string file)
    {
        using var openssl = Process.Start(new ProcessStartInfo("/usr/bin/openssl", ["dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", file]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await openssl.WaitForExitAsync(Token);
        return openssl.ExitCode;
    }
}
