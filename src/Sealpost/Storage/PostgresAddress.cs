using System.Globalization;
using System.Net;
using Npgsql;

namespace Sealpost.Storage;

/// <summary>Reads <c>postgres://user:password@host:port/database</c>. TLS with a verified certificate is required unless the server is on this machine. 45 CFR 164.312(e)(1).</summary>
internal static class PostgresAddress
{
    /// <summary>Whether a setting names a PostgreSQL server rather than a folder.</summary>
    public static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Npgsql's form of a URL. Parameters after <c>?</c>: <c>host</c> (a socket folder), <c>sslmode</c>, <c>sslrootcert</c>, <c>sslcert</c>, <c>sslkey</c>.</summary>
    /// <exception cref="FormatException">The URL can't be read or asks for clear text to another machine; the message never holds the password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
            throw new FormatException("The database URL can't be read. It looks like postgres://user:password@host:5432/database; percent-encode special characters in the password.");
        var user = uri.UserInfo.Split(':', 2);
        var result = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host.Length == 0 ? "localhost" : Uri.UnescapeDataString(uri.Host),
            Port = uri.Port > 0 ? uri.Port : 5432,
            Username = Uri.UnescapeDataString(user[0]),
            Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
            ApplicationName = "sealpost",
            // Error details quote rows.
            IncludeErrorDetail = false,
            MaxPoolSize = 40,
            MaxAutoPrepare = 50,
        };
        if (user.Length == 2)
            result.Password = Uri.UnescapeDataString(user[1]);
        if (result.Database.Length == 0)
            throw new FormatException("The database URL names no database: put it after the host, as in postgres://user@host/sealpost.");
        string? mode = null;
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            Apply(result, parameter.Split('=', 2), ref mode);
        result.SslMode = ModeOf(mode, IsLocal(result.Host!));
        return result;
    }

    private static void Apply(NpgsqlConnectionStringBuilder result, string[] parameter, ref string? mode)
    {
        var value = parameter.Length == 2 ? Uri.UnescapeDataString(parameter[1]) : "";
        switch (parameter[0])
        {
            case "host": result.Host = value; break;
            case "sslmode": mode = value; break;
            case "sslrootcert": result.RootCertificate = value; break;
            case "sslcert": result.SslCertificate = value; break;
            case "sslkey": result.SslKey = value; break;
            default: throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"The database URL's parameter \"{parameter[0]}\" is not known: host, sslmode, sslrootcert, sslcert and sslkey are."));
        }
    }

    private static SslMode ModeOf(string? mode, bool local) => mode switch
    {
        null => local ? SslMode.Prefer : SslMode.VerifyFull,
        "verify-full" => SslMode.VerifyFull,
        "verify-ca" => SslMode.VerifyCA,
        "require" when local => SslMode.Require,
        "prefer" when local => SslMode.Prefer,
        "disable" when local => SslMode.Disable,
        "require" or "prefer" or "disable" or "allow" => throw new FormatException($"sslmode={mode} does not prove who the database server is, so charts must not go there. Use sslmode=verify-full with sslrootcert=FILE."),
        _ => throw new FormatException($"sslmode={mode} is not known: use verify-full or verify-ca."),
    };

    /// <summary>A socket folder, <c>localhost</c> or a loopback address.</summary>
    private static bool IsLocal(string host) =>
        host.StartsWith('/') || host.StartsWith('@') || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
