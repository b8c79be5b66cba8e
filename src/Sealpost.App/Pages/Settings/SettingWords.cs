namespace Sealpost.App.Pages.Settings;

/// <summary>A setting as a form shows it.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Label">Label.</param>
/// <param name="Hint">What it takes and what it does.</param>
/// <param name="Placeholder">Default, or an example.</param>
/// <param name="Long">Takes several lines.</param>
/// <param name="OnOff">Is on or off.</param>
internal sealed record SettingField(string Name, string Label, string Hint, string Placeholder = "", bool Long = false, bool OnOff = false)
{
    /// <summary>What an on-off setting is where nobody chose.</summary>
    public string Unset { get; init; } = "off";
}

/// <summary>Settings that belong together, under a heading.</summary>
internal sealed record SettingGroup(string Title, params IReadOnlyList<SettingField> Fields);

/// <summary>Settings by page.</summary>
internal static class SettingWords
{
    public static IReadOnlyList<SettingGroup> Patients { get; } =
    [
        new(
            "What patients see and get",
            new("public-name", "Neutral name", "On pages that a link alone opens, and in notices that say nothing about care. Give one where your own name tells what you treat.", "your own name"),
            new("frequency-cap", "Messages in seven days", "The most a patient may get, 1 to 100, whatever campaigns ask for. More are withheld.", "4")),
        new(
            "Messages on our page",
            new("pickup-days", "Days a message waits", "How long a message waits on the patients' page where no protected way leads to the mailbox, 1 to 60.", "14"),
            new("pickup-reminder", "Hours before the link ends for a reminder", "A patient who has not read a waiting message gets one short reminder, in quiet hours not before the morning; 1 to 720, or off. Never in the first half of the link's life, and not to somebody who may not be written to any more.", "48"),
            new("code-webhook", "Provider of codes", "An https address that sends codes by text message or call. It sees telephone numbers, so it needs an agreement that covers sending.", "none"),
            new("reply-inbox", "Inbox for patients' replies", "A mailbox of your own that somebody reads and keeps; whoever hosts it needs an agreement that covers storing at its domain. A reply goes there over protection good enough for clinical mail and is then no longer kept here; until it is there, and where this is left empty, it waits under Forms and requests.", "none")),
        new(
            "Certificates of patients (S/MIME)",
            new("smime-roots", "Authorities for patients' certificates", "In PEM: roots that you trust for S/MIME. Without one, a person has to confirm each certificate's fingerprint with the patient.", "-----BEGIN CERTIFICATE-----", Long: true),
            new("smime-revocation-hosts", "Hosts that tell of revoked certificates", "HOST:PORT, separated by spaces: only those of your own network. On the public internet certificates name them.", "ca.hospital.test:80")),
        new(
            "Clicks",
            new SettingField("count-clicks", "Count clicks", "Lets campaigns count who follows links to your own pages. Off unless you say otherwise; each campaign asks again.", OnOff: true)),
    ];

    public static IReadOnlyList<SettingGroup> Transport { get; } =
    [
        new(
            "Where mail goes",
            new("via", "Relay", "host:port. Left empty, Sealpost delivers to the receiving hosts itself and proves how. A relay needs an agreement that covers sending, and its receipts say that the last hop was not seen.", "none: deliver directly"),
            new("via-user", "User at the relay", "Where it asks for one; said only once the relay has proved who it is. The owner of the server gives the password: `sealpost org set via-password-file PATH`.", "none: it asks nobody"),
            new("route", "Stated routes", "DOMAIN=HOST:PORT=CERTIFICATE-NAME, separated by spaces or lines, for domains whose hosts you know; * is every other domain.", "example.com=10.0.0.5:25=mx.example.com", Long: true),
            new("extra-roots", "Certificates trusted besides the system's", "In PEM. Only for hosts of your own that carry certificates of your own.", "-----BEGIN CERTIFICATE-----", Long: true),
            new("dns-server", "DNS server", "Address, with an optional port. Left empty, the system's.", "the system's"),
            new("mx-port", "Port of mail hosts", "25 everywhere but in a laboratory.", "25")),
        new(
            "Pace and patience",
            new("max-connections", "Connections per destination", "1 to 100. More is faster, and more often refused.", "8"),
            new("retry-schedule", "Seconds between tries", "Separated by spaces; the last one repeats. Left empty, patience grows from minutes to hours.", "300 900 1800 3600"),
            new("give-up-after", "Hours until giving up", "1 to 720; behind it classes of message that differ, such as 120 N2=48. A deferred message counts as expired then.", "120")),
        new(
            "Limits",
            new("daily-cap", "Messages a day", "At most. Urgent ones count and are not stopped.", "no limit"),
            new("host-daily-cap", "Messages a day to one receiving host", "At most.", "no limit"),
            new("warm-up", "Warm-up", "Messages on the first, second, … day of sending from a new address, separated by spaces. No limit after the last.", "50 100 200 500"),
            new("sending-address", "Address that mail leaves from", "Public IP address. A new one begins its warm-up anew.", "192.0.2.25"),
            new("complaint-limit", "Limit of complaints", "Percent of a campaign's messages reported as unwanted, 0.05 to 5, beyond which it pauses by itself, from three complaints on. It goes on when a person says why.", "0.3")),
        new(
            "Care for others",
            new("quiet-hours", "Quiet hours", "Hours of the patient's day in which nothing leaves that can wait.", "21:00-08:00"),
            new("tls-reports", "Tell receiving domains how TLS went", "Once a day, where a domain asks for it and at least 11 of your patients have their mailbox there. No mail and no patient is named.", OnOff: true) { Unset = "on" }),
    ];
}
