using Sealpost.Trust.Keys;

namespace Sealpost.People;

/// <summary>A person's place in one organisation.</summary>
/// <param name="Organisation">Number.</param>
/// <param name="OrganisationName">Name.</param>
/// <param name="Actor">The person as the operations and the ledger know them there.</param>
internal sealed record Membership(OrganisationId Organisation, string OrganisationName, Actor Actor);
