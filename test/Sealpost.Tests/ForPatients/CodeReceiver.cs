using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sealpost.Tests.ForPatients;

/// <summary>A provider of text messages on this machine: takes what is posted and keeps it.</summary>
internal sealed class CodeReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Body, string Signature)> _taken = new();
    private readonly Task _loop;

    public CodeReceiver()
    {
        Url = new Uri($"http://127.0.0.1:{Ports.Take()}/codes");
        _listener.Prefixes.Add($"http://127.0.0.1:{Url.Port}/");
        _listener.Start();
        _loop = Task.Run(RunAsync);
    }

    public Uri Url { get; }

    /// <summary>What it answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Texts for a number, oldest first.</summary>
    public IReadOnlyList<string> TextsFor(string number) =>
        [.. _taken.Select(one => JsonDocument.Parse(one.Body).RootElement).Where(one => one.GetProperty("to").GetString() == number).Select(one => one.GetProperty("text").GetString()!)];

    /// <summary>Whether everything it took was signed with the secret.</summary>
    public bool AllSignedWith(string secret) => !_taken.IsEmpty && _taken.All(one =>
    {
        var parts = one.Signature.Split(',').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var mac = HMACSHA256.HashData(Convert.FromHexString(secret), Encoding.UTF8.GetBytes($"{parts["t"]}.{one.Body}"));
        return parts["v1"] == Convert.ToHexStringLower(mac);
    });

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context); // All at once: nobody waits behind one who is slow.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            if (Status == 200)
                _taken.Enqueue((body, context.Request.Headers["Sealpost-Signature"] ?? ""));
            context.Response.StatusCode = Status;
            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException)
        {
            // Who asked has given up; the next one is answered.
        }
    }
}
