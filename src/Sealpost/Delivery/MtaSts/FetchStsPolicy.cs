using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sealpost.Delivery.MtaSts;

/// <summary>A fetched policy, or why there is none.</summary>
/// <param name="Policy">Null where <paramref name="Failure"/> says why.</param>
/// <param name="Raw">The text as fetched.</param>
/// <param name="Failure">As a TLS report names it.</param>
internal sealed record StsFetch(MtaStsPolicy? Policy, string Raw, TlsFailure? Failure);

/// <summary>Fetches a domain's policy over HTTPS. RFC 8461 §3.3.</summary>
internal sealed class FetchStsPolicy(MxLookup dns, X509Certificate2Collection extraRoots, int port, TimeProvider time)
{
    private const int LargestBytes = 64 * 1024;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>Name of the host that publishes a domain's policy.</summary>
    public static string HostOf(string domain) => "mta-sts." + domain;

    /// <summary>Fetches it. Nothing is followed, cached or tried a second time.</summary>
    public async Task<StsFetch> RunAsync(string domain, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Longest, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var client = new HttpClient(Handler(HostOf(domain)), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(Uri.UriSchemeHttps, HostOf(domain), port, "/.well-known/mta-sts.txt").Uri);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            // §3.3: nothing but 200; a redirect would let whoever holds another host speak for the domain.
            if (response.StatusCode != HttpStatusCode.OK || !IsPlainText(response.Content.Headers.ContentType))
                return new StsFetch(null, "", TlsFailure.StsPolicyFetchError);
            if (await ReadAsync(response, linked.Token) is not { } raw)
                return new StsFetch(null, "", TlsFailure.StsPolicyFetchError);
            var policy = MtaStsPolicy.Read(raw);
            return new StsFetch(policy, raw, policy is null ? TlsFailure.StsPolicyInvalid : null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new StsFetch(null, "", e.InnerException is AuthenticationException ? TlsFailure.StsWebpkiInvalid : TlsFailure.StsPolicyFetchError);
        }
    }

    /// <summary>Whether the policy came as text, so that a file uploaded to the host by a stranger does not pass for one.</summary>
    internal static bool IsPlainText(MediaTypeHeaderValue? type) => string.Equals(type?.MediaType, "text/plain", StringComparison.OrdinalIgnoreCase);

    private static async Task<string?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LargestBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > LargestBytes ? null : Encoding.UTF8.GetString(buffer.AsSpan(0, length));
    }

    private SocketsHttpHandler Handler(string host)
    {
        var rules = new CertificateRules(extraRoots, time);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectCallback = async (context, token) => await ConnectAsync(host, context.DnsEndPoint.Port, token),
            // RFC 8461 §3.3: the certificate must name the policy's host, which is sent as SNI.
            SslOptions = TlsProfile.ClientOptions(host, rules.SystemPolicy(), (_, certificate, chain, _) => rules.Judge(certificate as X509Certificate2, chain, host) is null),
        };
    }

    private async Task<NetworkStream> ConnectAsync(string host, int toPort, CancellationToken cancellationToken)
    {
        var found = await dns.AddressesAsync(host, cancellationToken);
        foreach (var address in found.Addresses ?? [])
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, toPort), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        throw new HttpRequestException("The policy's host cannot be reached.");
    }
}
