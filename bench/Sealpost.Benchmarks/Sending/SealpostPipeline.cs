using System.Globalization;
using Sealpost.Content;
using Sealpost.Delivery;

namespace Sealpost.Benchmarks.Sending;

/// <summary>Our own: compose, sign with RSA-2048 and Ed25519, send over a verified session.</summary>
internal sealed class SealpostPipeline : IAsyncDisposable
{
    private readonly SignMessage _sign;
    private readonly SmtpSession _session;

    private SealpostPipeline(SignMessage sign, SmtpSession session)
    {
        _sign = sign;
        _session = session;
    }

    public static async Task<SealpostPipeline> ConnectAsync(SmtpSink sink, SignMessage sign, CancellationToken cancellationToken)
    {
        var options = new DeliveryOptions
        {
            HeloName = "mail.greenvalley.test",
            ExtraRoots = [sink.Root],
            Routes = new Dictionary<string, DeliveryRoute> { ["*"] = new("127.0.0.1", sink.Port, SmtpSink.HostName) },
        };
        var result = await new ConnectDestination(options, TimeProvider.System).ConnectAsync("example.com", cancellationToken);
        return result is ConnectResult.Connected connected
            ? new SealpostPipeline(sign, connected.Session)
            : throw new InvalidOperationException($"The sink was not reached: {result}");
    }

    public async Task SendAsync(RenderedMessage rendered, int number, CancellationToken cancellationToken)
    {
        var to = string.Create(CultureInfo.InvariantCulture, $"patient{number}@example.com");
        var headers = new MessageHeaders(to, string.Create(CultureInfo.InvariantCulture, $"m{number}@mail.greenvalley.test"), TimeProvider.System.GetUtcNow(), null, Bulk: true);
        using var signed = _sign.Sign(rendered, headers);
        var envelope = await _session.EnvelopeAsync("b@bounce.greenvalley.test", to, signed.Bytes.Length, cancellationToken);
        var reply = envelope.IsPositive ? await _session.DataAsync(signed.Bytes, cancellationToken) : envelope;
        if (!reply.IsPositive)
            throw new InvalidOperationException($"The sink answered {reply}.");
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
