using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Queries;

/// <summary>Short ways to store documents together, to ask for them, and to read the answers.</summary>
internal sealed class QueryClient(IServed application)
{
    private static int _prefixes;

    public IServed Application { get; } = application;

    /// <summary>A folder that no other test uses.</summary>
    public static string NewPrefix() => $"q{Interlocked.Increment(ref _prefixes)}/";

    /// <summary>Stores documents in one commit: the id behind the prefix, and the body.</summary>
    public async Task StoreAsync(string prefix, params (string Id, string Json)[] documents)
    {
        var body = new StringBuilder("{\"operations\":[");
        body.AppendJoin(',', documents.Select(document => $"{{\"op\":\"put\",\"id\":{JsonSerializer.Serialize(prefix + document.Id)},\"body\":{document.Json}}}"));
        using HttpResponseMessage response = await Application.SendAsync("POST", "/batch", body.Append("]}").ToString());
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public static string Target(params (string Name, string Value)[] parameters) =>
        "/docs?" + string.Join('&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));

    public async Task<JsonElement> AskAsync(string target)
    {
        using HttpResponseMessage response = await Application.SendAsync("GET", target);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A query in a body, by the method QUERY.</summary>
    public async Task<JsonElement> QueryAsync(string json)
    {
        using HttpResponseMessage response = await Application.SendAsync("QUERY", "/docs", json);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>What is behind the prefix of the ids, with spaces between.</summary>
    public static string Ids(JsonElement page, string prefix) =>
        string.Join(' ', page.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("id").GetString()![prefix.Length..]));
}
