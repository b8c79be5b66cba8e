using System.Text;
using Sealpost.Delivery.Returns;

namespace Sealpost.Tests.Delivery.Returns;

/// <summary>A person's words, told from what machines write, and none of them lost.</summary>
public sealed class PersonalMailTests
{
    private const string From = "From: Ann Example <ann@example.org>\n";

    [Fact]
    public async Task The_words_the_author_and_what_is_answered_are_read()
    {
        var mail = await ReadAsync(From + "Return-Path: <ann@example.org>\nIn-Reply-To: <m2@clinic.test>\nReferences: <m1@clinic.test>\n <m2@clinic.test>\nSubject: Re: A message\n\nMay I come on Monday?\n\nOn Friday, the clinic wrote:\n> Please call us.\n>\n> Thank you.\n\n");
        Assert.Equal(("ann@example.org", "Subject: Re: A message\n\nMay I come on Monday?\n\nOn Friday, the clinic wrote:"), (mail!.From, mail.Text));
        Assert.Equal(["m2@clinic.test", "m1@clinic.test", "m2@clinic.test"], mail.Answers);
        Assert.Equal("[phi]", mail.ToString());
    }

    [Theory]
    [InlineData("> Are you well?\nNo.\n> Please call us.\nI shall.\n", "> Are you well?\nNo.\n> Please call us.\nI shall.")]
    [InlineData("My question:\n> quoted\n", "My question:")]
    [InlineData("", "The mail held no text.")]
    [InlineData("> only a quote\n", "The mail held no text.")]
    public async Task Only_a_quote_at_the_end_is_cut(string body, string expected) => Assert.Equal(expected, (await ReadAsync(From + "\n" + body))!.Text);

    [Fact]
    public async Task Files_that_are_not_kept_are_told()
    {
        var mail = await ReadAsync(From + "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\nSee the picture.\n--x\nContent-Type: image/png\nContent-Disposition: attachment; filename=eye.png\nContent-Transfer-Encoding: base64\n\niVBORw==\n--x--\n");
        Assert.Equal("See the picture.\n\nOne attached file was not kept. Ask for it by another channel.", mail!.Text);
    }

    [Fact]
    public async Task Words_in_HTML_alone_are_words() =>
        Assert.Equal("It hurts.", (await ReadAsync(From + "Content-Type: text/html\n\n<p>It hurts.</p>"))!.Text);

    [Theory]
    [InlineData("Auto-Submitted: auto-generated")]
    [InlineData("Precedence: bulk")]
    [InlineData("List-Id: <news.example.org>")]
    [InlineData("Return-Path: <>")]
    [InlineData("Content-Type: multipart/report; report-type=disposition-notification; boundary=x")]
    public async Task What_a_machine_made_or_many_got_is_nobody_s_words(string header) => Assert.Null(await ReadAsync(From + header + "\nSubject: Hello\n\nHello.\n"));

    private static Task<PersonalMail?> ReadAsync(string mail) => PersonalMail.ReadAsync(Encoding.UTF8.GetBytes(mail), TestContext.Current.CancellationToken);
}
