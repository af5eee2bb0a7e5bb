using System.Net;
using System.Text.Json;
using DocService.Api.Problems;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Problems;

/// <summary>A refusal says what would do instead.</summary>
public sealed class RoutingProblemTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("POST", "/docs/x", "PUT creates")]
    [InlineData("PATCH", "/collections/x", "If-Match")]
    [InlineData("TRACE", "/docs/x", "TRACE is not taken here. This resource takes DELETE, GET, HEAD, OPTIONS, PATCH, PUT.")]
    [InlineData("PUT", "/status", "PUT is not taken here. This resource takes GET, HEAD.")]
    [InlineData("GET", "/batch", "GET is not taken here. This resource takes POST.")]
    public async Task Method_ThatIsNotTaken_SaysWhatToUse(string method, string path, string detail) =>
        await AssertAsync(method, path, HttpStatusCode.MethodNotAllowed, "method-not-allowed", detail);

    /// <summary>RFC 9110 section 15.5.6: with every 405 comes Allow.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("/swagger")]
    [InlineData("/swagger/")]
    [InlineData("/Swagger/index.html")]
    [InlineData("/swagger/swagger-ui.css")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    [InlineData("/metrics")]
    [InlineData("/status")]
    [InlineData("/problems")]
    [InlineData("/problems/busy")]
    [InlineData("/collections")]
    [InlineData("/collections/x/status")]
    public async Task Resource_ThatIsReadAlone_AllowsGetAndHeadAlone(string path)
    {
        foreach (string method in new[] { "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "TRACE", "UNKNOWN" })
        {
            using HttpResponseMessage response = await _app.SendAsync(method, path);
            await response.AssertProblemAsync(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
            Assert.Equal("GET, HEAD", string.Join(", ", response.Content.Headers.Allow));
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PROPFIND")]
    public async Task Document_MethodThatIsNotTaken_AllowsTheOthers(string method)
    {
        using HttpResponseMessage response = await _app.SendAsync(method, "/docs/x");
        await response.AssertProblemAsync(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        Assert.Equal(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"], response.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    [InlineData("/Health/")]
    [InlineData("/readyz")]
    public async Task Path_ThatOtherServersUseForHealth_LeadsToOurs(string path) =>
        await AssertAsync("GET", path, HttpStatusCode.NotFound, "not-found", "/healthz/live");

    [Theory]
    [InlineData("""{"op":"put","id":"x","body":1,"type":"application/json"}""")]
    [InlineData("""{"op":"put","id":"x","body":1,"type":17}""")]
    [InlineData("""{"op":"put","id":"x","body":1,"type":null}""")]
    [InlineData("""{"type":{"a":1},"op":"put"}""")]
    public async Task BatchMember_Unknown_NamesTheKnownOnesWhateverItsType(string operation)
    {
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(operation));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        Assert.Contains("'type' is not a member of an operation. Known are op, id, body, mergePatch, jsonPatch, path, by, create, ifMatch, ifNoneMatch.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_WithAFailedCondition_TellsWhyOfEach()
    {
        using HttpResponseMessage response = await _app.BatchAsync(Batch.Of(Batch.Check("absent-in-batch", "ifMatch", "*")));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Contains("of 1 operation do not hold", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("ifMatch asks for", problem.GetProperty("failures")[0].GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/problems")]
    [InlineData("/problems/busy")]
    public async Task Problems_InABrowser_AreAPageWhoseLinksLead(string path)
    {
        using HttpResponseMessage page = await _app.SendAsync("GET", path, null, ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"));
        string html = await page.Content.ReadAsStringAsync();

        Assert.Equal("text/html; charset=utf-8", page.Field("Content-Type"));
        Assert.Equal("Accept", page.Field("Vary"));
        string[] links = [.. System.Text.RegularExpressions.Regex.Matches(html, "href=\"([^\"]+)\"").Select(match => match.Groups[1].Value)];
        Assert.Equal(path == "/problems" ? ProblemCatalogue.All.Count : 1, links.Length);
        foreach (string link in links)
        {
            using HttpResponseMessage target = await _app.SendAsync("GET", link, null, ("Accept", "text/html"));
            Assert.Equal(HttpStatusCode.OK, target.StatusCode);
        }

        using HttpResponseMessage json = await _app.SendAsync("GET", path, null, ("Accept", "*/*"));
        Assert.StartsWith("application/json", json.Field("Content-Type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}", "The name 'a' comes twice in one object.")]
    [InlineData("{\"\\u0061\\\"b\":1,\"a\\\"b\":2}", "The name 'a\\\"b' comes twice in one object.")]
    public async Task Json_WithANameTwice_QuotesIt(string json, string detail)
    {
        using HttpResponseMessage response = await _app.PutAsync("twice", json);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
        Assert.StartsWith(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_WithALongNameTwice_QuotesItsBeginning()
    {
        string name = string.Concat(Enumerable.Repeat("\U0001F600", 200));
        using HttpResponseMessage response = await _app.PutAsync("twice", $"{{\"{name}\":1,\"{name}\":2}}");
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
        Assert.StartsWith($"The name '{name[..120]}\u2026' comes", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/docs/x", "1048576 bytes (MaxDocumentBytes)")]
    [InlineData("POST", "/batch", "(MaxBatchBytes)")]
    public async Task Body_TooLarge_NamesTheSetting(string method, string path, string detail)
    {
        using HttpRequestMessage request = Requests.Request(method, path, "1");
        request.Content!.Headers.ContentLength = 100L << 20; // not sent: the fields decide
        using HttpResponseMessage response = await _app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1, "1 byte")]
    [InlineData(2, "2 bytes")]
    public void Count_OfAUnit_IsSingularForOneAlone(long count, string expected) => Assert.Equal(expected, ProblemCatalogue.Count(count, "byte"));

    private async Task AssertAsync(string method, string path, HttpStatusCode status, string slug, string detail)
    {
        using HttpResponseMessage response = await _app.SendAsync(method, path, null);
        JsonElement problem = await response.AssertProblemAsync(status, slug);
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
