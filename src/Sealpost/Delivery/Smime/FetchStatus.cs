using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Sealpost.Delivery.Smime;

/// <summary>Fetches what an authority publishes about its certificates: over plain HTTP as authorities do, since what comes is signed. No redirect, no cookie, no proxy, bounded in time and size.</summary>
/// <remarks>The URL stands in a certificate that somebody gave, so it may lead to nothing but the public internet and the hosts that the organisation names.</remarks>
internal sealed class FetchStatus : IDisposable
{
    private const int LargestBytes = 16 * 1024 * 1024; // Revocation lists of large authorities have some megabytes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly Func<SmimeTrust> _trust;

    /// <param name="trust">Names hosts that need not be on the public internet.</param>
    public FetchStatus(Func<SmimeTrust> trust)
    {
        _trust = trust;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LargestBytes };
    }

    /// <summary>What is published at a URL; null where nothing useful came.</summary>
    public Task<byte[]?> GetAsync(Uri url, CancellationToken cancellationToken) => SendAsync(new HttpRequestMessage(HttpMethod.Get, url), cancellationToken);

    /// <summary>The answer to an OCSP request. RFC 6960 appendix A.1.</summary>
    public Task<byte[]?> AskAsync(Uri url, byte[] question, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(question) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/ocsp-request");
        return SendAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<byte[]?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var sent = request;
        request.Headers.ConnectionClose = true;
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var end = context.DnsEndPoint;
        var isOwn = _trust().RevocationHosts.Contains($"{end.Host}:{end.Port}", StringComparer.OrdinalIgnoreCase);
        var addresses = IPAddress.TryParse(end.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(end.Host, cancellationToken).ConfigureAwait(false);
        List<IPAddress> allowed = [.. addresses.Where(address => isOwn || (PublicAddress.Is(address) && end.Port is 80 or 443))];
        if (allowed.Count == 0)
            throw new SocketException((int)SocketError.HostUnreachable);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. allowed], end.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
