namespace Sealpost.Organisations;

/// <summary>Passwords that stand in a file of the server, or in an environment variable: never among the settings, which are shown and backed up.</summary>
internal static class PasswordFile
{
    /// <summary>Reads it anew.</summary>
    /// <param name="setting">Setting that names the file.</param>
    /// <param name="settings">The organisation's settings.</param>
    /// <param name="variable">Environment variable that may hold it instead; null: none, since a variable is every organisation's.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="RefusedException">There is none; says how to give it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<string> ReadAsync(string setting, IReadOnlyDictionary<string, string> settings, string? variable, CancellationToken cancellationToken) =>
        settings.TryGetValue(setting, out var file) ? (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n')
        : variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } password ? password
        : throw new RefusedException($"The password is missing. Name its file with `sealpost org set {setting} PATH`{(variable is null ? "" : $", or set {variable}")}.");
}
