using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>The next envelope in the write of the message before it (RFC 2920 §3.1): what the session does with each answer.</summary>
public sealed class EnvelopeAheadTests
{
    private const string From = "b+x@bounce.example.com";
    private const string First = "MAIL FROM:<b+x@bounce.example.com>\r\nRCPT TO:<zoe@example.com>\r\n";
    private const string Second = "MAIL FROM:<b+x@bounce.example.com>\r\nRCPT TO:<ann@example.com>\r\n";
    private const string Ok = "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n";
    private const string Body = "Subject: x\r\n\r\nbody\r\n";
    private static readonly string Chunk = $"BDAT {Body.Length} LAST\r\n{Body}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static SmtpFeatures Chunking { get; } = new() { Pipelining = true, Chunking = true };

    [Fact]
    public async Task A_message_takes_one_round_trip()
    {
        var server = new ReplayStream((First, Ok), (Chunk + Second, "250 2.0.0 taken\r\n" + Ok), (Chunk, "250 2.0.0 taken\r\n"));
        var session = Session(server, Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        Assert.True((await SendAsync(session, "ann", next: null)).IsPositive);
        Assert.True(server.IsFinished && session.IsOpen);
    }

    [Fact]
    public async Task Without_CHUNKING_it_follows_the_final_dot()
    {
        var server = new ReplayStream(
            (First, Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n" + Second, "250 2.0.0 taken\r\n" + Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n", "250 2.0.0 taken\r\n"));
        var session = Session(server, Chunking with { Chunking = false });
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        Assert.True((await SendAsync(session, "ann", next: null)).IsPositive);
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task A_refused_recipient_is_the_next_messages_and_not_this_ones()
    {
        var server = new ReplayStream((First, Ok), (Chunk + Second, "250 2.0.0 taken\r\n250 2.1.0 Ok\r\n550 5.1.1 unknown\r\n"), ("RSET\r\n" + First, "250 Ok\r\n" + Ok));
        var session = Session(server, Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        Assert.Equal("550 5.1.1", (await EnvelopeAsync(session, "ann")).ToString());
        Assert.True((await EnvelopeAsync(session, "zoe")).IsPositive);
    }

    [Theory]
    [InlineData("451 4.3.0 later\r\n503 5.5.1 bad sequence\r\n503 5.5.1 bad sequence\r\n")]
    [InlineData("552 5.2.2 full\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n")]
    public async Task Behind_a_refused_message_the_envelope_begins_anew(string answer)
    {
        // RFC 3030 §2: what follows a failed BDAT is answered in a state that RSET alone clears.
        var server = new ReplayStream((First, Ok), (Chunk + Second, answer), ("RSET\r\n" + Second, "250 2.0.0 Ok\r\n" + Ok), (Chunk, "250 2.0.0 taken\r\n"));
        var session = Session(server, Chunking);
        Assert.False((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        Assert.True((await SendAsync(session, "ann", next: null)).IsPositive);
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task Another_envelope_than_the_one_sent_ahead_begins_anew()
    {
        var server = new ReplayStream((First, Ok), (Chunk + Second, "250 2.0.0 taken\r\n" + Ok), ("RSET\r\n" + First, "250 2.0.0 Ok\r\n" + Ok), (Chunk, "250 2.0.0 taken\r\n"));
        var session = Session(server, Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        Assert.True((await SendAsync(session, "zoe", next: null)).IsPositive);
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task It_is_dropped_by_RSET_with_zero_bytes_of_DATA()
    {
        var server = new ReplayStream((First, Ok), (Chunk + Second, "250 2.0.0 taken\r\n" + Ok), ("RSET\r\n", "250 2.0.0 Ok\r\n"), ("QUIT\r\n", "221 bye\r\n"));
        var session = Session(server, Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        await session.ResetAsync(Token);
        await session.DisposeAsync();
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task QUIT_comes_after_its_replies()
    {
        var server = new ReplayStream((First, Ok), (Chunk + Second, "250 2.0.0 taken\r\n" + Ok), ("QUIT\r\n", "221 bye\r\n"));
        var session = Session(server, Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        await session.DisposeAsync();
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task A_421_for_the_message_leaves_nothing_to_wait_for()
    {
        var session = Session(new ReplayStream((First, Ok), (Chunk + Second, "421 4.3.2 shutting down\r\n")), Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).ClosesConnection);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => EnvelopeAsync(session, "ann"));
    }

    [Fact]
    public async Task A_connection_lost_behind_the_reply_concerns_the_next_message_alone()
    {
        var server = new ReplayStream((First, Ok), (Chunk + Second, "250 2.0.0 taken\r\n"));
        var session = Session(server, Chunking);
        Assert.True((await SendAsync(session, "zoe", next: "ann")).IsPositive);
        server.End();
        await Assert.ThrowsAsync<SmtpConnectionException>(() => EnvelopeAsync(session, "ann"));
    }

    [Theory]
    [InlineData(ReplayStream.Drop, true)]
    [InlineData(ReplayStream.Reset, false)]
    public async Task The_final_dot_is_in_doubt_as_without_it(string answer, bool inDoubt)
    {
        var session = Session(new ReplayStream((First, Ok), (Chunk + Second, answer)), Chunking);
        var error = await Assert.ThrowsAnyAsync<Exception>(() => SendAsync(session, "zoe", next: "ann"));
        Assert.IsType(inDoubt ? typeof(NoFinalReplyException) : typeof(SmtpConnectionException), error);
    }

    [Theory]
    [InlineData(16_384)]
    [InlineData(16_370)]
    public async Task It_stays_back_where_it_would_begin_or_end_in_another_TLS_record_than_the_final_dot(int written)
    {
        // Else a write that fails could have handed the final dot over.
        var lines = new string('x', 998) + "\r\n";
        var filled = string.Concat(Enumerable.Repeat(lines, 16));
        var body = filled + new string('y', written - filled.Length - "BDAT 16384 LAST\r\n".Length - 2) + "\r\n";
        var server = new ReplayStream((First, Ok), ($"BDAT {body.Length} LAST\r\n{body}", "250 2.0.0 taken\r\n"), (Second, Ok));
        var session = Session(server, Chunking);
        await EnvelopeAsync(session, "zoe");
        Assert.True((await session.DataAsync(Encoding.UTF8.GetBytes(body), Next("ann"), Token)).IsPositive);
        Assert.True((await EnvelopeAsync(session, "ann")).IsPositive);
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task It_stays_back_without_PIPELINING_and_where_the_hop_cannot_carry_the_message()
    {
        var server = new ReplayStream((First, Ok), (Chunk, "250 2.0.0 taken\r\n"));
        var session = Session(server, Chunking with { MaxBytes = Body.Length });
        await EnvelopeAsync(session, "zoe");
        Assert.True((await session.DataAsync(Encoding.UTF8.GetBytes(Body), Next("ann") with { SizeBytes = 1_000 }, Token)).IsPositive);
        Assert.True(server.IsFinished);
    }

    private static SmtpSession Session(ReplayStream server, SmtpFeatures features) => new(
        new SmtpChannel(server, new FakeTimeProvider()),
        features,
        new TransportObservation("mx.example.com", "192.0.2.1", 25, Tier.T2, "TLS 1.3", "TLS_AES_256_GCM_SHA384", "00", "pkix", false, null));

    private static Envelope Next(string name) => new(From, $"{name}@example.com", Body.Length);

    private static Task<SmtpReply> EnvelopeAsync(SmtpSession session, string name) => session.EnvelopeAsync(From, $"{name}@example.com", Body.Length, Token);

    private static async Task<SmtpReply> SendAsync(SmtpSession session, string name, string? next)
    {
        var reply = await EnvelopeAsync(session, name);
        return reply.IsPositive ? await session.DataAsync(Encoding.UTF8.GetBytes(Body), next is null ? null : Next(next), Token) : reply;
    }
}
