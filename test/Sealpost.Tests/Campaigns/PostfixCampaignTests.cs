using System.Text;
using MimeKit;
using Sealpost.App.Demo;
using Sealpost.Consent;
using Sealpost.Tests.Delivery;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Campaigns;

/// <summary>A whole campaign to a real Postfix: what every patient's file holds, and what leaves when the host is not to be trusted.</summary>
public sealed class PostfixCampaignTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_patient_receives_the_own_content_under_two_signatures()
    {
        postfix.Require();
        await using var clinic = await OpenAsync("good");
        await clinic.AddPatientsAsync(3, "clinic.example");
        var report = await clinic.SendAndWaitAsync(TestClinic.Content("letter"));
        Assert.Equal((3, 3, 0), (report.Selected, report.Accepted, report.InDoubt));
        Assert.Equal("T2", Assert.Single(report.Tiers).Key);

        for (var number = 0; number < 3; number++)
        {
            var received = await ReceivedByAsync($"p{number}@clinic.example");
            using var stream = new MemoryStream(received);
            var message = await MimeMessage.LoadAsync(stream, Token);
            var chart = await clinic.Context.Patients.OpenAsync(new PatientNumber(number), Token);
            Assert.Contains($"Dear {chart!.Head.Names[0].Given[0]}, please call us.", message.TextBody, StringComparison.Ordinal);
            Assert.Equal("pass pass", await DkimPy.VerifyAsync(received, clinic.DkimRecords, Token));
            Assert.Equal("fail fail", await DkimPy.VerifyAsync(Altered(received), clinic.DkimRecords, Token));
        }
    }

    [Theory]
    [InlineData("plain", WithholdReason.TlsUnavailable)]
    [InlineData("expired", WithholdReason.CertificateExpired)]
    [InlineData("selfsigned", WithholdReason.CertificateUntrusted)]
    [InlineData("wrongname", WithholdReason.CertificateNameMismatch)]
    public async Task A_host_without_verified_TLS_gets_no_byte_of_the_message(string listener, WithholdReason reason)
    {
        postfix.Require();
        await using var clinic = await OpenAsync(listener);
        await clinic.AddPatientsAsync(2, "clinic.example");
        var report = await clinic.SendAndWaitAsync(TestClinic.Content("letter"));
        Assert.Equal((2, 2, 0), (report.Selected, report.Withheld.Transport, report.Accepted));
        Assert.Equal(2, report.Withheld.ByReason[reason.ToString()]);
        Assert.DoesNotMatch("mail=|rcpt=|data=|bdat=", await postfix.DisconnectLineAsync(listener, Token));
    }

    private Task<TestClinic> OpenAsync(string listener) => TestClinic.SendingToAsync(
        new MailboxDescription(postfix.OptionsFor(listener).Routes, postfix.Root.ExportCertificatePem()), null, options => options, database => database, Token);

    private async Task<byte[]> ReceivedByAsync(string mailbox)
    {
        var received = await postfix.ReceiveAsync(bytes => Encoding.Latin1.GetString(bytes) is var text && (text.Contains($"To: {mailbox}", StringComparison.Ordinal) || text.Contains($"To: <{mailbox}>", StringComparison.Ordinal)), Token);
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(received).ReplaceLineEndings("\r\n"));
    }

    private static byte[] Altered(byte[] received)
    {
        var text = Encoding.Latin1.GetString(received);
        var link = text.IndexOf("https://", text.IndexOf("\r\nList-Unsubscribe:", StringComparison.Ordinal), StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text.Insert(link + "https://".Length, "elsewhere."));
    }
}
