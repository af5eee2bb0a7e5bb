using System.Net;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Idempotency;

/// <summary>Keys that are malformed or belong to another request, requests that take none, and refused requests, which are not remembered.</summary>
public sealed class RefusedKeyTests(SharedApplication shared) : IdempotencyTest(shared)
{
    public static TheoryData<string, string, string, string, string> OtherRequests => new()
    {
        { "PUT", "", "2", "", "" },
        { "PUT", "", "1 ", "", "" },
        { "PUT", "-other", "1", "", "" },
        { "PUT", "", "1", "Content-Type", "application/geo+json" },
        { "PUT", "", "1", "If-Match", "*" },
        { "PUT", "", "1", "If-Unmodified-Since", "Fri, 01 Jan 2100 00:00:00 GMT" },
        { "DELETE", "", "", "", "" },
        { "POST", "", "", "", "" },
    };

    [Theory]
    [MemberData(nameof(OtherRequests))]
    public async Task AnyOther_WithTheKeyOfAnother_IsRefused(string method, string idSuffix, string body, string field, string value)
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key);
        (string, string)[] fields = field.Length == 0 ? [(Key, key)] : [(Key, key), (field, value)];
        using HttpResponseMessage other = method == "POST"
            ? await App.SendAsync("POST", "/batch", """{"operations":[{"op":"check","id":"x","ifNoneMatch":"*"}]}""", fields)
            : await App.SendAsync(method, $"/docs/{id}{idSuffix}", body.Length == 0 ? null : body, fields);

        await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        Assert.Equal(first.Field("ETag"), await TagAsync(id));
    }

    [Fact]
    public async Task Put_ItsConditionFails_IsNotRemembered()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage failed = await PutAsync(id, "1", key, ("If-Match", "*"));
        await App.StoreAsync(id, "0");
        using HttpResponseMessage again = await PutAsync(id, "1", key, ("If-Match", "*"));

        await failed.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Null(again.Field("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Patch_OfWhatIsNotThere_IsNotRemembered()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        (string, string)[] fields = [("Content-Type", "application/merge-patch+json"), (Key, key)];
        using HttpResponseMessage failed = await App.SendAsync("PATCH", "/docs/" + id, "{}", fields);
        await App.StoreAsync(id, "{}");
        using HttpResponseMessage again = await App.SendAsync("PATCH", "/docs/" + id, "{}", fields);

        await failed.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"a")]
    [InlineData("\"a\" b")]
    [InlineData("\"a\", \"b\"")]
    [InlineData("a, b")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("\"a\\b\"")]
    public async Task Put_MalformedKey_IsRefused(string key)
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage refused = await PutAsync(id, "1", key);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage get = await App.SendAsync("GET", "/docs/" + id);
        Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "/docs/x", "1")]
    [InlineData("DELETE", "/docs/x", null)]
    [InlineData("POST", "/docs", "1")]
    [InlineData("POST", "/batch", """{"operations":[{"op":"delete","id":"x"}]}""")]
    public async Task Any_KeyTooLong_IsRefused(string method, string path, string? body)
    {
        using HttpResponseMessage refused = await App.SendAsync(method, path, body, (Key, new string('k', 256)));
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage quoted = await App.SendAsync(method, path, body, (Key, $"\"{new string('k', 256)}\""));
        await quoted.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }

    [Fact]
    public async Task Put_KeyTwice_IsRefused()
    {
        using HttpRequestMessage request = Requests.Request("PUT", "/docs/" + TestApplication.NewId(), "1");
        request.Headers.TryAddWithoutValidation(Key, "a");
        request.Headers.TryAddWithoutValidation(Key, "a");
        using HttpResponseMessage refused = await App.Client.SendAsync(request);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }

    [Theory]
    [InlineData("{0}", "\"{0}\"")]
    [InlineData("{0}", "  \"{0}\";p=1 ")]
    [InlineData("\"{0}\\\"\"", "\"{0}\\\"\";q")]
    public async Task Put_QuotedOrNot_IsOneKey(string first, string second)
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage one = await PutAsync(id, "1", first.Replace("{0}", key, StringComparison.Ordinal));
        using HttpResponseMessage other = await PutAsync(id, "1", second.Replace("{0}", key, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, one.StatusCode);
        Assert.Equal("true", other.Field("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData("PUT", "/collections/keyed", """{"prefix":"keyed/"}""", "application/json")]
    [InlineData("DELETE", "/collections/keyed", null, "")]
    [InlineData("DELETE", "/docs?prefix=nobody&confirm=0", null, "")]
    public async Task Others_WithAKey_AreRefused(string method, string path, string? body, string type)
    {
        (string, string)[] fields = body is null ? [(Key, NewKey())] : [("Content-Type", type), (Key, NewKey())];
        using HttpResponseMessage refused = await App.SendAsync(method, path, body, fields);
        await refused.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }
}
