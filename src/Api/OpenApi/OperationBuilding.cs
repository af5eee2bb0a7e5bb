using System.Globalization;
using DocService.Api.Problems;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The four sentences that a description is made of: what it is, what it takes, what it answers, what it refuses.</summary>
internal static class OperationBuilding
{
    public static OpenApiOperation Says(this OpenApiOperation operation, string summary, string description)
    {
        operation.Summary = summary;
        operation.Description = description;
        return operation;
    }

    public static OpenApiOperation Takes(this OpenApiOperation operation, params IOpenApiParameter[] parameters)
    {
        operation.Parameters = [.. parameters];
        return operation;
    }

    public static OpenApiOperation Answers(
        this OpenApiOperation operation, int status, string description, params IEnumerable<ResponseField> fields)
    {
        operation.Respond(status, new OpenApiResponse { Description = description, Headers = ResponseField.ToHeaders(fields) });
        return operation;
    }

    /// <summary>Gives the answer declared last, or any other one declared before, a body.</summary>
    public static OpenApiOperation WithBody(this OpenApiOperation operation, int status, string mediaType, OpenApiMediaType body)
    {
        var response = (OpenApiResponse)operation.Responses![Key(status)];
        response.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal);
        response.Content[mediaType] = body;
        return operation;
    }

    /// <summary>Declares problems: one answer for each status, one example for each type.</summary>
    public static OpenApiOperation Refuses(this OpenApiOperation operation, params ProblemType[] types)
    {
        foreach (IGrouping<int, ProblemType> sameStatus in types.GroupBy(type => type.Status).OrderBy(group => group.Key))
        {
            operation.Respond(sameStatus.Key, ProblemResponses.Of([.. sameStatus]));
        }

        return operation;
    }

    private static void Respond(this OpenApiOperation operation, int status, OpenApiResponse response)
    {
        operation.Responses ??= [];
        operation.Responses.Add(Key(status), response);
    }

    private static string Key(int status) => status.ToString(CultureInfo.InvariantCulture);
}
