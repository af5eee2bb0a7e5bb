using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Idempotency;

/// <summary>What the server tells of a request by its key, and of all of them.</summary>
public sealed class RequestEndpointTests(SharedApplication shared) : IdempotencyTest(shared)
{
    [Fact]
    public async Task Get_OfAKey_TellsWhatItsRequestHasDone()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage before = await App.SendAsync("GET", "/requests/" + key);
        await before.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        using HttpResponseMessage put = await PutAsync(id, "1", key);
        using HttpResponseMessage after = await App.SendAsync("GET", "/requests/" + key);

        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.Equal("no-store", after.Field("Cache-Control"));
        JsonElement told = JsonDocument.Parse(await after.Content.ReadAsStringAsync()).RootElement;
        JsonElement result = Assert.Single(told.GetProperty("results").EnumerateArray());
        Assert.Equal(put.Field("ETag"), $"\"{told.GetProperty("sequence").GetInt64()}\"");
        Assert.Equal(put.Field("ETag"), result.GetProperty("etag").GetString());
        Assert.Equal(id, result.GetProperty("id").GetString());
        Assert.Equal(201, result.GetProperty("status").GetInt32());
        Assert.Equal("filed", told.GetProperty("reached").GetString());
    }

    [Theory]
    [InlineData("a/b c", "a%2Fb%20c")]
    [InlineData("100%", "100%25")]
    public async Task Get_KeyWithEscapes_IsTheKey(string key, string path)
    {
        key += NewKey();
        path += key[^NewKeyLength..];
        using HttpResponseMessage put = await PutAsync(TestApplication.NewId(), "1", $"\"{key}\"");
        using HttpResponseMessage get = await App.SendAsync("HEAD", "/requests/" + path);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
    }

    [Fact]
    public async Task Status_TellsOfRememberedRequests()
    {
        using HttpResponseMessage put = await PutAsync(TestApplication.NewId(), "1", NewKey());
        JsonElement requests = (await App.ReadJsonAsync("/status")).GetProperty("requests");
        Assert.True(requests.GetProperty("held").GetInt64() >= 1);
        Assert.Equal(JsonValueKind.Null, requests.GetProperty("damage").ValueKind);
    }
}
