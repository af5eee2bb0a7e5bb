using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Batches;

/// <summary>Short ways to send batches.</summary>
internal static class Batch
{
    public static Task<HttpResponseMessage> BatchAsync(this IServed application, string json, params (string Name, string Value)[] fields) =>
        application.SendAsync("POST", "/batch", json, fields);

    /// <summary>A batch of these operations, each a JSON object.</summary>
    public static string Of(params IEnumerable<string> operations) => $$"""{"operations":[{{string.Join(',', operations)}}]}""";

    public static string Put(string id, string body) => $$"""{"op":"put","id":"{{id}}","body":{{body}}}""";

    public static string Delete(string id) => $$"""{"op":"delete","id":"{{id}}"}""";

    /// <summary>An operation with a condition; the tag is one in its own quotes, or <c>*</c>.</summary>
    public static string With(this string operation, string condition, string tag) =>
        $$"""{{operation[..^1]}},"{{condition}}":{{JsonSerializer.Serialize(tag)}}}""";

    public static string Check(string id, string condition, string tag) => $$"""{"op":"check","id":"{{id}}"}""".With(condition, tag);

    /// <summary>Asserts that the batch is committed and returns the answer's body.</summary>
    public static async Task<JsonElement> AssertCommittedAsync(this HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Field("Content-Type"));
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Asserts that there is no such document.</summary>
    public static async Task AssertAbsentAsync(this IServed application, string id)
    {
        using HttpResponseMessage response = await application.SendAsync("GET", "/docs/" + id);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
