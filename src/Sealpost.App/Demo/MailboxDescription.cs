using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Sealpost.Delivery;

namespace Sealpost.App.Demo;

/// <summary>How a sender, here or in another process, reaches a built-in mailbox.</summary>
/// <param name="Routes">Domain to loopback port and name to verify.</param>
/// <param name="RootPem">The mailbox's own root, without key.</param>
internal sealed record MailboxDescription(IReadOnlyDictionary<string, DeliveryRoute> Routes, string RootPem)
{
    /// <summary>Short, since the demo's receiver recovers in seconds.</summary>
    public static IReadOnlyList<TimeSpan> ShortRetries { get; } =
        [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    /// <summary>One line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>Reads <see cref="ToJson"/>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static MailboxDescription FromJson(string json) =>
        JsonSerializer.Deserialize<MailboxDescription>(json) ?? throw new JsonException("There is no mailbox description.");

    /// <summary>Options that send everything there.</summary>
    public DeliveryOptions ToOptions(string heloName) => new()
    {
        HeloName = heloName,
        Routes = Routes,
        ExtraRoots = [X509Certificate2.CreateFromPem(RootPem)],
        RetrySchedule = ShortRetries,
        GiveUpAfter = TimeSpan.FromSeconds(20),
    };
}
