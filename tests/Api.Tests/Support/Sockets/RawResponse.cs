using System.Text.Json;

namespace DocService.Api.Tests.Support.Sockets;

/// <summary>An answer as it came over the connection.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Fields">Field lines by name, whatever the case; repeated lines joined by commas.</param>
/// <param name="Body">The body's text, without its transfer coding.</param>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Fields, string Body)
{
    public string? Field(string name) => Fields.GetValueOrDefault(name);

    public JsonElement AssertProblem(int status, string slug)
    {
        Assert.True(Status == status, $"{Status}: {Body}");
        Assert.Equal("application/problem+json", Field("Content-Type"));
        JsonElement problem = JsonDocument.Parse(Body).RootElement;
        Requests.AssertProblem(problem, status, slug);
        return problem;
    }
}
