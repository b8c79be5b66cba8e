using Sealpost.Consent;
using Sealpost.ForPatients;
using Sealpost.Organisations;
using Sealpost.People;

namespace Sealpost.Compliance;

/// <summary>What a patient asked, with who it is.</summary>
/// <param name="Patient">Id under which people know the patient.</param>
/// <param name="Request">What was asked.</param>
internal sealed record RequestLine(string Patient, PatientRequest Request)
{
    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";
}

/// <summary>Lists what patients ask, with who they are. An audited read of each.</summary>
/// <param name="context">The organisation.</param>
internal sealed class RequestDesk(OrganisationContext context)
{
    /// <summary>Most in one page.</summary>
    public const int PageSize = 200;

    /// <summary>The group that a name means, in any case; null means all.</summary>
    /// <exception cref="RefusedException">There is none of this name; the known ones are named.</exception>
    public static RequestGroup GroupOf(string? name) =>
        string.IsNullOrEmpty(name) ? RequestGroup.All
        : Enum.TryParse<RequestGroup>(name, ignoreCase: true, out var group) && name.All(char.IsAsciiLetter) ? group
        : throw new RefusedException("There is no such kind of requests. Kinds are all, patients, addresses, complaints.");

    /// <summary>A page in order of number.</summary>
    /// <param name="openOnly">Only what is not settled.</param>
    /// <param name="group">Which.</param>
    /// <param name="after">Number after which to begin; 0 for the first.</param>
    /// <param name="limit">1 to <see cref="PageSize"/>.</param>
    /// <param name="actor">Who reads.</param>
    /// <param name="cancellationToken">Stops the operation.</param>
    public async Task<IReadOnlyList<RequestLine>> ListAsync(bool openOnly, RequestGroup group, long after, int limit, Actor actor, CancellationToken cancellationToken)
    {
        var requests = await new PatientDesk(context).RequestsAsync(openOnly, group, after, limit, actor, cancellationToken).ConfigureAwait(false);
        var charts = (await context.Patients.OpenManyAsync([.. requests.Select(request => request.Patient).Distinct()], cancellationToken).ConfigureAwait(false))
            .ToDictionary(chart => chart.Number, chart => chart.Head.DisplayId);
        return [.. requests.Select(request => new RequestLine(charts.GetValueOrDefault(request.Patient, "(erased)"), request))];
    }
}
