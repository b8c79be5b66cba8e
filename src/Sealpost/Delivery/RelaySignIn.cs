using System.Security.Cryptography;
using System.Text;

namespace Sealpost.Delivery;

/// <summary>Who we are to a relay that lets only those it knows send.</summary>
/// <param name="User">User name there.</param>
/// <param name="Password">Reads the password, anew for each connection: a changed one holds at once.</param>
public sealed record RelaySignIn(string User, Func<CancellationToken, Task<string>> Password)
{
    // RFC 4954 §4: the longest command line; what is longer goes behind the server's challenge.
    private const int LongestInitial = 480;

    /// <summary>Always <c>[secret]</c>.</summary>
    public override string ToString() => "[secret]";

    /// <summary>AUTH, by PLAIN (RFC 4616) or else LOGIN. Only inside TLS with the relay verified: RFC 4954 §4, RFC 8314 §3.</summary>
    /// <returns>Null where the relay knows us, else why it does not: never a refusal of the message, which is tried again.</returns>
    internal async Task<ConnectResult?> RunAsync(SmtpChannel channel, SmtpFeatures features, string relay, CancellationToken cancellationToken)
    {
        if (!features.AuthPlain && !features.AuthLogin)
            return new ConnectResult.Deferred($"{relay}: a user is set for it, but it offers no sign-in that can be used (AUTH PLAIN or LOGIN)", null);
        string password;
        try
        {
            password = await Password(cancellationToken);
        }
        catch (Exception e) when (e is RefusedException or IOException or UnauthorizedAccessException)
        {
            return new ConnectResult.Deferred($"{relay}: its password cannot be read (via-password-file)", null);
        }

        var reply = features.AuthPlain ? await PlainAsync(channel, password, cancellationToken) : await LoginAsync(channel, password, cancellationToken);
        return reply.Code == 235 ? null : new ConnectResult.Deferred($"{relay}: answered the sign-in with {reply}; look at via-user and its password", reply);
    }

    private async Task<SmtpReply> PlainAsync(SmtpChannel channel, string password, CancellationToken cancellationToken)
    {
        var response = Base64($"\0{User}\0{password}");
        if (response.Length <= LongestInitial)
            return await SayAsync(channel, [.. "AUTH PLAIN "u8, .. response], cancellationToken);
        var challenge = await SayAsync(channel, [.. "AUTH PLAIN"u8], cancellationToken);
        return challenge.Code == 334 ? await SayAsync(channel, response, cancellationToken) : challenge;
    }

    private async Task<SmtpReply> LoginAsync(SmtpChannel channel, string password, CancellationToken cancellationToken)
    {
        var reply = await SayAsync(channel, [.. "AUTH LOGIN"u8], cancellationToken);
        foreach (var answer in new[] { User, password })
        {
            if (reply.Code != 334)
                return reply;
            reply = await SayAsync(channel, Base64(answer), cancellationToken);
        }

        return reply;
    }

    private static byte[] Base64(string text) => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));

    private static async Task<SmtpReply> SayAsync(SmtpChannel channel, byte[] line, CancellationToken cancellationToken)
    {
        byte[] command = [.. line, .. "\r\n"u8];
        try
        {
            await channel.WriteAsync(command, SmtpStage.Hello, cancellationToken);
            return await channel.ReadReplyAsync(SmtpStage.Hello, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
            CryptographicOperations.ZeroMemory(command);
        }
    }
}
