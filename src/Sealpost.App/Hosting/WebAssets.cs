using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Sealpost.App.Hosting;

/// <summary>Styles, scripts and fonts inside the executable, under addresses that change with their content, so that browsers may keep them for ever.</summary>
internal static class WebAssets
{
    private const string Prefix = "Sealpost.App.Assets/";

    private static readonly FrozenDictionary<string, Asset> Assets = typeof(WebAssets).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => Asset.Read(name[Prefix.Length..], typeof(WebAssets).Assembly.GetManifestResourceStream(name)!))
        .ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>What each page asks for.</summary>
    public static IReadOnlyList<string> OfEveryPage { get; } = ["app.css", "app.js", "people.js", "imports.js", "blazor.web.js", "mark.svg"];

    /// <summary>Address of an asset.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name: a slip in a page.</exception>
    public static string Url(string name) => $"/assets/{Assets[name].Hash}/{name}";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/assets/{hash}/{name}", (string hash, string name, HttpContext http) =>
    {
        if (!Assets.TryGetValue(name, out var asset))
            return Results.NotFound();

        // Style sheets name their fonts without the hash; those are asked for again now and then.
        http.Response.Headers.CacheControl = hash == asset.Hash ? "public, max-age=31536000, immutable" : "public, max-age=3600";
        http.Response.Headers.Vary = "Accept-Encoding";
        if (asset.Packed is null || !http.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.OrdinalIgnoreCase))
            return Results.Bytes(asset.Content, asset.Type);
        http.Response.Headers.ContentEncoding = "br";
        return Results.Bytes(asset.Packed, asset.Type);
    }).AllowAnonymous().ExcludeFromDescription();

    private sealed class Asset
    {
        private readonly Lazy<byte[]>? _packed;

        private Asset(string name, byte[] content, string type)
        {
            (Name, Content, Type) = (name, content, type);
            Hash = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
            if (type != "font/woff2")
                _packed = new Lazy<byte[]>(() => Pack(content));
        }

        public string Name { get; }

        public byte[] Content { get; }

        public string Type { get; }

        public string Hash { get; }

        public byte[]? Packed => _packed?.Value;

        public static Asset Read(string name, Stream stream)
        {
            using (stream)
            {
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return new Asset(name, content, TypeOf(name));
            }
        }

        private static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            ".woff2" => "font/woff2",
            _ => "application/octet-stream",
        };

        private static byte[] Pack(byte[] content)
        {
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
                brotli.Write(content);
            return packed.ToArray();
        }
    }
}
