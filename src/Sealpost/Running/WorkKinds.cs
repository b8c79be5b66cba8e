using System.Globalization;

namespace Sealpost.Running;

/// <summary>Kinds of long work, each of which runs once at a time on its shelf.</summary>
internal static class WorkKinds
{
    /// <summary>A backup of the server's data.</summary>
    public const string Backup = "backup";

    /// <summary>Replaying the journal after a restore.</summary>
    public const string Replay = "replay";

    /// <summary>Exchanging an organisation's keys.</summary>
    public const string Keys = "keys";

    /// <summary>Loading or removing made-up patients.</summary>
    public const string Demo = "demo";

    /// <summary>Taking an import back.</summary>
    public static string Undo(long import) => string.Create(CultureInfo.InvariantCulture, $"undo/{import}");

    /// <summary>Looking at the mail hosts of a campaign's audience.</summary>
    public static string Look(long campaign) => string.Create(CultureInfo.InvariantCulture, $"look/{campaign}");
}
