using Sealpost.Delivery;
using Sealpost.Organisations;

namespace Sealpost.Campaigns;

/// <summary>The return paths of an organisation.</summary>
internal static class ReturnPaths
{
    /// <summary>Makes and reads them.</summary>
    public static ReturnPath Of(OrganisationContext context) =>
        new(context.Keys.BlindIndex("return-path", "v1"), context.Organisation.Domain.ToLowerInvariant());
}
