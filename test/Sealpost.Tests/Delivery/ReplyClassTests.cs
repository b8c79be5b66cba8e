using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

public sealed class ReplyClassTests
{
    [Theory]
    [InlineData(250, "2.0.0", ReplyClass.Positive)]
    [InlineData(550, "5.1.1", ReplyClass.BadMailbox)]
    [InlineData(550, "5.1.10", ReplyClass.BadMailbox)]
    [InlineData(550, "5.1.6", ReplyClass.BadMailbox)]
    [InlineData(550, "5.1.2", ReplyClass.BadDomain)]
    [InlineData(550, "5.2.1", ReplyClass.MailboxDisabled)]
    [InlineData(552, "5.2.2", ReplyClass.MailboxFull)]
    [InlineData(452, "4.2.2", ReplyClass.MailboxFull)]
    [InlineData(552, "5.3.4", ReplyClass.TooLarge)]
    [InlineData(550, "5.4.1", ReplyClass.Routing)]
    [InlineData(451, "4.4.1", ReplyClass.Routing)]
    [InlineData(550, "5.7.1", ReplyClass.Policy)]
    [InlineData(550, "5.7.26", ReplyClass.Authentication)]
    [InlineData(550, "5.7.30", ReplyClass.NotRepresentable)]
    [InlineData(553, "5.6.7", ReplyClass.NotRepresentable)]
    [InlineData(421, null, ReplyClass.Throttled)]
    [InlineData(450, "4.7.1", ReplyClass.Throttled)]
    [InlineData(450, "4.1.1", ReplyClass.Temporary)]
    [InlineData(451, null, ReplyClass.Temporary)]
    [InlineData(550, null, ReplyClass.Permanent)]
    [InlineData(554, "5.0.0", ReplyClass.Permanent)]
    public void The_enhanced_code_refines_the_reply_code(int code, string? enhanced, ReplyClass expected) =>
        Assert.Equal(expected, ReplyClasses.Of(new SmtpReply(code, enhanced, "")));

    [Fact]
    public void Only_a_bad_or_disabled_mailbox_suppresses_the_address() =>
        Assert.Equal([ReplyClass.BadMailbox, ReplyClass.MailboxDisabled], Enum.GetValues<ReplyClass>().Where(c => c.SuppressesAddress()));

    [Theory]
    [InlineData(550, "5.1.1 unknown", "5.1.1")]
    [InlineData(550, "4.1.1 class differs", null)]
    [InlineData(550, "5.1 short", null)]
    [InlineData(250, "2.1.5", "2.1.5")]
    [InlineData(550, "5.1234.1 x", null)]
    [InlineData(550, "", null)]
    public void An_enhanced_code_is_read_only_where_it_is_one(int code, string text, string? expected) =>
        Assert.Equal(expected, SmtpReply.ReadEnhanced(code, text));
}
