using CsCheck;
using Sealpost.Trust.Ledger;
using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Trust;

public sealed class LedgerTests : IAsyncLifetime
{
    private LedgerSample _sample = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sample = await LedgerSample.EmptyAsync();

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    [Fact]
    public async Task Entries_are_numbered_from_0_without_gaps()
    {
        await using var transaction = await _sample.Database.BeginAsync();
        Assert.Equal(0, await _sample.Ledger.AppendAsync(LedgerSample.Event("patient.read", 1, null), transaction, Cancel));
        Assert.Equal(1, await _sample.Ledger.AppendAsync([LedgerSample.Event("a.b", 1, null), LedgerSample.Event("a.c", null, "x")], transaction, Cancel));
        Assert.Equal(3, await _sample.Ledger.AppendAsync(LedgerSample.Event("a.d", null, null), transaction, Cancel));
    }

    [Fact]
    public async Task A_rolled_back_transaction_leaves_no_trace_and_no_gap()
    {
        await using (var transaction = await _sample.Database.BeginAsync())
            await _sample.Ledger.AppendAsync(LedgerSample.Event("patient.read", 1, null), transaction, Cancel);
        await _sample.AppendAsync(LedgerSample.Event("a.b", 1, null));
        var verification = await _sample.VerifyAsync();
        Assert.Empty(verification.Findings);
        Assert.Equal(1, verification.Entries);
    }

    [Fact]
    public Task Any_sequence_of_appends_verifies() =>
        Gen.Int[1, 130].List[0, 8].SampleAsync(
            async sizes =>
            {
                await using var sample = await LedgerSample.EmptyAsync();
                foreach (var size in sizes)
                {
                    if (size % 3 == 0)
                        await sample.AppendReceiptsAsync(size);
                    else if (size % 3 == 1)
                        await sample.AppendAsync([.. Enumerable.Range(0, size).Select(i => LedgerSample.Event("a.b", i, null))]);
                    else
                        await sample.CheckpointAsync();
                }

                Assert.Empty((await sample.VerifyAsync(sample.Checkpoints.LastOrDefault())).Findings);
            },
            iter: 40,
            threads: 1);

    [Fact]
    public async Task The_ledgers_own_kinds_cannot_be_forged()
    {
        await using var transaction = await _sample.Database.BeginAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => _sample.Ledger.AppendAsync(LedgerSample.Event("ledger.receipts", null, null), transaction, Cancel));
    }

    [Fact]
    public async Task A_damaged_head_stops_appending()
    {
        await _sample.AppendAsync(LedgerSample.Event("a.b", 1, null));
        await _sample.Database.RunAsync("UPDATE ledger_head SET frontier = X'00'");
        await using var transaction = await _sample.Database.BeginAsync();
        await Assert.ThrowsAsync<SealException>(() => _sample.Ledger.AppendAsync(LedgerSample.Event("a.b", 1, null), transaction, Cancel));
    }

    [Fact]
    public async Task A_second_checkpoint_without_new_entries_is_the_first_one()
    {
        await _sample.AppendAsync(LedgerSample.Event("a.b", 1, null));
        await _sample.CheckpointAsync();
        await _sample.CheckpointAsync();
        Assert.Equal(_sample.Checkpoints[0].ToText(), _sample.Checkpoints[1].ToText());
        Assert.Equal(2, (await _sample.VerifyAsync()).Entries);
    }

    [Fact]
    public async Task The_signing_key_survives_a_restart_and_fits_its_exported_public_part()
    {
        await _sample.AppendAsync(LedgerSample.Event("a.b", 1, null));
        using var again = await LedgerKey.OpenAsync(_sample.Source, _sample.Database.Connection, Cancel);
        var checkpoint = await _sample.Database.InTransactionAsync(
            transaction => new Ledger(again, _sample.Time).CheckpointAsync(transaction, Cancel));
        using var auditor = LedgerKey.FromPublicPem(_sample.Key.ExportPublicPem());
        Assert.Empty((await LedgerVerifier.VerifyAsync(_sample.Database.Connection, auditor, checkpoint, Cancel)).Findings);
    }

    [Fact]
    public async Task A_public_key_does_not_sign()
    {
        using var auditor = LedgerKey.FromPublicPem(_sample.Key.ExportPublicPem());
        await using var transaction = await _sample.Database.BeginAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => new Ledger(auditor, _sample.Time).CheckpointAsync(transaction, Cancel));
    }

    [Fact]
    public async Task A_public_key_exchanged_in_the_store_is_refused()
    {
        await using var other = await LedgerSample.EmptyAsync();
        await _sample.Database.RunAsync("UPDATE keys.ledger_key SET public_key = @key", ("@key", await other.Database.ScalarAsync<byte[]>("SELECT public_key FROM keys.ledger_key")));
        await Assert.ThrowsAsync<SealException>(() => LedgerKey.OpenAsync(_sample.Source, _sample.Database.Connection, Cancel));
    }

    [Fact]
    public async Task A_checkpoint_survives_its_text_form_and_any_changed_letter_is_noticed()
    {
        await _sample.AppendAsync(LedgerSample.Event("a.b", 1, null));
        await _sample.CheckpointAsync();
        var text = _sample.Checkpoints[0].ToText();
        Assert.Empty((await _sample.VerifyAsync(Checkpoint.Parse(text))).Findings);
        for (var i = 0; i < text.Length - 1; i++)
        {
            var changed = text[..i] + (char)(text[i] ^ 1) + text[(i + 1)..];
            if (await IsAcceptedAsync(changed))
                Assert.Fail($"The letter at {i} may change unnoticed: {changed}");
        }
    }

    private async Task<bool> IsAcceptedAsync(string text)
    {
        try
        {
            return (await _sample.VerifyAsync(Checkpoint.Parse(text))).IsIntact;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
