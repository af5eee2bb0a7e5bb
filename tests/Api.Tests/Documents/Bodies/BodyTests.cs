using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Documents.Bodies;

/// <summary>Bodies that are refused: the answer says why, and nothing is written.</summary>
public sealed class BodyTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonx")]
    [InlineData("application/vnd.json")]
    [InlineData("application/*+json")]
    [InlineData("application/*")]
    [InlineData("*/*")]
    [InlineData("json")]
    [InlineData("application/json, application/json")]
    public async Task Put_OtherType_Answers415WithTheFlagForCurl(string contentType)
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage response = await _app.PutAsync(id, "1", ("Content-Type", contentType));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        Assert.Contains("-H 'Content-Type: application/json'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await AssertAbsentAsync(id);
    }

    [Fact]
    public async Task Put_WithoutAType_Answers415()
    {
        string id = TestApplication.NewId();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/docs/" + id) { Content = new ByteArrayContent("1"u8.ToArray()) };
        using HttpResponseMessage response = await _app.Client.SendAsync(request);

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        Assert.Contains("missing", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await AssertAbsentAsync(id);
    }

    [Theory]
    [InlineData("gzip", 415)]
    [InlineData("identity, gzip", 415)]
    [InlineData("br", 415)]
    [InlineData("identity", 201)]
    [InlineData("Identity", 201)]
    public async Task Put_ContentEncoding_IsRefusedUnlessIdentity(string coding, int status)
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage response = await _app.PutAsync(id, "1", ("Content-Encoding", coding));

        Assert.Equal(status, (int)response.StatusCode);
        if (status != 201)
        {
            await response.AssertProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
            await AssertAbsentAsync(id);
        }
    }

    [Fact]
    public async Task Put_ContentRange_Answers400()
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage response = await _app.PutAsync(id, "1", ("Content-Range", "bytes 0-0/10"));

        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        await AssertAbsentAsync(id);
    }

    [Theory]
    [InlineData("", 1, 0)]
    [InlineData("{\"a\":1,\n \"a\":2}", 2, 1)]
    [InlineData("[1,\n2,\n  x]", 3, 2)]
    [InlineData("\uFEFF1", 1, 0)]
    [InlineData("\"\\uD800\"", 1, 1)]
    [InlineData("1 1", 1, 2)]
    public async Task Put_InvalidJson_Answers400WithLineAndByte(string json, int line, int bytePosition)
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage response = await _app.PutAsync(id, json);

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
        Assert.Equal((line, bytePosition), (problem.GetProperty("line").GetInt32(), problem.GetProperty("bytePosition").GetInt32()));
        await AssertAbsentAsync(id);
    }

    [Fact]
    public async Task Put_InvalidUtf8_Answers400WithLineAndByte()
    {
        string id = TestApplication.NewId();
        using ByteArrayContent content = Requests.Json([(byte)'"', 0xC3, 0x28, (byte)'"']);
        using HttpResponseMessage response = await _app.Client.PutAsync("/docs/" + id, content);

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
        Assert.Equal(1, problem.GetProperty("bytePosition").GetInt32());
        await AssertAbsentAsync(id);
    }

    [Theory]
    [InlineData(128, 201)]
    [InlineData(129, 400)]
    public async Task Put_Depth_IsBounded(int depth, int status)
    {
        using HttpResponseMessage response = await _app.PutAsync(TestApplication.NewId(), new string('[', depth) + new string(']', depth));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Put_InvalidOverAValidOne_LeavesItAlone()
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "1");
        using HttpResponseMessage response = await _app.PutAsync(id, "{");

        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-json");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal("1", await get.Content.ReadAsStringAsync());
        Assert.Equal(tag, get.Field("ETag"));
    }

    [Theory]
    [InlineData(1 << 20, true, 201)]
    [InlineData((1 << 20) + 1, true, 413)]
    [InlineData(1 << 20, false, 201)]
    [InlineData((1 << 20) + 1, false, 413)]
    public async Task Put_AtTheSizeLimit_IsTakenAndOneByteMoreIsRefused(int length, bool hasLength, int status)
    {
        string id = TestApplication.NewId();
        byte[] body = new byte[length];
        body.AsSpan().Fill((byte)' ');
        body[0] = (byte)'1';
        using HttpContent content = hasLength ? Requests.Json(body) : new StreamContent(new UnknownLengthStream(body));
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        using HttpResponseMessage response = await _app.Client.PutAsync("/docs/" + id, content);

        Assert.Equal(status, (int)response.StatusCode);
        if (status == 413)
        {
            JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
            Assert.Equal(1 << 20, problem.GetProperty("maxBytes").GetInt64());
            await AssertAbsentAsync(id);
        }
    }

    private async Task AssertAbsentAsync(string id)
    {
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        await get.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }
}
