using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace DocService.Api.Tests.Support;

/// <summary>Short ways to send requests and to read answers.</summary>
internal static class Requests
{
    private static int _ids;

    /// <summary>An id that no other test uses.</summary>
    public static string NewId() => $"doc-{Interlocked.Increment(ref _ids)}";

    public static ByteArrayContent Json(string json) => Json(Encoding.UTF8.GetBytes(json));

    public static ByteArrayContent Json(byte[] body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        Assert.True(content.Headers.TryAddWithoutValidation("Content-Type", contentType));
        return content;
    }

    public static HttpRequestMessage Request(string method, string path, params (string Name, string Value)[] fields) =>
        Request(method, path, null, fields);

    public static HttpRequestMessage Request(string method, string path, string? json, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
        {
            request.Content = Json(json);
        }

        foreach ((string name, string value) in fields)
        {
            HttpHeaders headers = name.StartsWith("Content-", StringComparison.Ordinal) && request.Content is { } content && name != "Content-Digest"
                ? content.Headers
                : request.Headers;
            headers.Remove(name);
            Assert.True(headers.TryAddWithoutValidation(name, value), name);
        }

        return request;
    }

    public static async Task<HttpResponseMessage> SendAsync(
        this IServed application, string method, string path, string? json = null, params (string Name, string Value)[] fields)
    {
        using HttpRequestMessage request = Request(method, path, json, fields);
        return await application.Client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PutAsync(this IServed application, string id, string json, params (string Name, string Value)[] fields) =>
        application.SendAsync("PUT", "/docs/" + id, json, fields);

    /// <summary>Puts a document and returns its entity tag.</summary>
    public static async Task<string> StoreAsync(this IServed application, string id, string json)
    {
        using HttpResponseMessage response = await application.PutAsync(id, json);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return response.Headers.ETag!.ToString();
    }

    /// <summary>The JSON of a resource that is there.</summary>
    public static async Task<JsonElement> ReadJsonAsync(this IServed application, string path) =>
        JsonDocument.Parse(await application.Client.GetStringAsync(path)).RootElement;

    /// <summary>A field's only line, in the header or beside the content; null when absent.</summary>
    public static string? Field(this HttpResponseMessage response, string name)
    {
        if (response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values)
            || response.Content.Headers.NonValidated.TryGetValues(name, out values))
        {
            return Assert.Single(values);
        }

        return null;
    }

    /// <summary>Asserts that the answer is this problem, complete, and returns its members.</summary>
    public static async Task<JsonElement> AssertProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string slug)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text[..Math.Min(500, text.Length)]}");
        Assert.Equal("application/problem+json", response.Field("Content-Type"));
        JsonElement problem = JsonDocument.Parse(text).RootElement;
        AssertProblem(problem, (int)status, slug);
        return problem;
    }

    public static void AssertProblem(JsonElement problem, int status, string slug)
    {
        Assert.Equal("/problems/" + slug, problem.GetProperty("type").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }
}
