using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Idempotency;

/// <summary>What tests of requests with keys have in common: an application, keys that nobody else has, and a look at a document.</summary>
public abstract class IdempotencyTest(SharedApplication shared) : IClassFixture<SharedApplication>
{
    protected const string Key = "Idempotency-Key";

    protected const int NewKeyLength = 9;

    private static int _keys;

    private protected TestApplication App { get; } = shared.Application;

    protected static string NewKey() => $"key-{Interlocked.Increment(ref _keys):d5}";

    protected Task<HttpResponseMessage> PutAsync(string id, string json, string key, params (string Name, string Value)[] fields) =>
        App.PutAsync(id, json, [(Key, key), .. fields]);

    protected async Task<string?> TagAsync(string id)
    {
        using HttpResponseMessage get = await App.SendAsync("GET", "/docs/" + id);
        return get.Field("ETag");
    }
}
