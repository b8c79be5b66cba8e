using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sealpost.App.Hosting;

namespace Sealpost.App.Api;

/// <summary>What the OpenAPI document says beside paths and bodies: the token that every operation asks for, the problems it can answer with, the key that makes a write happen once.</summary>
internal static class ApiDocument
{
    private const string ProblemSchema = "Problem";
    private const string KeyParameter = "IdempotencyKey";
    private const string InOrganisation = "/organisations/{org}";

    private static readonly Problem NotUnderstood = new(StatusCodes.Status400BadRequest, "NotUnderstood", "The address, the body or a header is not as described; nothing was done.");
    private static readonly Problem NotSignedIn = new(StatusCodes.Status401Unauthorized, "NotSignedIn", "The token is missing, unknown, expired or revoked.");
    private static readonly Problem NotPermitted = new(StatusCodes.Status403Forbidden, "NotPermitted", "The token's roles do not allow this.");
    private static readonly Problem NotFound = new(StatusCodes.Status404NotFound, "NotFound", "There is no such thing, or no such organisation for this token.");
    private static readonly Problem Changed = new(StatusCodes.Status409Conflict, "Changed", $"Changed meanwhile, or the first request with this {IdempotentWrites.Header} has not ended. Read the state again; nothing was done.");
    private static readonly Problem Refused = new(StatusCodes.Status422UnprocessableEntity, "Refused", "Understood and refused; detail says why and what to do.");

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(DescribeAsync);
    }

    private static async Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Sealpost API";
        document.Info.Description = "Send `Authorization: Bearer TOKEN`; a token belongs to one person in one organisation, and may do what that person may. Errors are problem details (RFC 9457).";
        document.AddComponent<IOpenApiSecurityScheme>(TokenAuthentication.SchemeName, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer", // RFC 6750 §2.1
            Description = "A token from `sealpost token create`, the page People, or `POST …/tokens`.",
        });
        document.AddComponent<IOpenApiParameter>(KeyParameter, new OpenApiParameter
        {
            Name = IdempotentWrites.Header,
            In = ParameterLocation.Header,
            Description = $"Of your choice, such as a random UUID; 1 to {IdempotentWrites.LongestKey} visible ASCII characters. Repeating the same request with it within {Organisations.RepeatedRequests.Kept.TotalHours.ToString("0", CultureInfo.InvariantCulture)} hours does nothing again "
                + $"and gets the first answer, marked {IdempotentWrites.ReplayedHeader}: `{IdempotentWrites.Whole}`, or `{IdempotentWrites.BodyLeftOut}` where that was larger than 1 MiB. Answers with 409 or 5xx are not kept: repeat them.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotentWrites.LongestKey },
        });
        document.AddComponent<IOpenApiSchema>(ProblemSchema, await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellationToken).ConfigureAwait(false));
        foreach (var problem in (Problem[])[NotUnderstood, NotSignedIn, NotPermitted, NotFound, Changed, Refused])
            document.AddComponent<IOpenApiResponse>(problem.Name, problem.ToResponse(document));
    }

    private static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var document = context.Document!;
        var isWrite = IdempotentWrites.IsWrite(context.Description.HttpMethod ?? HttpMethods.Get);
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenAuthentication.SchemeName, document)] = [] }];
        operation.Responses ??= [];
        foreach (var problem in ProblemsOf(operation, $"/{context.Description.RelativePath}".Contains(InOrganisation, StringComparison.Ordinal), isWrite))
            operation.Responses[problem.Status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponseReference(problem.Name, document);
        if (isWrite && !context.Description.ActionDescriptor.EndpointMetadata.OfType<TakesNoKey>().Any())
            (operation.Parameters ??= []).Add(new OpenApiParameterReference(KeyParameter, document));
        return Task.CompletedTask;
    }

    private static IEnumerable<Problem> ProblemsOf(OpenApiOperation operation, bool inOrganisation, bool isWrite)
    {
        yield return NotSignedIn;
        if (isWrite || operation.RequestBody is not null || operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Query) == true)
            yield return NotUnderstood;
        if (isWrite)
            yield return Changed;
        if (!inOrganisation)
            yield break;
        yield return NotPermitted;
        yield return NotFound;
        yield return Refused;
    }

    private sealed record Problem(int Status, string Name, string Description)
    {
        public OpenApiResponse ToResponse(OpenApiDocument document) => new()
        {
            Description = Description,
            Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, document) } },
        };
    }
}
