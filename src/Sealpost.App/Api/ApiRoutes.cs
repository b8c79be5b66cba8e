using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;
using Scalar.AspNetCore;
using Sealpost.App.Hosting;

namespace Sealpost.App.Api;

/// <summary>The API at <c>/api/v1</c>: the same operations as the command line and the pages, as the person whose token is sent.</summary>
internal static class ApiRoutes
{
    public const string Root = "/api/v1";

    public static void AddServices(IServiceCollection services)
    {
        services.AddProblemDetails();
        services.AddOpenApi("v1", ApiDocument.Configure);
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireWhatIsNeverNull } };
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            options.SerializerOptions.Converters.Add(new PatientNumberJson());
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
    }

    public static void Map(WebApplication web)
    {
        var api = web.MapGroup(Root)
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(TokenAuthentication.SchemeName).RequireAuthenticatedUser())
            .AddEndpointFilter(RefusalsAsProblemsAsync)
            .DisableAntiforgery();
        OrganisationApi.Map(api);
        ContentApi.Map(api);
        LibraryApi.Map(api);
        CampaignApi.Map(api);
        AgreementApi.Map(api);
        AuthorizationApi.Map(api);
        LedgerApi.Map(api);
        ReceiptApi.Map(api);
        DisclosureApi.Map(api);
        PeopleApi.Map(api);
        AudienceApi.Map(api);
        PatientApi.Map(api);
        SetUpApi.Map(api);
        ImportApi.Map(api);
        SettingsApi.Map(api);
        DomainApi.Map(api);
        ReturnedApi.Map(api);
        UnencryptedApi.Map(api);
        PickupApi.Map(api);
        CertificateApi.Map(api);
        web.MapOpenApi(ApiReference.Description).AllowAnonymous();
        web.MapScalarApiReference(ApiReference.Path, ApiReference.Configure).AllowAnonymous();
    }

    /// <summary>A body that leaves out what an operation cannot do without is answered with 400, before anything is done.</summary>
    private static void RequireWhatIsNeverNull(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property is { PropertyType.IsValueType: false, AssociatedParameter: { IsNullable: false, HasDefaultValue: false } })
                property.IsRequired = true;
        }
    }

    /// <summary>A refused operation as problem details. RFC 9457.</summary>
    private static async ValueTask<object?> RefusalsAsProblemsAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        try
        {
            return await next(call).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return ProblemOf(refused);
        }
    }

    private static ProblemHttpResult ProblemOf(RefusedException refused)
    {
        var (status, title) = refused.Kind switch
        {
            RefusalKind.NotPermitted => (StatusCodes.Status403Forbidden, "Not permitted"),
            RefusalKind.NotFound => (StatusCodes.Status404NotFound, "Not found"),
            RefusalKind.Changed => (StatusCodes.Status409Conflict, "Changed meanwhile"),
            _ => (StatusCodes.Status422UnprocessableEntity, "Refused"),
        };
        return TypedResults.Problem(refused.Message, statusCode: status, title: title);
    }
}
