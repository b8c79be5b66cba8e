using System.Security.Cryptography;
using Sealpost.App.Demo;
using Sealpost.Reports;
using Sealpost.Storage;
using Sealpost.Tests.Campaigns;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Tests.App;

public sealed class ReceiptFileTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_no_receipt_file_is_refused_in_words()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = LedgerKey.FromPublicPem(curve.ExportSubjectPublicKeyInfoPem());
        foreach (var text in new[] { "", "[]", "{}", "null", "{\"format\":\"sealpost-receipt 1\",\"clear\":\"AA==\",\"proof\":{}}" })
            Assert.Contains("no receipt file", Assert.Throws<RefusedException>(() => ReceiptFile.Verify(text, key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handed_over_receipt_verifies_with_the_public_key_and_every_change_is_found()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        await using var clinic = await TestClinic.SendingToAsync(mailbox.Describe(), null, options => options, database => database, Token);
        await clinic.AddPatientsAsync(5, "a.example");
        var report = await clinic.SendAndWaitAsync(TestClinic.Content("proof"));
        Assert.Equal(5, report.Accepted);
        var receipts = new ReadReceipts(clinic.Context);
        Assert.Equal(0, await receipts.AcceptedWithoutAsync(report.Campaign, Token));
        var receipt = Assert.Single(await receipts.OfDeliveryAsync(report.Campaign, new PatientNumber(3), Token));
        Assert.Equal(("Accepted", "p3@a.example"), (receipt.Receipt.Outcome, receipt.Receipt.Recipient));
        Assert.StartsWith("TLS 1.", receipt.Receipt.TlsVersion, StringComparison.Ordinal);
        Assert.Equal(64, receipt.Receipt.CertificateFingerprint.Length);

        using var key = await PublicKeyAsync(clinic);
        await clinic.Context.Database.WriteAsync(clinic.Context.Ledger.CheckpointAsync, Token);
        await using var connection = await clinic.Context.Database.OpenReadAsync(Token);
        var proof = await ReceiptProof.CreateAsync(receipt.Id, key, connection, Token);
        var text = ReceiptFile.ToText([ReceiptFile.Of(receipt, proof!)]);
        Assert.Empty(Assert.Single(ReceiptFile.Verify(text, key)).Findings);
        Assert.NotEmpty(Assert.Single(ReceiptFile.Verify(text.Replace("p3@a.example", "p4@a.example", StringComparison.Ordinal), key)).Findings);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = LedgerKey.FromPublicPem(curve.ExportSubjectPublicKeyInfoPem());
        Assert.NotEmpty(Assert.Single(ReceiptFile.Verify(text, other)).Findings);
    }

    [Fact]
    public async Task An_accepted_delivery_whose_receipt_was_removed_is_counted()
    {
        await using var mailbox = DemoMailbox.Start(new MailboxOptions(), TimeProvider.System);
        await using var clinic = await TestClinic.SendingToAsync(mailbox.Describe(), null, options => options, database => database, Token);
        await clinic.AddPatientsAsync(3, "a.example");
        var report = await clinic.SendAndWaitAsync(TestClinic.Content("cut"));
        await clinic.Context.Database.WriteAsync(
            (transaction, token) => Sql.ExecuteAsync(transaction, "DELETE FROM ledger_receipt WHERE patient = @patient", [("@patient", 1)], token), Token);
        Assert.Equal(1, await new ReadReceipts(clinic.Context).AcceptedWithoutAsync(report.Campaign, Token));
    }

    private static async Task<LedgerKey> PublicKeyAsync(TestClinic clinic)
    {
        await using var connection = await clinic.Context.Database.OpenReadAsync(Token);
        await using var command = Sql.Command(connection, "SELECT public_key FROM keys.ledger_key");
        var key = (byte[])(await command.ExecuteScalarAsync(Token))!;
        return LedgerKey.FromPublicPem(PemEncoding.WriteString("PUBLIC KEY", key));
    }
}
