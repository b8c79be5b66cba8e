using System.Security.Cryptography.X509Certificates;

namespace Sealpost.Delivery.Returns;

/// <summary>A mailbox to which mail comes back.</summary>
internal sealed record ImapSettings
{
    /// <summary>Most days that a read mail may stay in the mailbox: with the day on which it came, no body is older than a week.</summary>
    public const int MostKeepDays = 6;

    /// <summary>Host; its certificate must carry this name.</summary>
    public required string Host { get; init; }

    /// <summary>Port: 993 speaks TLS from the first byte (RFC 8314), any other must upgrade by STARTTLS before the log-in.</summary>
    public required int Port { get; init; }

    /// <summary>User.</summary>
    public required string User { get; init; }

    /// <summary>Reads the password, each time it is needed.</summary>
    public required Func<CancellationToken, Task<string>> Password { get; init; }

    /// <summary>Folder that is read.</summary>
    /// <value>Default <c>INBOX</c>.</value>
    public string Folder { get; init; } = "INBOX";

    /// <summary>Days for which a read mail is kept in <see cref="ReadFolder"/>; 0 deletes it at once.</summary>
    /// <value>0 to <see cref="MostKeepDays"/>; default 0.</value>
    public int KeepDays { get; init; }

    /// <summary>Folder for read mail, made where it is missing.</summary>
    public string ReadFolder { get; init; } = "Sealpost-read";

    /// <summary>Time between two looks where the server knows no IDLE, and after a failure.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Roots trusted besides the system's.</summary>
    public X509Certificate2Collection ExtraRoots { get; init; } = [];

    /// <summary>Host and port only.</summary>
    public override string ToString() => $"{Host}:{Port}";
}
