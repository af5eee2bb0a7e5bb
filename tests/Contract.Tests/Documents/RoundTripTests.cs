using System.Net;
using System.Security.Cryptography;
using System.Text;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>What was put is what is got, to the byte, with the fields that describe it.</summary>
public abstract class RoundTripTests(SharedServer shared)
{
    private readonly EngineServer _app = shared.Server;

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData(" \r\n\t{ \"b\" : 1 ,\n\n \"a\":[ 1,2 ] }\n \t")]
    [InlineData("[1e400,-0.0,1.000000000000000000000000000000001,123456789012345678901234567890]")]
    [InlineData("\"\\u0061\\/\u00e9\u2028\U0001F600\\uD83D\\uDE00\"")]
    public async Task Get_AfterPut_GivesTheVeryBytes(string json)
    {
        string id = Requests.NewId();
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        await _app.StoreAsync(id, json);

        using HttpResponseMessage response = await _app.SendAsync("GET", "/docs/" + id);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(bytes.Length, response.Content.Headers.ContentLength);
        Assert.Equal($"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:", response.Field("Repr-Digest"));
    }

    [Fact]
    public async Task Get_LargeDocument_GivesTheVeryBytes()
    {
        string id = Requests.NewId();
        foreach (int length in (int[])[1_000_000, 16 << 20])
        {
            string json = "\"" + new string('x', length - 2) + "\"";
            await _app.StoreAsync(id, json);

            using HttpResponseMessage response = await _app.SendAsync("GET", "/docs/" + id);

            Assert.True(json == await response.Content.ReadAsStringAsync(), "other bytes");
        }
    }

    [Fact]
    public async Task Put_NewThenAgain_Answers201Then204WithRisingVersions()
    {
        string id = Requests.NewId();
        using HttpResponseMessage created = await _app.PutAsync(id, "1");
        using HttpResponseMessage replaced = await _app.PutAsync(id, "2");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/docs/" + id, created.Field("Location"));
        Assert.Equal(HttpStatusCode.NoContent, replaced.StatusCode);
        Assert.Null(replaced.Field("Location"));
        Assert.True(Version(created) > 0 && Version(replaced) > Version(created));
        Assert.Equal($"durable;seq={Version(created)}", created.Field("Durability"));
        Assert.Equal($"durable;seq={Version(replaced)}", replaced.Field("Durability"));
        Assert.Empty(await created.Content.ReadAsByteArrayAsync());
        Assert.Equal("2", await _app.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Delete_ThereAndGone_Answers204Then404()
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, "1");
        using HttpResponseMessage deleted = await _app.SendAsync("DELETE", "/docs/" + id);
        using HttpResponseMessage again = await _app.SendAsync("DELETE", "/docs/" + id);
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Matches("^durable;seq=[1-9][0-9]*$", deleted.Field("Durability"));
        await again.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        await get.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Put_AfterDelete_NeverReusesAVersion()
    {
        string id = Requests.NewId();
        string before = await _app.StoreAsync(id, "1");
        using HttpResponseMessage deleted = await _app.SendAsync("DELETE", "/docs/" + id);
        string after = await _app.StoreAsync(id, "1");

        Assert.NotEqual(before, after);
        using HttpResponseMessage stale = await _app.PutAsync(id, "2", ("If-Match", before));
        await stale.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.api+json")]
    [InlineData("application/JSON; charset=\"UTF-8\"")]
    [InlineData("text/x+json; profile=\"a;b\"")]
    public async Task Get_AnyJsonType_IsServedAsItCame(string contentType)
    {
        string id = Requests.NewId();
        using HttpResponseMessage put = await _app.PutAsync(id, "1", ("Content-Type", contentType));
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);

        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(contentType, get.Field("Content-Type"));
    }

    [Fact]
    public async Task Head_OfADocument_HasGetsFieldsAndNoBody()
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, "[1,2,3]");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        using HttpResponseMessage head = await _app.SendAsync("HEAD", "/docs/" + id);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        foreach (string name in new[] { "ETag", "Content-Type", "Content-Length", "Cache-Control", "Repr-Digest", "Accept-Ranges" })
        {
            Assert.NotNull(get.Field(name));
            Assert.Equal(get.Field(name), head.Field(name));
        }

        Assert.Equal("no-cache", get.Field("Cache-Control"));
        Assert.Equal("none", get.Field("Accept-Ranges"));
    }

    [Fact]
    public async Task Options_OfADocument_ListsTheMethods()
    {
        using HttpResponseMessage response = await _app.SendAsync("OPTIONS", "/docs/" + Requests.NewId());

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("GET, HEAD, PUT, PATCH, DELETE, OPTIONS", response.Field("Allow"));
        Assert.Equal("application/merge-patch+json, application/json-patch+json", response.Field("Accept-Patch"));
    }

    [Fact]
    public async Task Location_OfAnIdThatNeedsEscapes_LeadsToTheDocument()
    {
        using HttpResponseMessage put = await _app.PutAsync("a%20b/%C3%A9%3F%23", "1");

        Assert.Equal("/docs/a%20b/%C3%A9%3F%23", put.Field("Location"));
        Assert.Equal("1", await _app.Client.GetStringAsync(put.Field("Location")));
    }

    private static long Version(HttpResponseMessage response) =>
        long.Parse(response.Field("ETag")!.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
}
