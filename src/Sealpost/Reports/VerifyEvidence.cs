using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sealpost.Trust.Ledger;

namespace Sealpost.Reports;

/// <summary>What an evidence file proves.</summary>
/// <param name="Organisation">Name, as the file states it.</param>
/// <param name="Campaign">Name, as the file states it.</param>
/// <param name="Receipts">Receipts in it.</param>
/// <param name="Opened">Of them: those that can be read; the others are of erased patients.</param>
/// <param name="Outcomes">Attempts by outcome, of those read.</param>
/// <param name="Findings">What does not hold; empty where everything does. At most 50 sentences.</param>
internal sealed record EvidenceResult(string Organisation, string Campaign, long Receipts, long Opened, IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<string> Findings)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Checks an evidence file line by line, offline, with the ledger's public key alone.</summary>
internal sealed class VerifyEvidence : IDisposable
{
    private const int MostFindings = 50;
    private const string NotEvidence = "This is no evidence file, or it was cut or laid out anew. Give the file as `sealpost receipt export` wrote it.";

    private readonly LedgerKey _key;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _findings = [];
    private readonly SortedDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private long _receipts;
    private long _opened;

    private VerifyEvidence(LedgerKey key) => _key = key;

    /// <summary>Whether a file that begins with this line is evidence.</summary>
    public static bool IsEvidence(string? firstLine) => firstLine?.StartsWith($"{{\"format\":\"{ExportEvidence.Format}\"", StringComparison.Ordinal) == true;

    /// <summary>Checks.</summary>
    /// <param name="firstLine">The file's first line, already read.</param>
    /// <param name="rest">Where the second begins.</param>
    /// <param name="key">The ledger's public key, had from elsewhere than the file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="RefusedException">No such file.</exception>
    public static async Task<EvidenceResult> RunAsync(string firstLine, TextReader rest, LedgerKey key, CancellationToken cancellationToken)
    {
        using var check = new VerifyEvidence(key);
        try
        {
            return await check.RunAsync(firstLine, rest, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new RefusedException(NotEvidence, exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private async Task<EvidenceResult> RunAsync(string firstLine, TextReader rest, CancellationToken cancellationToken)
    {
        Cover(firstLine);
        var head = Parse(firstLine + "]}");
        var (organisation, campaign) = (head["organisation"]!.AsObject(), head["campaign"]!.AsObject());
        var (org, number) = (organisation["number"]!.GetValue<long>(), campaign["number"]!.GetValue<long>());
        var batches = new BatchCheck(Checkpoint.Parse(head["checkpoint"]!.GetValue<string>()), _key, Report);
        string? line;
        while ((line = await rest.ReadLineAsync(cancellationToken).ConfigureAwait(false)) is not null && !line.StartsWith(']'))
        {
            Cover(line);
            var element = Parse(line.TrimStart(','));
            if (element["batch"] is { } batch)
                batches.Begin(batch.ToJsonString());
            else
                Add(element, batches, org, number);
        }

        batches.End();
        Cover(line ?? throw new FormatException(NotEvidence));
        var foot = Parse("{\"proven\":[" + line.TrimEnd(',') + "}");
        if (foot["receipts"]!.GetValue<long>() != _receipts || foot["opened"]!.GetValue<long>() != _opened)
            Report("The file does not hold as many receipts as it says.");
        await CheckSignatureAsync(rest, cancellationToken).ConfigureAwait(false);
        return new EvidenceResult(organisation["name"]!.GetValue<string>(), campaign["name"]!.GetValue<string>(), _receipts, _opened, _outcomes, _findings);
    }

    private void Add(JsonObject element, BatchCheck batches, long org, long campaign)
    {
        _receipts++;
        var clear = element["clear"] is { } text ? Convert.FromBase64String(text.GetValue<string>()) : [];
        batches.Add(element["row"]!.ToJsonString(), org, campaign, clear);
        if (clear.Length == 0)
            return;
        _opened++;
        var receipt = ReadReceipts.Read(clear);
        _outcomes[receipt.Outcome] = _outcomes.GetValueOrDefault(receipt.Outcome) + 1;
        if (receipt.Campaign != campaign || !ReceiptDocument.Tells(element["receipt"], receipt))
            Report("Readable fields of a receipt were changed: they differ from the bytes that the ledger covers.");
    }

    private async Task CheckSignatureAsync(TextReader rest, CancellationToken cancellationToken)
    {
        var line = await rest.ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw new FormatException(NotEvidence);
        var written = Parse("{" + line)["signature"]!.GetValue<string>();
        var signature = Convert.FromBase64String(written);
        // RFC 4648 §3.5: the last character has bits that decode to nothing; only one spelling of a signature is ours.
        if (!_key.VerifiesDocument(_hash.GetCurrentHash(), signature) || Convert.ToBase64String(signature) != written)
            Report($"The file is not as it was signed by the key {_key.Origin}.");
        if (await rest.ReadLineAsync(cancellationToken).ConfigureAwait(false) is not null)
            Report("Something follows the signature.");
    }

    private void Cover(string line) => _hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));

    private void Report(string finding)
    {
        if (_findings.Count < MostFindings)
            _findings.Add(finding);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
