using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using QRCoder;
using Sealpost.People;

namespace Sealpost.App.Pages.SignIn;

/// <summary>The picture from which an authenticator app takes its key, and the key itself as a form carries it between two steps.</summary>
internal sealed class AppCode(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("sealpost.authenticator-key");

    /// <summary>A new key, sealed for a hidden field.</summary>
    public string New() => _protector.Protect(TimeCode.NewKey());

    /// <summary>The key of a hidden field; null where it is not ours.</summary>
    public string? Open(string? sealedKey)
    {
        try
        {
            return string.IsNullOrEmpty(sealedKey) ? null : _protector.Unprotect(sealedKey);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The picture, as an address that an image shows.</summary>
    public static string Picture(string key, string email)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(TimeCode.Address(key, email), QRCodeGenerator.ECCLevel.M);
        using var png = new PngByteQRCode(data);
        return "data:image/png;base64," + Convert.ToBase64String(png.GetGraphic(6));
    }
}
