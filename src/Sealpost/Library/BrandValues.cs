using System.Globalization;
using System.Net;
using Sealpost.Content;
using Sealpost.Organisations;

namespace Sealpost.Library;

/// <summary>What <c>{% brand NAME %}</c> stands for, in each format.</summary>
internal static class BrandValues
{
    /// <summary>Values by name.</summary>
    public static IReadOnlyDictionary<string, string> Of(BrandKit kit, Organisation organisation, BodyFormat format)
    {
        var values = kit.Colours().Where(colour => !colour.Name.StartsWith("dark-", StringComparison.Ordinal)).ToDictionary(colour => colour.Name, colour => colour.Value, StringComparer.Ordinal);
        values["font"] = BrandKit.Fonts[kit.Font];
        values["heading-font"] = BrandKit.Fonts[kit.HeadingFont];
        values["radius"] = Text($"{kit.Radius}px");
        values["header"] = Header(kit, organisation, format);
        if (format == BodyFormat.Mjml)
            values["head"] = Head(kit);
        else if (format == BodyFormat.Html)
            values["head"] = $"<meta name=\"color-scheme\" content=\"light dark\">{Style(kit, "style")}";
        if (kit.Logo is { } logo)
            values["logo"] = ImageLibrary.UrlOf(organisation, logo);
        return values;
    }

    private static string Header(BrandKit kit, Organisation organisation, BodyFormat format)
    {
        var name = WebUtility.HtmlEncode(organisation.Name);
        var url = kit.Logo is { } logo ? ImageLibrary.UrlOf(organisation, logo) : null;
        var font = BrandKit.Fonts[kit.HeadingFont];
        return format switch
        {
            BodyFormat.Mjml => $"<mj-section background-color=\"{kit.Surface}\" padding=\"24px 0 8px 0\" css-class=\"brand-surface\"><mj-column>" + (url is null
                ? $"<mj-text font-family=\"{font}\" font-size=\"20px\" line-height=\"28px\" color=\"{kit.Primary}\" css-class=\"brand-text\"><strong>{name}</strong></mj-text>"
                : Text($"<mj-image src=\"{url}\" alt=\"{name}\" width=\"{kit.LogoWidth}px\" align=\"left\" />")) + "</mj-column></mj-section>",
            BodyFormat.Html => url is null
                ? $"<p class=\"brand-text\" style=\"margin:0 0 16px 0;font-family:{font};font-size:20px;line-height:28px;color:{kit.Primary}\"><strong>{name}</strong></p>"
                : Text($"<p style=\"margin:0 0 16px 0\"><img src=\"{url}\" alt=\"{name}\" width=\"{kit.LogoWidth}\" style=\"display:block;border:0\"></p>"),
            _ => url is null ? $"**{name}**" : $"![{name}]({url})",
        };
    }

    private static string Head(BrandKit kit) =>
        $"<mj-attributes><mj-all font-family=\"{BrandKit.Fonts[kit.Font]}\" /><mj-text color=\"{kit.Text}\" font-size=\"16px\" line-height=\"24px\" />"
        + Text($"<mj-button background-color=\"{kit.Primary}\" color=\"{kit.OnPrimary}\" border-radius=\"{kit.Radius}px\" font-size=\"16px\" inner-padding=\"14px 24px\" />")
        + $"</mj-attributes><mj-raw><meta name=\"color-scheme\" content=\"light dark\" /></mj-raw>{Style(kit, "mj-style")}";

    private static string Style(BrandKit kit, string element) =>
        $"<{element}>.brand-text a{{color:{kit.Link}}} @media (prefers-color-scheme:dark){{body,.brand-background{{background-color:{kit.DarkBackground} !important}} "
        + $".brand-surface,.brand-surface table,.brand-surface td{{background-color:{kit.DarkSurface} !important}} .brand-text,.brand-text div,.brand-text p{{color:{kit.DarkText} !important}} .brand-text a{{color:{kit.DarkLink} !important}}}}</{element}>";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
