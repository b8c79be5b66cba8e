using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sealpost.Tests.Delivery;

/// <summary>A DNS server on a loopback port, for MX, A and AAAA. RFC 1035.</summary>
internal sealed class DnsStub : IAsyncDisposable
{
    private const int Mx = 15;
    private const int A = 1;
    private const int Txt = 16;

    // Long enough that no cache of the machine's clock forgets an answer while a test that counts on it runs.
    private static readonly byte[] Hour = [0, 0, 14, 16];

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly Dictionary<string, int> _codes = [];
    private readonly List<(string Name, int Type, byte[] Data)> _records = [];
    private readonly Task _running;

    public DnsStub() => _running = RunAsync();

    public string Server => $"127.0.0.1:{((IPEndPoint)_socket.Client.LocalEndPoint!).Port}";

    public DnsStub WithMx(string domain, ushort preference, string host)
    {
        var data = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(data, preference);
        lock (_records)
            _records.Add((domain, Mx, [.. data, .. Name(host)]));
        return this;
    }

    public DnsStub WithA(string name, string address)
    {
        lock (_records)
            _records.Add((name, A, IPAddress.Parse(address).GetAddressBytes()));
        return this;
    }

    public DnsStub WithTxt(string name, string text)
    {
        lock (_records)
            _records.Add((name, Txt, [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)]));
        return this;
    }

    public DnsStub WithoutTxt(string name)
    {
        lock (_records)
            _records.RemoveAll(r => r.Name == name && r.Type == Txt);
        return this;
    }

    /// <summary>Every question about the name gets this response code: 2 SERVFAIL, 3 NXDOMAIN, -1 silence.</summary>
    public DnsStub WithCode(string name, int code)
    {
        lock (_records)
            _codes[name] = code;
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                if (Answer(question.Buffer) is { } answer)
                    await _socket.SendAsync(answer, question.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private byte[]? Answer(byte[] query)
    {
        var at = 12;
        var labels = new List<string>();
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            at += query[at] + 1;
        }

        lock (_records)
            return Answer(query, at, string.Join('.', labels).ToLowerInvariant());
    }

    private byte[]? Answer(byte[] query, int at, string name)
    {
        var type = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(at + 1));
        var code = _codes.TryGetValue(name, out var forced) ? forced : _records.Exists(r => r.Name == name) ? 0 : 3;
        if (code < 0)
            return null;
        var answers = code == 0 ? _records.Where(r => r.Name == name && r.Type == type).ToList() : [];
        var response = new List<byte>(query[..(at + 5)]);
        response[2] = 0x81;
        response[3] = (byte)(0x80 | code);
        response[7] = (byte)answers.Count;
        response[8] = response[9] = response[10] = response[11] = 0;
        foreach (var (_, _, data) in answers)
            response.AddRange([0xC0, 12, 0, (byte)type, 0, 1, .. Hour, 0, (byte)data.Length, .. data]);
        return [.. response];
    }

    private static byte[] Name(string host) =>
        host == "." ? [0] : [.. host.TrimEnd('.').Split('.').SelectMany(l => (byte[])[(byte)l.Length, .. Encoding.ASCII.GetBytes(l)]), 0];
}
