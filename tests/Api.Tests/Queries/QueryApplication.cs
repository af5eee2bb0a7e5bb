using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Queries;

/// <summary>One application for all tests of queries; each test has a prefix of its own.</summary>
public sealed class QueryApplication : IAsyncLifetime
{
    public const string Collection = "queries";

    internal TestApplication Application { get; } = new(new ApplicationSettings { Values = new Dictionary<string, string> { ["Durability"] = "durable" } });

    /// <summary>A query waits a second for an index that is being made: on a busy machine the first one takes longer.</summary>
    public async Task InitializeAsync() => await Application.WaitForIndexAsync();

    public async Task DisposeAsync() => await Application.DisposeAsync();

    internal static string NewPrefix() => QueryClient.NewPrefix();

    internal static string Target(params (string Name, string Value)[] parameters) => QueryClient.Target(parameters);

    internal static string Ids(JsonElement page, string prefix) => QueryClient.Ids(page, prefix);

    internal Task StoreAsync(string prefix, params (string Id, string Json)[] documents) => new QueryClient(Application).StoreAsync(prefix, documents);

    internal Task<JsonElement> AskAsync(string target) => new QueryClient(Application).AskAsync(target);

    internal Task<JsonElement> QueryAsync(string json) => new QueryClient(Application).QueryAsync(json);
}

[CollectionDefinition(QueryApplication.Collection)]
#pragma warning disable CA1711 // xunit's word for it.
public sealed class QueryCollection : ICollectionFixture<QueryApplication>
#pragma warning restore CA1711
{
}
