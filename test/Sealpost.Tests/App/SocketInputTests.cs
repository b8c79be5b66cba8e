using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sealpost.App.Commands;
using Sealpost.App.Hosting;
using Sealpost.Tests.Trust;

namespace Sealpost.Tests.App;

/// <summary>Standard input over the owner's socket: a command may end before its input does.</summary>
public sealed class SocketInputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_that_has_read_enough_ends_though_its_input_never_does()
    {
        var (exit, output, _) = await RunAsync(FirstLineAsync, new Typed("p0\n", () => Task.Delay(Timeout.Infinite, Token)));
        Assert.Equal((0, "3"), (exit, output));
    }

    [Fact]
    public async Task Input_that_nobody_reads_holds_neither_end()
    {
        var (exit, output, _) = await RunAsync(FirstLineAsync, new MemoryStream(new byte[8 << 20]));
        Assert.Equal((0, "65536"), (exit, output));
    }

    [Fact]
    public async Task Input_that_cannot_be_read_stops_the_command_and_says_so()
    {
        var (exit, output, error) = await RunAsync(FirstLineAsync, new Typed("", () => throw new IOException("Is a directory")));
        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith("Standard input cannot be read (IOException).", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_of_the_input_arrives_in_order()
    {
        var bytes = Enumerable.Range(0, 3_000_000).Select(number => (byte)(number % 251)).ToArray();
        var (exit, output, _) = await RunAsync(
            async (context, cancellationToken) =>
            {
                using var read = new MemoryStream();
                await context.In.CopyToAsync(read, cancellationToken);
                await context.Out.WriteAsync(read.ToArray().AsSpan().SequenceEqual(bytes) ? "same" : "other");
                return 0;
            },
            new MemoryStream(bytes));
        Assert.Equal((0, "same"), (exit, output));
    }

    private static async Task<int> FirstLineAsync(CommandContext context, CancellationToken cancellationToken)
    {
        try
        {
            var read = await context.In.ReadAtLeastAsync(new byte[64 * 1024], 2, false, cancellationToken);
            await context.Out.WriteAsync(read.ToString(System.Globalization.CultureInfo.InvariantCulture));
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 1;
        }
    }

    private static async Task<(int? Exit, string Output, string Error)> RunAsync(
        Func<CommandContext, CancellationToken, Task<int>> command, Stream input)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "owner.sock");
        await using var server = SocketServer.Start(path, null!, (context, _, cancellationToken) => command(context, cancellationToken), NullLogger.Instance);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var exit = await SocketClient.RunAsync(path, new CommandRequest([], folder.Path, null, false), input, output, error, Token).WaitAsync(Eventually.Patience, Token);
        return (exit, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>Text, and then what happens at the next read: a wait before the end, or a failure.</summary>
    private sealed class Typed(string text, Func<Task> then) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == Length)
                await then();
            return Read(buffer.Span);
        }
    }
}
