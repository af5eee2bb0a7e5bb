using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Queries;

/// <summary>One application for all tests of queries; each test has a prefix of its own.</summary>
public sealed class QueryApplication : IAsyncLifetime
{
    public const string Collection = "queries";

    private static int _prefixes;

    internal TestApplication Application { get; } = new(new ApplicationSettings { Values = new Dictionary<string, string> { ["Durability"] = "durable" } });

    /// <summary>A query waits a second for an index that is being made: on a busy machine the first one takes longer.</summary>
    public async Task InitializeAsync() => await Application.WaitForIndexAsync();

    public async Task DisposeAsync() => await Application.DisposeAsync();

    /// <summary>A folder that no other test uses.</summary>
    internal static string NewPrefix() => $"q{Interlocked.Increment(ref _prefixes)}/";

    /// <summary>Stores documents in one commit: the id behind the prefix, and the body.</summary>
    internal async Task StoreAsync(string prefix, params (string Id, string Json)[] documents)
    {
        var body = new StringBuilder("{\"operations\":[");
        body.AppendJoin(',', documents.Select(document => $"{{\"op\":\"put\",\"id\":{JsonSerializer.Serialize(prefix + document.Id)},\"body\":{document.Json}}}"));
        using HttpResponseMessage response = await Application.SendAsync("POST", "/batch", body.Append("]}").ToString());
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    internal static string Target(params (string Name, string Value)[] parameters) =>
        "/docs?" + string.Join('&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));

    internal async Task<JsonElement> AskAsync(string target)
    {
        using HttpResponseMessage response = await Application.SendAsync("GET", target);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A query in a body, by the method QUERY.</summary>
    internal async Task<JsonElement> QueryAsync(string json)
    {
        using HttpResponseMessage response = await Application.SendAsync("QUERY", "/docs", json);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>What is behind the prefix of the ids, with spaces between.</summary>
    internal static string Ids(JsonElement page, string prefix) =>
        string.Join(' ', page.GetProperty("documents").EnumerateArray().Select(document => document.GetProperty("id").GetString()![prefix.Length..]));
}

[CollectionDefinition(QueryApplication.Collection)]
#pragma warning disable CA1711 // xunit's word for it.
public sealed class QueryCollection : ICollectionFixture<QueryApplication>
#pragma warning restore CA1711
{
}
