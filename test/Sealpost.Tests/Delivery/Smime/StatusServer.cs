using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Ocsp;
using Org.BouncyCastle.Security;
using X509CertificateParser = Org.BouncyCastle.X509.X509CertificateParser;

namespace Sealpost.Tests.Delivery.Smime;

/// <summary>Where an authority publishes what became of its certificates, on a loopback port.</summary>
internal sealed class StatusServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<byte[], byte[]?>> _pages = new(StringComparer.Ordinal);
    private readonly ClientServer _server;
    private int _asked;

    public StatusServer()
    {
        _server = new ClientServer(SpeakAsync);
        Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_server.Port}");
    }

    /// <summary>Host and port.</summary>
    public string Host { get; }

    /// <summary>Questions so far.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public string UrlOf(string path) => $"http://{Host}/{path}";

    /// <summary>Publishes bytes, or an answer to what is posted; null answers 404.</summary>
    public void Publish(string path, Func<byte[], byte[]?> answer) => _pages["/" + path] = answer;

    /// <summary>An OCSP answer of now for whatever is asked.</summary>
    public static byte[] Answer(byte[] question, X509Certificate2 authority, X509Certificate2 signer, bool revoked, DateTimeOffset now)
    {
        var issuer = new X509CertificateParser().ReadCertificate(authority.RawData);
        var key = DotNetUtilities.GetKeyPair(signer.GetRSAPrivateKey()).Private;
        var answer = new BasicOcspRespGenerator(new RespID(new X509CertificateParser().ReadCertificate(signer.RawData).SubjectDN));
        foreach (var one in new OcspReq(question).GetRequestList())
            answer.AddResponse(one.GetCertID(), revoked ? new RevokedStatus(now.UtcDateTime.AddDays(-1), CrlReason.KeyCompromise) : CertificateStatus.Good, now.UtcDateTime.AddMinutes(-1), now.UtcDateTime.AddHours(2), null);
        var signed = answer.Generate(new Asn1SignatureFactory("SHA256WITHRSA", key), [new X509CertificateParser().ReadCertificate(signer.RawData), issuer], now.UtcDateTime);
        return new OCSPRespGenerator().Generate(OcspRespStatus.Successful, signed).GetEncoded();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task SpeakAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (!Encoding.ASCII.GetString([.. bytes]).EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1)
            bytes.Add(one[0]);
        if (bytes.Count == 0)
            return; // Who asked has given up.
        var head = Encoding.ASCII.GetString([.. bytes]).Split("\r\n");
        var length = head.Select(line => line.Split(':', 2)).Where(parts => parts[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(parts => int.Parse(parts[1], CultureInfo.InvariantCulture)).FirstOrDefault();
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        Interlocked.Increment(ref _asked);
        var answer = _pages.TryGetValue(head[0].Split(' ')[1], out var page) ? page(body) : null;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {(answer is null ? "404 Not Found" : "200 OK")}\r\nContent-Length: {answer?.Length ?? 0}\r\nConnection: close\r\n\r\n")));
        if (answer is not null)
            await stream.WriteAsync(answer);
    }
}
