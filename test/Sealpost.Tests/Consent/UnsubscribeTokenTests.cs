using CsCheck;
using Sealpost.Consent;
using Sealpost.Storage;
using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Consent;

public sealed class UnsubscribeTokenTests : ConsentStoreCompliance
{
    [Fact]
    public void A_token_says_what_was_put_in_and_fits_a_url()
    {
        var token = UnsubscribeToken.Issue(Keys, 42, new PatientNumber(7), Lawful.Mailbox);
        var read = UnsubscribeToken.Read(Keys, token)!;

        Assert.Equal((42L, 7, Keys.Organisation), (read.Campaign, read.Patient.Value, UnsubscribeToken.OrganisationOf(token)));
        Assert.Matches("^[A-Za-z0-9_-]{60,120}$", token);
    }

    [Fact]
    public void Two_tokens_for_the_same_message_look_unlike() =>
        Assert.NotEqual(UnsubscribeToken.Issue(Keys, 42, new PatientNumber(7), Lawful.Mailbox), UnsubscribeToken.Issue(Keys, 42, new PatientNumber(7), Lawful.Mailbox));

    [Fact]
    public void A_token_with_any_one_character_changed_is_none()
    {
        var token = UnsubscribeToken.Issue(Keys, 42, new PatientNumber(7), Lawful.Mailbox);
        Gen.Select(Gen.Int[0, token.Length - 2], Gen.Char.AlphaNumeric).Sample((at, letter) =>
            letter == token[at] || UnsubscribeToken.Read(Keys, token[..at] + letter + token[(at + 1)..]) is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not a token at all, but long enough to be one")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_token_unsubscribes_nobody(string text)
    {
        Assert.Null(await Store.UnsubscribeAsync(text, SuppressionScope.Marketing, Token));
        Assert.Empty(Told);
    }

    private protected override Task<IDatabase> OpenDatabaseAsync() => ConsentSqlite.OpenAsync();
}
