using System.Security.Cryptography;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

public sealed class ReturnPathTests
{
    private readonly ReturnPath _path = new(RandomNumberGenerator.GetBytes(32), "mail.greenvalley.test");

    [Fact]
    public void What_was_made_is_read_back_in_any_letter_case()
    {
        var (address, token) = _path.Create(DateTimeOffset.UnixEpoch);
        Assert.Equal(token, _path.Read(address));
        Assert.Equal(token, _path.Read(address.ToUpperInvariant()));
        Assert.Equal(address, _path.Of(token));
        Assert.InRange(address.IndexOf('@', StringComparison.Ordinal), 1, 64);
        Assert.EndsWith("@bounce.mail.greenvalley.test", address, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_sent_while_return_paths_were_in_the_sender_domain_is_still_ours()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        // Its return paths are what those of the sender domain of that name were.
        var (address, token) = new ReturnPath(key, "clinic.test").Create(DateTimeOffset.UnixEpoch);
        var path = new ReturnPath(key, "bounce.clinic.test");
        Assert.Equal(token, path.Read(address));
        Assert.True(path.LooksOurs(address));
        // Under one domain the proof of another is none.
        Assert.Null(path.Read(address.Replace("@bounce.", "@bounce.bounce.", StringComparison.Ordinal)));
        Assert.True(path.IsOurs("care@BOUNCE.clinic.test"));
        Assert.False(path.IsOurs("care@clinic.test"));
    }

    [Fact]
    public void Any_changed_character_is_refused()
    {
        var (address, _) = _path.Create(DateTimeOffset.UnixEpoch);
        for (var i = 0; i < address.Length; i++)
        {
            var changed = address[..i] + (address[i] == 'x' ? 'y' : 'x') + address[(i + 1)..];
            Assert.Null(_path.Read(changed));
        }
    }

    [Fact]
    public void Another_organisation_s_return_path_is_refused()
    {
        var other = new ReturnPath(RandomNumberGenerator.GetBytes(32), "mail.greenvalley.test");
        Assert.Null(_path.Read(other.Create(DateTimeOffset.UnixEpoch).Address));
        Assert.Null(_path.Read("postmaster@bounce.mail.greenvalley.test"));
    }

    [Fact]
    public void A_Message_ID_leads_to_the_token_and_cannot_be_made_a_return_path()
    {
        var (address, token) = _path.Create(DateTimeOffset.UnixEpoch);
        var id = _path.MessageIdOf(token);
        Assert.Equal(token, _path.ReadMessageId(id));
        Assert.Null(_path.Read("b+" + id));
        Assert.Null(_path.ReadMessageId(address[2..]));
        Assert.Null(_path.ReadMessageId((id[0] == 'a' ? 'b' : 'a') + id[1..]));
        Assert.True(_path.LooksOurs(address));
        Assert.False(_path.LooksOurs("b+x@elsewhere.example"));
    }
}
