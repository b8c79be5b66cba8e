using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Sealpost.Tests.People;

/// <summary>What a provider, or somebody between, does wrong.</summary>
public enum Wrong
{
    Nothing,

    /// <summary>The state is another than was sent. RFC 6749 §10.12.</summary>
    State,

    /// <summary>The token was made for another sign-in. OpenID Connect Core §3.1.3.7, 11.</summary>
    Nonce,

    /// <summary>The token is signed by a key that is not the provider's.</summary>
    Key,

    /// <summary>The token is for another application.</summary>
    Audience,
}

/// <summary>
/// An OpenID Connect provider on this machine, by a name that is another site to browsers than the server's: the code flow with PKCE, one
/// person who is signed in there already for <see cref="SignedInFor"/>, and asks for the password again where it is told to.
/// </summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    public const string ClientId = "sealpost-test";
    public const string ClientSecret = "made up for a test";
    public const string Subject = "subject-1";

    private readonly WebApplication _web;
    private readonly RSA _key = RSA.Create(2048);
    private readonly RSA _foreignKey = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, Given> _codes = new(StringComparer.Ordinal);

    private FakeProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.MapGet("/.well-known/openid-configuration", Describe);
        _web.MapGet("/keys", () => Results.Json(new { keys = new[] { PublicKey() } }));
        _web.MapGet("/authorize", Authorize);
        _web.MapPost("/token", TokenAsync);
        _web.MapGet("/person", (HttpRequest request) => request.Headers.Authorization == "Bearer access"
            ? Results.Json(new { sub = Subject, email = Email, email_verified = IsVerified })
            : Results.Unauthorized());
    }

    public string Url => _web.Urls.First();

    public string Email { get; set; } = "maria@clinic.example";

    public bool IsVerified { get; set; } = true;

    /// <summary>How long ago the person gave the password there. Default: an hour.</summary>
    public TimeSpan SignedInFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether it asks for the password when it is told to. Default: yes.</summary>
    public bool Obeys { get; set; } = true;

    public Wrong Wrong { get; set; }

    /// <summary>Where it would send the browser back to, where it is told to keep that for itself.</summary>
    public string? Kept { get; private set; }

    public bool Keeps { get; set; }

    /// <summary>What the last sign-in asked for.</summary>
    public IReadOnlyDictionary<string, string> Asked { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static async Task<FakeProvider> StartAsync()
    {
        var provider = new FakeProvider();
        await provider._web.StartAsync(TestContext.Current.CancellationToken);
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _key.Dispose();
        _foreignKey.Dispose();
    }

    private IResult Describe() => Results.Json(new
    {
        issuer = Url,
        authorization_endpoint = Url + "/authorize",
        token_endpoint = Url + "/token",
        userinfo_endpoint = Url + "/person",
        jwks_uri = Url + "/keys",
        response_types_supported = new[] { "code" },
        subject_types_supported = new[] { "public" },
        id_token_signing_alg_values_supported = new[] { "RS256" },
    });

    private IResult Authorize(HttpRequest request)
    {
        Asked = request.Query.ToDictionary(one => one.Key, one => one.Value.ToString(), StringComparer.Ordinal);
        if (Asked["client_id"] != ClientId || Asked["response_type"] != "code" || Asked["code_challenge_method"] != "S256")
            return Results.BadRequest();
        if (Asked.GetValueOrDefault("prompt") == "login" && Obeys && !request.Query.ContainsKey("password"))
            return Page($"<h1>Your password</h1><a href=\"{WebUtility.HtmlEncode(request.Path + request.QueryString)}&amp;password=given\">Sign in</a>");
        var code = RandomNumberGenerator.GetHexString(32);
        var since = request.Query.ContainsKey("password") ? TimeSpan.Zero : SignedInFor;
        _codes[code] = new Given(Asked["code_challenge"], Asked["nonce"], TimeProvider.System.GetUtcNow() - since);
        var back = QueryHelpers.AddQueryString(Asked["redirect_uri"], new Dictionary<string, string?>(StringComparer.Ordinal) { ["code"] = code, ["state"] = Asked["state"] + (Wrong == Wrong.State ? "x" : "") });
        if (!Keeps)
            return Results.Redirect(back);
        Kept = back;
        return Page("<h1>Kept</h1>");
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(TestContext.Current.CancellationToken);
        var verifier = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (form["client_secret"] != ClientSecret || !_codes.TryRemove(form["code"].ToString(), out var given) || given.Challenge != verifier)
            return Results.BadRequest(new { error = "invalid_grant" });
        return Results.Json(new { access_token = "access", token_type = "Bearer", expires_in = 300, id_token = Sign(given) });
    }

    private string Sign(Given given)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new
        {
            iss = Url,
            sub = Subject,
            aud = Wrong == Wrong.Audience ? "another" : ClientId,
            iat = now,
            exp = now + 300,
            auth_time = given.At.ToUnixTimeSeconds(),
            nonce = given.Nonce + (Wrong == Wrong.Nonce ? "x" : ""),
        };
        var text = Part(new { alg = "RS256", typ = "JWT", kid = "1" }) + "." + Part(claims);
        var signature = (Wrong == Wrong.Key ? _foreignKey : _key).SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return text + "." + Base64Url.EncodeToString(signature);
    }

    private object PublicKey()
    {
        var key = _key.ExportParameters(includePrivateParameters: false);
        return new { kty = "RSA", use = "sig", alg = "RS256", kid = "1", n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) };
    }

    private static IResult Page(string body) => Results.Text("<!doctype html><title>Provider</title><link rel=\"icon\" href=\"data:,\">" + body, "text/html");

    private static string Part(object value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private sealed record Given(string Challenge, string Nonce, DateTimeOffset At);
}
