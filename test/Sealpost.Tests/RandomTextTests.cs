using System.Buffers.Text;
using System.Security.Cryptography;

namespace Sealpost.Tests;

/// <summary>Leaving out what is random hides nothing that was written.</summary>
public sealed class RandomTextTests
{
    [Theory]
    [InlineData("href=\"/o/1/campaigns/eye-exam\"")]
    [InlineData("birthDate=1961-02-03")]
    [InlineData("filename=eye-exam-letter.pdf")]
    [InlineData("name=\"eye-exam-reminder-of-all-patients\"")]
    [InlineData("https://mail.greenvalley.test/diabetes/44054006/1961-02-03")]
    public void What_was_written_stays(string text) => Assert.Equal(text, RandomText.LeftOut(text));

    [Fact]
    public void Tokens_and_signatures_go()
    {
        var token = "aA0" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(69));
        var mail = $"From: a\r\nDKIM-Signature: v=1; a=rsa-sha256;\r\n\tbh=eyes/eye+s=;\r\n\tb=diabetes/\r\n eye/exam==\r\nSubject: b\r\n\r\nhttps://x.test/u/{token}\r\n";
        Assert.Equal("From: a\r\n\r\nSubject: b\r\n\r\nhttps://x.test/u/\r\n", RandomText.LeftOut(mail));
    }
}
