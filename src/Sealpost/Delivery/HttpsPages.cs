using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sealpost.Delivery.Domains;

namespace Sealpost.Delivery;

/// <summary>A page as it came: never followed elsewhere, never from a cache.</summary>
/// <param name="Status">HTTP status; 0 where nothing answered.</param>
/// <param name="MediaType">Content type without parameters.</param>
/// <param name="Text">The body.</param>
/// <param name="Problem">Why nothing answered.</param>
internal sealed record PageAnswer(int Status, string MediaType, string Text, string Problem)
{
    /// <summary>UTC instant at which the server's certificate ends; null where none was verified.</summary>
    public DateTimeOffset? CertificateEndsAt { get; init; }
}

/// <summary>Fetches small pages over HTTPS with a verified certificate, as somebody outside would. No cookie, no redirect, no proxy.</summary>
internal sealed class HttpsPages : IDisposable
{
    private const int LargestBytes = 64 * 1024; // RFC 8461 §3.3

    private readonly HttpClient _http;
    private readonly Func<IPAddress, bool> _mayReach;
    private readonly AskDns? _dns;
    private readonly CertificateRules _rules;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates it.</summary>
    /// <param name="options">Whose roots are trusted, and whose DNS server is asked; null there asks as the system does.</param>
    /// <param name="time">Clock, for certificates.</param>
    /// <param name="mayReach">Addresses that may be connected to; null for all. Give <see cref="PublicAddress.Is"/> where a stranger chose the URL.</param>
    public HttpsPages(DeliveryOptions options, TimeProvider time, Func<IPAddress, bool>? mayReach = null)
    {
        _mayReach = mayReach ?? (_ => true);
        _dns = options.DnsServer is null ? null : new AskDns(options.DnsServer);
        _rules = new CertificateRules(options.ExtraRoots, time);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = ConnectAsync };
        handler.SslOptions.CertificateChainPolicy = _rules.SystemPolicy();
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, _) => IsGood(certificate as X509Certificate2, chain, (sender as System.Net.Security.SslStream)?.TargetHostName ?? "");
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = LargestBytes };
    }

    /// <summary>Fetches; a body is posted as a form.</summary>
    /// <param name="url">Where.</param>
    /// <param name="form">Body of a POST; null for a GET.</param>
    /// <param name="host">Name to ask for where <paramref name="url"/> leads past it; null for the URL's own.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<PageAnswer> FetchAsync(Uri url, string? form, string? host, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, url);
        request.Headers.Host = host;
        if (form is not null)
        {
            request.Content = new StringContent(form);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        }

        return await AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Posts bytes.</summary>
    public async Task<PageAnswer> PostAsync(Uri url, byte[] body, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return await AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PageAnswer> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.ConnectionClose = true; // Each question is a new visitor's.
        try
        {
            // Read whole within the client's bound, and as UTF-8 whatever charset it claims: a stranger may claim one that does not exist.
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            using var text = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            return new PageAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", await text.ReadToEndAsync(cancellationToken).ConfigureAwait(false), "")
            {
                CertificateEndsAt = request.RequestUri!.Scheme == Uri.UriSchemeHttps && _ends.TryGetValue(NameOf(request), out var ends) ? ends : null,
            };
        }
        catch (HttpRequestException exception)
        {
            return new PageAnswer(0, "", "", exception.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => "its name leads to no address",
                HttpRequestError.SecureConnectionError => "its certificate or TLS is not good",
                HttpRequestError.ConnectionError => "nothing listens there",
                HttpRequestError.ConfigurationLimitExceeded => "its page is larger than 64 KB",
                _ => "it did not answer as a web server does",
            });
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new PageAnswer(0, "", "", "it did not answer within 15 seconds");
        }
        catch (Exception exception) when (Unforeseen.Is(exception))
        {
            return new PageAnswer(0, "", "", "what it answered cannot be read");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private bool IsGood(X509Certificate2? certificate, X509Chain? chain, string name)
    {
        if (_rules.Judge(certificate, chain, name) is not null)
            return false;
        _ends[name] = new DateTimeOffset(certificate!.NotAfter.ToUniversalTime());
        return true;
    }

    // The name that was asked for, by SNI too, is the Host header's where there is one.
    private static string NameOf(HttpRequestMessage request) => request.Headers.Host is { } host ? host.Split(':')[0] : request.RequestUri!.Host;

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = (await AddressesAsync(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false)).Where(_mayReach).ToList();
        if (addresses.Count == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync([.. addresses], context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IReadOnlyList<IPAddress>> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        if (host == "localhost")
            return [IPAddress.Loopback];
        if (_dns is not null)
            return await _dns.AddressesAsync(host, cancellationToken).ConfigureAwait(false) ?? [];
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return [];
        }
    }
}
