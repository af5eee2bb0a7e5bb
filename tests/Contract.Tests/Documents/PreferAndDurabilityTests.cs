using System.Net;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>What a client may wish for: the answer's form, and the level.</summary>
public abstract class PreferAndDurabilityTests(SharedServer shared)
{
    private const string Body = " {\"a\": 1e400}\n";

    private readonly EngineServer _app = shared.Server;

    [Fact]
    public async Task Put_PrefersRepresentation_AnswersTheDocument()
    {
        string id = Requests.NewId();
        using HttpResponseMessage created = await _app.PutAsync(id, Body, ("Prefer", "return=representation"));
        using HttpResponseMessage replaced = await _app.PutAsync(id, Body, ("Prefer", "return=representation"));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/docs/" + id, created.Field("Location"));
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);
        foreach (HttpResponseMessage response in new[] { created, replaced })
        {
            Assert.Equal("return=representation", response.Field("Preference-Applied"));
            Assert.Equal(Body, await response.Content.ReadAsStringAsync());
            Assert.Equal("application/json", response.Field("Content-Type"));
            Assert.Equal("/docs/" + id, response.Field("Content-Location"));
            Assert.StartsWith("durable;seq=", response.Field("Durability"), StringComparison.Ordinal);
        }

        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(get.Field("ETag"), replaced.Field("ETag"));
        Assert.Equal(get.Field("Repr-Digest"), replaced.Field("Repr-Digest"));
    }

    [Fact]
    public async Task Put_PrefersMinimal_AnswersNoBodyAndSaysSo()
    {
        string id = Requests.NewId();
        using HttpResponseMessage created = await _app.PutAsync(id, Body, ("Prefer", "return=minimal"));
        using HttpResponseMessage replaced = await _app.PutAsync(id, Body, ("Prefer", "return=minimal"));

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, replaced.StatusCode);
        Assert.Equal("return=minimal", created.Field("Preference-Applied"));
        Assert.Equal("return=minimal", replaced.Field("Preference-Applied"));
        Assert.Empty(await created.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("respond-async")]
    [InlineData("return=all")]
    public async Task Put_NoKnownPreference_AppliesNone(string? prefer)
    {
        (string, string)[] fields = prefer is null ? [] : [("Prefer", prefer)];
        using HttpResponseMessage response = await _app.PutAsync(Requests.NewId(), Body, fields);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Null(response.Field("Preference-Applied"));
    }

    [Fact]
    public async Task Put_PreferenceAndFailedCondition_IsAProblemAlone()
    {
        using HttpResponseMessage response = await _app.PutAsync(Requests.NewId(), Body, ("Prefer", "return=representation"), ("If-Match", "*"));

        await response.AssertProblemAsync(HttpStatusCode.PreconditionFailed, "precondition-failed");
        Assert.Null(response.Field("Preference-Applied"));
    }

    [Fact]
    public async Task Write_LevelAskedFor_IsReached()
    {
        foreach (string level in shared.Engine.Levels.SelectMany(static level => (string[])[level, level + ";a=1"]))
        {
            string id = Requests.NewId();
            using HttpResponseMessage put = await _app.PutAsync(id, Body, ("Durability", level));
            using HttpResponseMessage delete = await _app.SendAsync("DELETE", "/docs/" + id, null, ("Durability", level));

            string reached = level.Split(';')[0] + ";seq=";
            bool isBuffered = level.StartsWith("buffered", StringComparison.Ordinal);
            Assert.Equal(isBuffered ? HttpStatusCode.Accepted : HttpStatusCode.Created, put.StatusCode);
            Assert.StartsWith(reached, put.Field("Durability"), StringComparison.Ordinal);
            Assert.Equal(isBuffered, put.Field("ETag") is null);
            Assert.Equal(isBuffered ? HttpStatusCode.Accepted : HttpStatusCode.NoContent, delete.StatusCode);
            Assert.StartsWith(reached, delete.Field("Durability"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("volatile")]
    [InlineData("Filed")]
    [InlineData("\"filed\"")]
    [InlineData("filed, durable")]
    [InlineData("filed;")]
    public async Task Write_OtherLevel_Answers400AndDoesNothing(string level)
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, "1");
        using HttpResponseMessage put = await _app.PutAsync(id, Body, ("Durability", level));
        using HttpResponseMessage delete = await _app.SendAsync("DELETE", "/docs/" + id, null, ("Durability", level));

        await put.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        await delete.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(tag, get.Field("ETag"));
    }

    [Fact]
    public async Task Write_LevelTwice_Answers400()
    {
        using HttpRequestMessage request = Requests.Request("PUT", "/docs/" + Requests.NewId(), Body);
        request.Headers.Add("Durability", ["filed", "filed"]);
        using HttpResponseMessage response = await _app.Client.SendAsync(request);

        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }
}
