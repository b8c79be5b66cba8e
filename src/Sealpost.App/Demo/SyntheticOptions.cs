namespace Sealpost.App.Demo;

/// <summary>What to make.</summary>
internal sealed record SyntheticOptions
{
    /// <summary>Patients; 1 to 10,000,000.</summary>
    /// <value>Default 1,000.</value>
    public int Count { get; init; } = 1_000;

    /// <summary>Another seed makes other people.</summary>
    /// <value>Default 2026.</value>
    public ulong Seed { get; init; } = 2026;

    /// <summary>The day on which ages, visits and appointments fit.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>Mailboxes that misbehave at the built-in mailbox: local part (null for the person's own) and domain. One person in a hundred gets each.</summary>
    public IReadOnlyList<(string? LocalPart, string Domain)> Misbehaving { get; init; } =
    [
        ("temperror", "mail.example.com"),
        ("550", "mail.example.com"),
        ("slow", "mail.example.com"),
        (null, DemoMailbox.NoTlsDomain),
        (null, DemoMailbox.WrongNameDomain),
    ];
}

/// <summary>Which of the synthetic sources to write.</summary>
internal enum SyntheticFeed
{
    /// <summary>Everybody.</summary>
    All,

    /// <summary>Patients registered at the clinic, whose addresses the front desk verifies.</summary>
    Clinic,

    /// <summary>Patients who registered on the website: import them under another source name, which nobody attests.</summary>
    Website,
}
