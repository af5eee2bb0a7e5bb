using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Snapshots;

/// <summary>Snapshots over HTTP: taken, listed, deleted, and what is refused.</summary>
public sealed class SnapshotEndpointTests
{
    [Fact]
    public async Task Snapshot_TakenListedAndDeleted()
    {
        await using var application = new TestApplication();
        await application.StoreAsync("notes/a", "1");
        using HttpResponseMessage taken = await application.SendAsync("POST", "/snapshots", """{"name":"one"}""");
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        Assert.Equal("/snapshots/one", taken.Headers.Location?.ToString());
        JsonElement snapshot = (await ReadAsync(taken)).GetProperty("snapshot");
        Assert.True(Directory.Exists(snapshot.GetProperty("path").GetString()));
        using HttpResponseMessage told = await application.SendAsync("GET", "/snapshots/one", null);
        Assert.Equal(snapshot.ToString(), (await ReadAsync(told)).ToString());
        using HttpResponseMessage listed = await application.SendAsync("GET", "/snapshots", null);
        JsonElement list = await ReadAsync(listed);
        Assert.Equal(JsonValueKind.Null, list.GetProperty("taking").ValueKind);
        Assert.Equal("one", Assert.Single(list.GetProperty("snapshots").EnumerateArray()).GetProperty("name").GetString());

        using HttpResponseMessage again = await application.SendAsync("POST", "/snapshots", """{"name":"one"}""");
        await again.AssertProblemAsync(HttpStatusCode.Conflict, "snapshot-conflict");
        using HttpResponseMessage deleted = await application.SendAsync("DELETE", "/snapshots/one", null);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using HttpResponseMessage gone = await application.SendAsync("DELETE", "/snapshots/one", null);
        await gone.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Snapshot_WithoutABody_HasANameOfTheServers_AndKeepDeletesOlderOnes()
    {
        await using var application = new TestApplication();
        foreach (string name in (string[])["one", "two"])
        {
            using HttpResponseMessage taken = await application.SendAsync("POST", "/snapshots", $$"""{"name":"{{name}}"}""");
            Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
            await application.StoreAsync("notes/a", $"\"{name}\"");
        }

        using HttpResponseMessage unnamed = await application.SendAsync("POST", "/snapshots", null);
        Assert.Equal(HttpStatusCode.Created, unnamed.StatusCode);
        await application.StoreAsync("notes/a", "3");
        using HttpResponseMessage last = await application.SendAsync("POST", "/snapshots", """{"keep":2}""");
        Assert.Equal(["one", "two"], (await ReadAsync(last)).GetProperty("deleted").EnumerateArray().Select(name => name.GetString()));
    }

    [Theory]
    [InlineData("""{"name":"../a"}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":".draft"}""")]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"keep":0}""")]
    [InlineData("""{"keep":"2"}""")]
    [InlineData("""{"other":1}""")]
    [InlineData("[]")]
    public async Task Snapshot_AskedForWrongly_IsRefused(string body)
    {
        await using var application = new TestApplication();
        using HttpResponseMessage response = await application.SendAsync("POST", "/snapshots", body);
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage listed = await application.SendAsync("GET", "/snapshots", null);
        Assert.Empty((await ReadAsync(listed)).GetProperty("snapshots").EnumerateArray());
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
