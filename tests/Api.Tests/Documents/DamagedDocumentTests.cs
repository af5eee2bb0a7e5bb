using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Documents;

/// <summary>A damaged file is an answer about one document, and a write repairs it.</summary>
public sealed class DamagedDocumentTests : IAsyncLifetime
{
    private readonly TestApplication _app = new();
    private string _tag = string.Empty;

    public async Task InitializeAsync()
    {
        _tag = await _app.StoreAsync("damaged", "{\"a\":1}");
        await _app.StoreAsync("whole", "2");
        string file = _app.FileOf("damaged");
        byte[] bytes = await File.ReadAllBytesAsync(file);
        bytes[^3] ^= 0x01;
        bytes[5] ^= 0x01;
        await File.WriteAllBytesAsync(file, bytes);
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Read_OfADamagedFile_Answers500ForThisDocumentAlone()
    {
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/damaged");
        using HttpResponseMessage head = await _app.SendAsync("HEAD", "/docs/damaged");
        using HttpResponseMessage other = await _app.SendAsync("GET", "/docs/whole");
        using HttpResponseMessage ready = await _app.SendAsync("GET", "/healthz/ready");

        JsonElement problem = await get.AssertProblemAsync(HttpStatusCode.InternalServerError, "document-corrupt");
        Assert.Contains("damaged", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_app.DataDirectory, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(get.Field("ETag"));
        Assert.Equal(HttpStatusCode.InternalServerError, head.StatusCode);
        Assert.Equal("2", await other.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Write_WithTheVersionAsCondition_AnswersTheDamage(string method)
    {
        using HttpResponseMessage response = await _app.SendAsync(method, "/docs/damaged", method == "PUT" ? "3" : null, ("If-Match", _tag));
        await response.AssertProblemAsync(HttpStatusCode.InternalServerError, "document-corrupt");
    }

    [Fact]
    public async Task Put_CreateOnly_KnowsThatThereIsOne()
    {
        using HttpResponseMessage response = await _app.PutAsync("damaged", "3", ("If-None-Match", "*"));

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(JsonValueKind.Null, problem.GetProperty("currentETag").ValueKind);
        Assert.Contains("there is one. Its file cannot be read", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_OverADamagedFile_RepairsAndKeepsTheEvidence()
    {
        using HttpResponseMessage put = await _app.PutAsync("damaged", "3");

        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        Assert.Equal("3", await _app.Client.GetStringAsync("/docs/damaged"));
        Assert.Single(Directory.GetFiles(Path.Combine(_app.DataDirectory, "quarantine")));
    }

    [Fact]
    public async Task Delete_OfADamagedFile_RemovesIt()
    {
        using HttpResponseMessage delete = await _app.SendAsync("DELETE", "/docs/damaged");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/damaged");

        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        await get.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }
}
