using Sealpost.Compliance;
using Sealpost.Consent;
using Sealpost.Consent.Forms;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Sealpost.App.Commands;

/// <summary>The YAML files of the compliance commands. Here only the YAML is read; what it must hold is the slices' to say.</summary>
internal static class AuthorizationFile
{
    /// <summary>The elements of a signed form.</summary>
    /// <exception cref="RefusedException">The YAML or a value in it cannot be read; says the line.</exception>
    public static MarketingAuthorization Read(string yaml) => Read<SignedForm>(yaml, "authorization file").ToAuthorization();

    /// <summary>A form for patients to sign.</summary>
    /// <exception cref="RefusedException">As for <see cref="Read(string)"/>.</exception>
    public static AuthorizationForm ReadForm(string yaml) => Read<OfferedForm>(yaml, "form file").ToForm();

    /// <summary>A disclosure.</summary>
    /// <exception cref="RefusedException">As for <see cref="Read(string)"/>.</exception>
    public static DisclosureDraft ReadDisclosure(string yaml) => Read<DisclosureDraft>(yaml, "disclosure file");

    private static T Read<T>(string yaml, string what)
        where T : class
    {
        try
        {
            return new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<T>(yaml)
                ?? throw new RefusedException($"The {what} is empty.");
        }
        catch (YamlException exception)
        {
            throw new RefusedException($"Line {exception.Start.Line} of the {what}: not understood. Keys and values are described in docs/{(typeof(T) == typeof(DisclosureDraft) ? "compliance" : "authorization")}.md.", exception);
        }
    }
}
