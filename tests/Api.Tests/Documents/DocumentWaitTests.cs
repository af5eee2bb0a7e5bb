using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;
using DocService.Api.Waiting;

namespace DocService.Api.Tests.Documents;

/// <summary>GET of one document that waits for a change.</summary>
[Collection(QueryApplication.Collection)]
public sealed class DocumentWaitTests(QueryApplication queries)
{
    private readonly string _id = QueryApplication.NewPrefix() + "a";

    [Fact]
    public async Task Document_Changes_AnswersTheNewVersion()
    {
        string tag = await queries.Application.StoreAsync(_id, "1");
        Task<HttpResponseMessage> waiting = await BeginAsync(tag);
        string next = await queries.Application.StoreAsync(_id, "2");
        using HttpResponseMessage response = await waiting;
        Assert.Equal((HttpStatusCode.OK, next, "2"), (response.StatusCode, response.Headers.ETag!.ToString(), await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Document_IsDeleted_Answers404()
    {
        string tag = await queries.Application.StoreAsync(_id, "1");
        Task<HttpResponseMessage> waiting = await BeginAsync(tag);
        using (await queries.Application.SendAsync("DELETE", "/docs/" + _id))
        {
        }

        using HttpResponseMessage response = await waiting;
        await response.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Theory]
    [InlineData("\"17\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.NotModified)] // RFC 9110 13.1.2: it names every version
    public async Task AbsentDocument_IsMade_EndsTheWait(string tag, HttpStatusCode status)
    {
        Task<HttpResponseMessage> waiting = await BeginAsync(tag);
        await queries.Application.StoreAsync(_id, "1");
        using HttpResponseMessage response = await waiting;
        Assert.Equal(status, response.StatusCode);
        Assert.NotNull(response.Headers.ETag);
    }

    [Fact]
    public async Task OtherDocuments_DoNotEndTheWait_TheEndIs304()
    {
        string tag = await queries.Application.StoreAsync(_id, "1");
        Task<HttpResponseMessage> waiting = AskAsync(tag, "1");
        await queries.Application.StoreAsync(_id + "b", "1");
        using HttpResponseMessage response = await waiting;
        Assert.Equal((HttpStatusCode.NotModified, tag), (response.StatusCode, response.Headers.ETag!.ToString()));
    }

    [Fact]
    public async Task AbsentDocument_TimeIsOver_Is404()
    {
        using HttpResponseMessage response = await AskAsync("\"17\"", "1");
        await response.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Document_IsOtherAlready_AnswersAtOnceWithSelectedMembers()
    {
        await queries.Application.StoreAsync(_id, "{\"a\":1,\"b\":2}");
        using HttpResponseMessage response = await AskAsync("\"1\"", "50&select=b");
        Assert.Equal((HttpStatusCode.OK, "{\"b\":2}"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("51")]
    [InlineData("-1")]
    [InlineData("x")]
    public async Task Wait_OutOfItsRange_IsNamed(string wait)
    {
        using HttpResponseMessage response = await AskAsync("\"1\"", wait);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-parameter");
        Assert.Equal("wait", problem.GetProperty("parameter").GetString());
    }

    [Fact]
    public async Task Wait_WithoutIfNoneMatch_IsRefused()
    {
        await queries.Application.StoreAsync(_id, "1");
        using HttpResponseMessage response = await queries.Application.SendAsync("GET", $"/docs/{_id}?wait=1");
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-parameter");
        Assert.Equal("wait", problem.GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Wait_OfAnotherMethod_IsUnknown(string method)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync(method, $"/docs/{_id}?wait=1", method == "PUT" ? "1" : null);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task WithoutAnIndex_Is501()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        string tag = await app.StoreAsync("a", "1");
        using HttpResponseMessage response = await app.SendAsync("GET", "/docs/a?wait=1", fields: [("If-None-Match", tag)]);
        await response.AssertProblemAsync(HttpStatusCode.NotImplemented, "no-index");
        using HttpResponseMessage other = await app.SendAsync("GET", "/docs/a?wait=1", fields: [("If-None-Match", "\"0\"")]);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private Task<HttpResponseMessage> AskAsync(string tag, string wait) =>
        queries.Application.SendAsync("GET", $"/docs/{_id}?wait={wait}", fields: [("If-None-Match", tag)]);

    /// <summary>Returns when it waits.</summary>
    private async Task<Task<HttpResponseMessage>> BeginAsync(string tag)
    {
        FeedClients clients = queries.Application.Service<FeedClients>();
        int before = clients.Count;
        Task<HttpResponseMessage> waiting = AskAsync(tag, "50");
        while (clients.Count <= before && !waiting.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        return waiting;
    }
}
