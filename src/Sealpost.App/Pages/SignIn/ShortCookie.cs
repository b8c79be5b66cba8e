using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Sealpost.App.Pages.SignIn;

/// <summary>Something the browser carries for us between two steps, for five minutes, sealed.</summary>
internal sealed class ShortCookie(IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    public void Put<T>(HttpContext http, string name, T value)
    {
        var text = JsonSerializer.Serialize(new Kept<T>(time.GetUtcNow() + Life, value));
        http.Response.Cookies.Append(NameOf(name), For(name).Protect(text), Options(Life));
    }

    /// <summary>What was put; null where there is nothing, or it is too old or not ours. It is taken away.</summary>
    public T? Take<T>(HttpContext http, string name)
        where T : class
    {
        var kept = Peek<T>(http, name);
        http.Response.Cookies.Delete(NameOf(name), Options(null));
        return kept;
    }

    /// <summary>As <see cref="Take"/>, and it stays.</summary>
    public T? Peek<T>(HttpContext http, string name)
        where T : class
    {
        if (http.Request.Cookies[NameOf(name)] is not { Length: > 0 } cookie)
            return null;
        try
        {
            return JsonSerializer.Deserialize<Kept<T>>(For(name).Unprotect(cookie)) is { } kept && kept.Until > time.GetUtcNow() ? kept.Value : null;
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            return null;
        }
    }

    private IDataProtector For(string name) => protection.CreateProtector("sealpost.short", name);

    private static string NameOf(string name) => "__Host-sealpost-" + name;

    private static CookieOptions Options(TimeSpan? life) => new() { HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = life, IsEssential = true };

    private sealed record Kept<T>(DateTimeOffset Until, T Value);
}
