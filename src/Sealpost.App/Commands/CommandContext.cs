using System.Text.Json;
using System.Text.Json.Serialization;
using Sealpost.App.Hosting;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Commands;

/// <summary>Where a command runs: its streams, its folder, its actor. The same whether it came from this process or over the socket.</summary>
internal sealed class CommandContext
{
    private const int LongestLineBytes = 4_096;

    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>For progress, messages and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard input of the person who typed the command.</summary>
    public required Stream In { get; init; }

    /// <summary>The typist's current folder, against which relative paths are read.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>Token of SEALPOST_TOKEN, or null for the folder's owner.</summary>
    public required string? Token { get; init; }

    /// <summary>Error is a terminal: progress may be drawn.</summary>
    public required bool Interactive { get; init; }

    /// <summary>Opens (or hands out) the installation that owns the data folder.</summary>
    public required Func<CancellationToken, Task<Installation>> OpenInstallation { get; init; }

    /// <summary>Set by <c>--json</c>.</summary>
    public bool Json { get; set; }

    /// <summary>Set by <c>--org</c>.</summary>
    public string? OrganisationName { get; set; }

    /// <summary>The organisation meant, and who acts in it.</summary>
    public async Task<(OpenOrganisation Organisation, Actor Actor)> OpenAsync(CancellationToken cancellationToken)
    {
        var installation = await OpenInstallation(cancellationToken).ConfigureAwait(false);
        var organisation = await installation.OpenOrganisationAsync(OrganisationName, cancellationToken).ConfigureAwait(false);
        if (Token is null)
            return (organisation, Actor.LocalOwner);
        var actor = await organisation.Tokens.AuthenticateAsync(Token, cancellationToken).ConfigureAwait(false)
            ?? throw new RefusedException("SEALPOST_TOKEN is unknown, expired or revoked. Ask an administrator for a new one (`sealpost token create`), or unset it to act as the folder's owner.");
        return (organisation, actor);
    }

    /// <summary>The patient an argument means; <c>-</c> reads the id from the first line of standard input, and leaves the rest to be read.</summary>
    /// <exception cref="RefusedException">Nobody, or several patients, are known by it. The message does not repeat the id.</exception>
    public async Task<PatientNumber> PatientAsync(OpenOrganisation organisation, string idOrDash, CancellationToken cancellationToken)
    {
        var id = idOrDash == "-" ? await ReadLineAsync(cancellationToken).ConfigureAwait(false) : idOrDash;
        return await organisation.FindPatientAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A path as the typist meant it.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, WorkingFolder);

    /// <summary>Reads a file named on the command line, or standard input for <c>-</c>.</summary>
    /// <exception cref="RefusedException">The file cannot be read.</exception>
    public async Task<string> ReadTextAsync(string pathOrDash, CancellationToken cancellationToken)
    {
        if (pathOrDash == "-")
        {
            using var reader = new StreamReader(In, leaveOpen: true);
            return await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await File.ReadAllTextAsync(PathOf(pathOrDash), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"'{pathOrDash}' cannot be read ({exception.GetType().Name}). Check the path and its permissions.", exception);
        }
    }

    /// <summary>Reads the bytes of a file named on the command line, or of standard input for <c>-</c>, up to a number of them.</summary>
    /// <exception cref="RefusedException">The file cannot be read.</exception>
    public async Task<byte[]> ReadBytesAsync(string pathOrDash, int most, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = pathOrDash == "-" ? null : File.OpenRead(PathOf(pathOrDash));
            var bytes = new byte[most];
            var read = await ((Stream?)file ?? In).ReadAtLeastAsync(bytes, most, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return bytes[..read];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"'{pathOrDash}' cannot be read ({exception.GetType().Name}). Check the path and its permissions.", exception);
        }
    }

    /// <summary>Opens a file named on the command line, or standard input for <c>-</c>, to be read as it comes.</summary>
    /// <exception cref="RefusedException">The file cannot be read.</exception>
    public StreamReader OpenText(string pathOrDash)
    {
        try
        {
            return pathOrDash == "-" ? new StreamReader(In, leaveOpen: true) : new StreamReader(PathOf(pathOrDash));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException($"'{pathOrDash}' cannot be read ({exception.GetType().Name}). Check the path and its permissions.", exception);
        }
    }

    /// <summary>Writes a file that only the folder's owner may read.</summary>
    /// <exception cref="RefusedException">The file cannot be written.</exception>
    public Task WriteFileAsync(string path, string text, CancellationToken cancellationToken) =>
        WriteFileAsync(path, (stream, token) => stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), token).AsTask(), cancellationToken);

    /// <summary>Writes a file that only the folder's owner may read, piece by piece. Where it is cut short, nothing is left behind.</summary>
    /// <exception cref="RefusedException">The file cannot be written.</exception>
    public async Task WriteFileAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var (target, part) = (PathOf(path), PathOf(path) + ".part");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var file = new FileStream(part, options))
                await write(file, cancellationToken).ConfigureAwait(false);
            File.Move(part, target, overwrite: true);
        }
        catch (Exception exception)
        {
            Remove(part);
            if (exception is IOException or UnauthorizedAccessException)
                throw new RefusedException($"'{path}' cannot be written ({exception.GetType().Name}). Check the path and its permissions.", exception);
            throw;
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It could not be made in the first place.
        }
    }

    /// <summary>The first line of standard input; empty where there is none.</summary>
    /// <remarks>Byte by byte: what follows the line is another reader's.</remarks>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < LongestLineBytes && await In.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 1 && one[0] != '\n')
            line.Add(one[0]);
        return System.Text.Encoding.UTF8.GetString([.. line]).Trim();
    }

    /// <summary>Writes the one JSON document of <c>--json</c>.</summary>
    public Task WriteJsonAsync(object document) => Out.WriteLineAsync(JsonSerializer.Serialize(document, JsonOptions));

    /// <summary>A message for people: to stdout, or to stderr where stdout carries JSON.</summary>
    public Task SayAsync(string line) => (Json ? Error : Out).WriteLineAsync(line);
}
