using System.Globalization;
using System.Net;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>Section 13.2.2 of RFC 9110: which field counts where several are sent; and what a field may look like.</summary>
public abstract class ConditionPrecedenceTests(SharedServer shared)
{
    private const string Current = "current";
    private const string Other = "\"999999\"";
    private const string Past = "past";
    private const string Future = "future";

    private readonly EngineServer _app = shared.Server;

    [Theory]

    // Step 1 decides against step 2: If-Unmodified-Since is ignored where If-Match is present.
    [InlineData("GET", "If-Match", Current, "If-Unmodified-Since", Past, 200)]
    [InlineData("PUT", "If-Match", Current, "If-Unmodified-Since", Past, 204)]
    [InlineData("DELETE", "If-Match", Current, "If-Unmodified-Since", Past, 204)]
    [InlineData("PUT", "If-Match", Other, "If-Unmodified-Since", Future, 412)]

    // Step 3 after step 1.
    [InlineData("GET", "If-Match", Current, "If-None-Match", Current, 304)]
    [InlineData("HEAD", "If-Match", Current, "If-None-Match", Current, 304)]
    [InlineData("PUT", "If-Match", Current, "If-None-Match", Current, 412)]
    [InlineData("GET", "If-Match", Other, "If-None-Match", Current, 412)]
    [InlineData("HEAD", "If-Match", Other, "If-None-Match", Current, 412)]
    [InlineData("PUT", "If-Match", Current, "If-None-Match", Other, 204)]
    [InlineData("PUT", "If-Match", "*", "If-None-Match", "*", 412)]

    // Step 3 after step 2.
    [InlineData("GET", "If-Unmodified-Since", Past, "If-None-Match", Current, 412)]
    [InlineData("GET", "If-Unmodified-Since", Future, "If-None-Match", Current, 304)]
    [InlineData("PUT", "If-Unmodified-Since", Future, "If-None-Match", Other, 204)]

    // Step 4 only where If-None-Match is absent, and only for GET and HEAD.
    [InlineData("GET", "If-None-Match", Other, "If-Modified-Since", Future, 200)]
    [InlineData("HEAD", "If-None-Match", Other, "If-Modified-Since", Future, 200)]
    [InlineData("GET", "If-None-Match", Current, "If-Modified-Since", Past, 304)]
    [InlineData("PUT", "If-None-Match", Other, "If-Modified-Since", Future, 204)]
    [InlineData("GET", "If-Match", Current, "If-Modified-Since", Future, 304)]
    [InlineData("GET", "If-Match", Other, "If-Modified-Since", Future, 412)]
    [InlineData("GET", "If-Unmodified-Since", Past, "If-Modified-Since", Future, 412)]
    public async Task TwoConditions_InTheOrderOfTheRfc_GiveOneAnswer(string method, string first, string firstValue, string second, string secondValue, int status)
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, "1");

        using HttpResponseMessage response = await _app.SendAsync(
            method, "/docs/" + id, method == "PUT" ? "2" : null, (first, Fill(firstValue, tag)), (second, Fill(secondValue, tag)));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("If-Match", "W/{0}", 412, 412)]
    [InlineData("If-Match", "W/{0}, {0}", 200, 204)]
    [InlineData("If-Match", "\"x\", \"a,b\",{0}", 200, 204)]
    [InlineData("If-Match", "\"x\", \"0\"", 412, 412)]
    [InlineData("If-Match", " * ", 200, 204)]
    [InlineData("If-None-Match", "W/{0}", 304, 412)]
    [InlineData("If-None-Match", "\"x\", W/{0}", 304, 412)]
    [InlineData("If-None-Match", "\"x\", W/\"y\"", 200, 204)]
    [InlineData("If-None-Match", "*", 304, 412)]
    public async Task EntityTags_WeakListsAndStar_AreCompared(string field, string format, int getStatus, int putStatus)
    {
        string id = Requests.NewId();
        string value = string.Format(CultureInfo.InvariantCulture, format, await _app.StoreAsync(id, "1"));
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id, null, (field, value));
        using HttpResponseMessage put = await _app.PutAsync(id, "2", (field, value));

        Assert.Equal(getStatus, (int)get.StatusCode);
        Assert.Equal(putStatus, (int)put.StatusCode);
    }

    [Theory]
    [InlineData("17")]
    [InlineData("\"17")]
    [InlineData("*, \"17\"")]
    [InlineData("\"17\", *")]
    [InlineData("\"17\" \"18\"")]
    public async Task EntityTags_Malformed_Answer400ForEveryMethod(string value)
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, "1");
        foreach (string field in new[] { "If-Match", "If-None-Match" })
        {
            foreach (string method in new[] { "GET", "PUT", "DELETE" })
            {
                using HttpResponseMessage response = await _app.SendAsync(method, "/docs/" + id, method == "PUT" ? "2" : null, (field, value));
                await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
            }
        }

        using HttpResponseMessage absent = await _app.SendAsync("GET", "/docs/" + Requests.NewId(), null, ("If-Match", value));
        await absent.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(tag, get.Field("ETag"));
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2020-01-01T00:00:00Z")]
    [InlineData("Mon, 32 Jan 2035 00:00:00 GMT")]
    [InlineData("Thu, 01 Jan 2035 00:00:00 GMT")]
    public async Task Dates_Invalid_AreIgnored(string date)
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, "1");
        foreach (string field in new[] { "If-Modified-Since", "If-Unmodified-Since" })
        {
            using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id, null, (field, date));
            using HttpResponseMessage put = await _app.PutAsync(id, "2", (field, date));
            Assert.Equal(HttpStatusCode.OK, get.StatusCode);
            Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
        }
    }

    private static string Fill(string value, string tag) => value switch
    {
        Current => tag,
        Past => TimeProvider.System.GetUtcNow().AddHours(-1).ToString("R", CultureInfo.InvariantCulture),
        Future => TimeProvider.System.GetUtcNow().AddHours(1).ToString("R", CultureInfo.InvariantCulture),
        _ => value,
    };
}
