using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sealpost.Delivery;

namespace Sealpost.Tests.Delivery;

/// <summary>Recorded dialogues, one per thing that a server may do.</summary>
public sealed class SmtpSessionTests
{
    private const string Envelope = "MAIL FROM:<b+x@bounce.example.com>\r\nRCPT TO:<zoe@example.com>\r\n";
    private const string Ok = "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n";
    private const string Body = "Subject: x\r\n\r\nbody\r\n";

    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_goes_in_three_round_trips_with_pipelining()
    {
        var server = new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n", "250 2.0.0 queued as 1\r\n"));
        var session = Session(server, Pipelining);
        Assert.True((await EnvelopeAsync(session)).IsPositive);
        var reply = await session.DataAsync(Bytes(Body), Token);
        Assert.Equal((250, "2.0.0", "2.0.0 queued as 1"), (reply.Code, reply.EnhancedStatusCode, reply.Text));
        Assert.True(server.IsFinished && session.IsOpen);
    }

    [Fact]
    public async Task What_a_terminal_would_obey_does_not_get_through()
    {
        var server = new ReplayStream((Envelope, "250 2.1.0 Ok\r\n550-5.1.1 no \u001b[2Jsuch\r\n550 5.1.1 \u009b31m\u202euser\u0007\r\n"));
        var reply = await EnvelopeAsync(Session(server, Pipelining));
        Assert.Equal((550, "5.1.1", "5.1.1 no  [2Jsuch\n5.1.1  31m user "), (reply.Code, reply.EnhancedStatusCode, reply.Text));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Replies_that_come_in_pieces_are_read_as_if_they_came_whole(int piece)
    {
        var text = "250-2.1.0 a\r\n250-2.1.0 bb\n250 2.1.0 c\r\n550 5.1.1 no\r\n250 2.0.0 done\r\n";
        await using var channel = new SmtpChannel(new PiecewiseStream(Encoding.UTF8.GetBytes(text), piece), _time);
        Assert.Equal("2.1.0 a\n2.1.0 bb\n2.1.0 c", (await channel.ReadReplyAsync(SmtpStage.Envelope, Token)).Text);
        Assert.Equal("550 5.1.1", (await channel.ReadReplyAsync(SmtpStage.Envelope, Token)).ToString());
        Assert.Equal("2.0.0 done", (await channel.ReadReplyAsync(SmtpStage.Envelope, Token)).Text);
        Assert.False(channel.HasBufferedBytes);
    }

    [Fact]
    public async Task A_message_goes_in_two_round_trips_with_chunking()
    {
        var server = new ReplayStream((Envelope, Ok), ($"BDAT {Body.Length} LAST\r\n{Body}", "250 2.0.0 Ok\r\n"), (Envelope, Ok));
        var session = Session(server, Pipelining with { Chunking = true });
        await EnvelopeAsync(session);
        Assert.True((await session.DataAsync(Bytes(Body), Token)).IsPositive);
        Assert.True((await EnvelopeAsync(session)).IsPositive);
    }

    [Fact]
    public async Task Without_pipelining_each_command_waits_for_its_reply()
    {
        var server = new ReplayStream(
            ("MAIL FROM:<b+x@bounce.example.com>\r\n", "250 ok\r\n"),
            ("RCPT TO:<zoe@example.com>\r\n", "550 5.1.1 no\r\n"),
            ("RSET\r\n", "250 ok\r\n"),
            ("MAIL FROM:<b+x@bounce.example.com>\r\n", "452 4.3.1 full\r\n"));
        var session = Session(server, new SmtpFeatures());
        Assert.Equal("550 5.1.1", (await EnvelopeAsync(session)).ToString());
        Assert.Equal("452 4.3.1", (await EnvelopeAsync(session)).ToString());
        Assert.True(server.IsFinished);
    }

    [Fact]
    public async Task Parameters_are_used_where_offered()
    {
        var server = new ReplayStream((
            "MAIL FROM:<b+x@bounce.example.com> SIZE=20 SMTPUTF8 RET=HDRS ENVID=b+2Bx\r\nRCPT TO:<zoë@example.com> NOTIFY=FAILURE,DELAY\r\n", Ok));
        var session = Session(server, Pipelining with { Size = true, Dsn = true, SmtpUtf8 = true });
        Assert.True((await session.EnvelopeAsync("b+x@bounce.example.com", "zoë@example.com", 20, Token)).IsPositive);
    }

    [Fact]
    public async Task What_the_hop_cannot_carry_is_refused_by_us_without_asking()
    {
        var server = new ReplayStream();
        var session = Session(server, Pipelining with { Size = true, MaxBytes = 1_000 });
        var utf8 = await session.EnvelopeAsync("b+x@bounce.example.com", "zoë@example.com", 20, Token);
        var size = await session.EnvelopeAsync("b+x@bounce.example.com", "zoe@example.com", 1_001, Token);
        Assert.Equal((true, "553 5.6.7"), (utf8.IsOurs, utf8.ToString()));
        Assert.Equal((true, "552 5.3.4"), (size.IsOurs, size.ToString()));
        Assert.Equal("", server.Transcript.ToString());
        Assert.True(session.IsOpen);
    }

    [Theory]
    [InlineData("zoe@example.com>\r\nRCPT TO:<eve@example.com")]
    [InlineData("zoe@example.com\n")]
    [InlineData("zoe @example.com")]
    public async Task An_address_cannot_carry_a_command(string recipient)
    {
        var server = new ReplayStream();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Session(server, Pipelining).EnvelopeAsync("", recipient, 1, Token));
        Assert.DoesNotContain("zoe", error.Message);
        Assert.Equal("", server.Transcript.ToString());
    }

    [Theory]
    [InlineData("250 2.1.0 Ok\r\n550 5.1.1 unknown\r\n", "550 5.1.1")]
    [InlineData("250 Ok\r\n451 4.7.1 greylisted\r\n", "451 4.7.1")]
    [InlineData("550 5.7.1 blocked\r\n503 5.5.1 need MAIL\r\n", "550 5.7.1")]
    [InlineData("451 4.3.0 later\r\n503 5.5.1 need MAIL\r\n", "451 4.3.0")]
    public async Task A_pipelined_refusal_leaves_the_session_usable(string answer, string expected)
    {
        var server = new ReplayStream((Envelope, answer), ("RSET\r\n" + Envelope, "250 2.0.0 Ok\r\n" + Ok));
        var session = Session(server, Pipelining);
        Assert.Equal(expected, (await EnvelopeAsync(session)).ToString());
        Assert.True(session.IsOpen);
        Assert.True((await EnvelopeAsync(session)).IsPositive);
    }

    [Fact]
    public async Task An_envelope_is_dropped_by_RSET_with_zero_bytes_of_DATA()
    {
        var server = new ReplayStream((Envelope, Ok), ("RSET\r\n", "250 Ok\r\n"), (Envelope, Ok));
        var session = Session(server, Pipelining);
        await EnvelopeAsync(session);
        await session.ResetAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.DataAsync(Bytes(Body), Token));
        Assert.True((await EnvelopeAsync(session)).IsPositive);
    }

    [Fact]
    public async Task Multi_line_replies_are_read_whole_even_in_single_bytes()
    {
        var server = new ReplayStream((Envelope, "250 Ok\r\n550-5.1.1 no such\r\n550-5.1.1 mailbox\r\n550 5.1.1 here\r\n"));
        var reply = await EnvelopeAsync(Session(new TrickleStream(server), Pipelining));
        Assert.Equal("550 5.1.1", reply.ToString());
        Assert.Equal("5.1.1 no such\n5.1.1 mailbox\n5.1.1 here", reply.Text);
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("25 x\r\n")]
    [InlineData("250-a\r\n550 b\r\n")]
    [InlineData("999 x\r\n")]
    [InlineData("100 x\r\n")]
    [InlineData("250_x\r\n")]
    public async Task A_malformed_reply_ends_the_connection(string answer)
    {
        var session = Session(new ReplayStream((Envelope, answer)), Pipelining);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => EnvelopeAsync(session));
        Assert.False(session.IsOpen);
    }

    [Fact]
    public async Task An_endless_reply_ends_the_connection()
    {
        var answer = string.Concat(Enumerable.Repeat("250-" + new string('x', 1_000) + "\r\n", 100));
        await Assert.ThrowsAsync<SmtpConnectionException>(() => EnvelopeAsync(Session(new ReplayStream((Envelope, answer)), Pipelining)));
    }

    [Fact]
    public async Task A_421_in_mid_session_is_returned_and_closes()
    {
        var session = Session(new ReplayStream((Envelope, "421 4.3.2 shutting down\r\n")), Pipelining);
        var reply = await EnvelopeAsync(session);
        Assert.True(reply is { IsTransient: true, ClosesConnection: true });
        Assert.False(session.IsOpen);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => EnvelopeAsync(session));
    }

    [Fact]
    public async Task A_421_after_the_final_dot_says_that_the_message_was_not_taken()
    {
        var session = Session(new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n", "421 4.3.0 later\r\n")), Pipelining);
        await EnvelopeAsync(session);
        Assert.True((await session.DataAsync(Bytes(Body), Token)).IsTransient);
        Assert.False(session.IsOpen);
    }

    [Theory]
    [InlineData(ReplayStream.Drop)]
    [InlineData(ReplayStream.Reset)]
    [InlineData("250 2.1.0 Ok\r\n" + ReplayStream.Drop)]
    public async Task A_connection_lost_in_the_envelope_is_not_in_doubt(string answer)
    {
        var server = answer.StartsWith("250", StringComparison.Ordinal)
            ? new ReplayStream(("MAIL FROM:<b+x@bounce.example.com>\r\n", "250 2.1.0 Ok\r\n"), ("RCPT TO:<zoe@example.com>\r\n", ReplayStream.Drop))
            : new ReplayStream((Envelope, answer));
        await Assert.ThrowsAsync<SmtpConnectionException>(() => EnvelopeAsync(Session(server, Pipelining with { Pipelining = !answer.StartsWith("250", StringComparison.Ordinal) })));
    }

    [Theory]
    [InlineData("DATA\r\n", ReplayStream.Drop)]
    [InlineData("DATA\r\n", ReplayStream.Reset)]
    [InlineData("DATA\r\n", "250 ok\r\n")]
    public async Task A_connection_lost_before_the_body_is_not_in_doubt(string expected, string answer)
    {
        var session = Session(new ReplayStream((Envelope, Ok), (expected, answer)), Pipelining);
        await EnvelopeAsync(session);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => session.DataAsync(Bytes(Body), Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_could_not_be_written_is_not_in_doubt(bool chunking)
    {
        var server = chunking
            ? new ReplayStream((Envelope, Ok), ("BDAT", ReplayStream.Reset))
            : new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), (Body, ReplayStream.Reset));
        var session = Session(server, Pipelining with { Chunking = chunking });
        await EnvelopeAsync(session);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => session.DataAsync(Bytes(Body), Token));
    }

    [Theory]
    [InlineData(ReplayStream.Drop)]
    [InlineData("garbage\r\n")]
    [InlineData("354 what\r\n")]
    public async Task No_proper_reply_after_the_final_dot_is_in_doubt(string answer)
    {
        foreach (var chunking in new[] { false, true })
        {
            var server = chunking
                ? new ReplayStream((Envelope, Ok), ($"BDAT {Body.Length} LAST\r\n{Body}", answer))
                : new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n", answer));
            var session = Session(server, Pipelining with { Chunking = chunking });
            await EnvelopeAsync(session);
            await Assert.ThrowsAsync<NoFinalReplyException>(() => session.DataAsync(Bytes(Body), Token));
            Assert.False(session.IsOpen);
        }
    }

    [Fact]
    public async Task Silence_after_the_final_dot_is_in_doubt_after_ten_minutes()
    {
        // RFC 5321 §4.5.3.2.6
        var session = Session(new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n", ReplayStream.Silence)), Pipelining);
        await EnvelopeAsync(session);
        var data = session.DataAsync(Bytes(Body), Token);
        _time.Advance(TimeSpan.FromMinutes(9.9));
        Assert.False(data.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(0.2));
        await Assert.ThrowsAsync<NoFinalReplyException>(() => data);
    }

    [Fact]
    public async Task Silence_in_the_envelope_is_a_lost_connection_after_five_minutes()
    {
        var envelope = EnvelopeAsync(Session(new ReplayStream((Envelope, ReplayStream.Silence)), Pipelining));
        _time.Advance(TimeSpan.FromMinutes(5.1));
        await Assert.ThrowsAsync<SmtpConnectionException>(() => envelope);
    }

    [Fact]
    public async Task Cancelling_before_the_body_is_a_cancellation_and_after_it_a_doubt()
    {
        using var cancel = new CancellationTokenSource();
        var before = Session(new ReplayStream((Envelope, Ok), ("DATA\r\n", ReplayStream.Silence)), Pipelining);
        await EnvelopeAsync(before);
        var data = before.DataAsync(Bytes(Body), cancel.Token);
        var after = Session(new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), (Body + ".\r\n", ReplayStream.Silence)), Pipelining);
        await EnvelopeAsync(after);
        var doubtful = after.DataAsync(Bytes(Body), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => data);
        await Assert.ThrowsAsync<NoFinalReplyException>(() => doubtful);
        Assert.False(before.IsOpen || after.IsOpen);
    }

    [Fact]
    public async Task A_reply_that_no_command_asked_for_ends_the_connection()
    {
        var session = Session(new ReplayStream((Envelope, Ok + "354 go\r\n")), Pipelining);
        await EnvelopeAsync(session);
        await Assert.ThrowsAsync<SmtpConnectionException>(() => session.DataAsync(Bytes(Body), Token));
        Assert.False(session.IsOpen);
    }

    [Fact]
    public async Task Dots_at_line_starts_are_doubled()
    {
        var server = new ReplayStream((Envelope, Ok), ("DATA\r\n", "354 go\r\n"), ("..a\r\n..\r\nb.\r\n...c\r\n.\r\n", "250 ok\r\n"));
        var session = Session(server, Pipelining);
        await EnvelopeAsync(session);
        Assert.True((await session.DataAsync(Bytes(".a\r\n.\r\nb.\r\n..c\r\n"), Token)).IsPositive);
    }

    [Theory]
    [InlineData("a\n.\r\n")]
    [InlineData("a\r.\r\n")]
    [InlineData("a\r\n.\n")]
    [InlineData("no line end")]
    public async Task A_message_with_a_bare_CR_or_LF_never_leaves(string message)
    {
        // SMTP smuggling: receivers differ in what they take for the final dot.
        var server = new ReplayStream((Envelope, Ok));
        var session = Session(server, Pipelining);
        await EnvelopeAsync(session);
        await Assert.ThrowsAsync<ArgumentException>(() => session.DataAsync(Bytes(message), Token));
        Assert.Equal(Envelope, server.Transcript.ToString());
    }

    [Fact]
    public async Task Disposing_says_QUIT_and_never_throws()
    {
        var server = new ReplayStream(("QUIT\r\n", ReplayStream.Drop));
        await Session(server, Pipelining).DisposeAsync();
        Assert.True(server.IsFinished);
        await Session(new ReplayStream(("QUIT\r\n", ReplayStream.Reset)), Pipelining).DisposeAsync();
    }

    [Fact]
    public void EHLO_lines_become_features()
    {
        var features = SmtpFeatures.Parse(new SmtpReply(250, null, "mx.example.com says SIZE 1\nPIPELINING\nsize 35882577\nSTARTTLS\nDSN \nCHUNKING\nSMTPUTF8\nX-ODD 1 2\n"));
        Assert.Equal(new SmtpFeatures { Pipelining = true, Size = true, MaxBytes = 35_882_577, StartTls = true, Dsn = true, Chunking = true, SmtpUtf8 = true }, features);
        Assert.Equal(new SmtpFeatures { Size = true }, SmtpFeatures.Parse(new SmtpReply(250, null, "mx\nSIZE 0")));
    }

    private static SmtpFeatures Pipelining { get; } = new() { Pipelining = true };

    private SmtpSession Session(Stream server, SmtpFeatures features) => new(
        new SmtpChannel(server, _time),
        features,
        new TransportObservation("mx.example.com", "192.0.2.1", 25, Tier.T2, "TLS 1.3", "TLS_AES_256_GCM_SHA384", "00", "pkix", false, null));

    private static Task<SmtpReply> EnvelopeAsync(SmtpSession session) =>
        session.EnvelopeAsync("b+x@bounce.example.com", "zoe@example.com", Body.Length, Token);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Gives one byte a read.</summary>
    private sealed class TrickleStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer[..1], cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
