using System.Net;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Idempotency;

/// <summary>Requests with an Idempotency-Key that come again, over HTTP: what is said of them in docs/requests.md, sentence by sentence.</summary>
public sealed class IdempotencyKeyTests(SharedApplication shared) : IdempotencyTest(shared)
{
    [Fact]
    public async Task Put_TheSameAgain_AnswersAsTheFirstAndWritesNothing()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key);
        using HttpResponseMessage second = await PutAsync(id, "1", key);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Null(first.Field("Idempotency-Replayed"));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal(first.Field("Location"), second.Field("Location"));
        Assert.Equal(first.Field("Durability"), second.Field("Durability"));
        Assert.Equal(string.Empty, await second.Content.ReadAsStringAsync());
        Assert.Equal(first.Field("ETag"), await TagAsync(id));
    }

    [Fact]
    public async Task Put_TheSameAgainAfterAnotherWrite_LeavesThatOne()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key);
        string newer = await App.StoreAsync(id, "2");
        using HttpResponseMessage second = await PutAsync(id, "1", key);

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal(newer, await TagAsync(id));
    }

    [Fact]
    public async Task Put_OfAReplacement_AnswersNoContentWithoutABodyWhateverIsPreferred()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        await App.StoreAsync(id, "0");
        using HttpResponseMessage first = await PutAsync(id, "1", key, ("Prefer", "return=representation"));
        using HttpResponseMessage second = await PutAsync(id, "1", key, ("Prefer", "return=representation"));

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Null(second.Field("Preference-Applied"));
        Assert.Equal(string.Empty, await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Put_AnotherLevelAsked_IsTheSameRequestAtThatLevel()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key, ("Durability", "buffered"));
        using HttpResponseMessage second = await PutAsync(id, "1", key, ("Durability", "filed"));

        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.StartsWith("filed;seq=", second.Field("Durability"), StringComparison.Ordinal);
        Assert.Equal(second.Field("ETag"), await TagAsync(id));
    }

    [Fact]
    public async Task Delete_OfWhatIsNotThere_IsRememberedThoughNothingElseIsWritten()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await App.SendAsync("DELETE", "/docs/" + id, null, (Key, key));
        string tag = await App.StoreAsync(id, "1");
        using HttpResponseMessage second = await App.SendAsync("DELETE", "/docs/" + id, null, (Key, key));

        await first.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        await second.AssertProblemAsync(HttpStatusCode.NotFound, "not-found");
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(tag, await TagAsync(id));
    }

    [Fact]
    public async Task Delete_TheSameAgain_LeavesWhatWasMadeMeanwhile()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        await App.StoreAsync(id, "1");
        using HttpResponseMessage first = await App.SendAsync("DELETE", "/docs/" + id, null, (Key, key));
        string tag = await App.StoreAsync(id, "2");
        using HttpResponseMessage second = await App.SendAsync("DELETE", "/docs/" + id, null, (Key, key));

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("Durability"), second.Field("Durability"));
        Assert.Equal(tag, await TagAsync(id));
    }

    [Fact]
    public async Task Patch_TheSameAgain_IsAppliedOnce()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        await App.StoreAsync(id, """{"list":[]}""");
        (string, string)[] fields = [("Content-Type", "application/json-patch+json"), (Key, key)];
        const string Patch = """[{"op":"add","path":"/list/-","value":1}]""";
        using HttpResponseMessage first = await App.SendAsync("PATCH", "/docs/" + id, Patch, fields);
        using HttpResponseMessage second = await App.SendAsync("PATCH", "/docs/" + id, Patch, fields);

        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal("""{"list":[1]}""", await App.Client.GetStringAsync("/docs/" + id));
    }

    [Fact]
    public async Task Post_TheSameAgain_NamesTheSameDocument()
    {
        string key = NewKey();
        using HttpResponseMessage first = await App.SendAsync("POST", "/docs?prefix=new-", "1", (Key, key));
        using HttpResponseMessage second = await App.SendAsync("POST", "/docs?prefix=new-", "1", (Key, key));

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Field("Location"), second.Field("Location"));
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Batch_TheSameAgain_AnswersTheSameResults()
    {
        (string id, string absent, string key) = (TestApplication.NewId(), TestApplication.NewId(), NewKey());
        string batch = $$"""{"operations":[{"op":"put","id":"{{id}}","body":1},{"op":"delete","id":"{{absent}}"},{"op":"add","id":"n-{{id}}","path":"/n","by":1,"create":true}]}""";
        using HttpResponseMessage first = await App.SendAsync("POST", "/batch", batch, (Key, key));
        using HttpResponseMessage second = await App.SendAsync("POST", "/batch", batch, (Key, key));

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal("""{"n":1}""", await App.Client.GetStringAsync($"/docs/n-{id}"));
    }

    [Fact]
    public async Task Batch_OfChecksAlone_IsRemembered()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        string batch = $$"""{"operations":[{"op":"check","id":"{{id}}","ifNoneMatch":"*"}]}""";
        using HttpResponseMessage first = await App.SendAsync("POST", "/batch", batch, (Key, key));
        await App.StoreAsync(id, "1");
        using HttpResponseMessage second = await App.SendAsync("POST", "/batch", batch, (Key, key));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Put_OfAMovedCondition_IsAnsweredFromMemoryAndNotJudgedAgain()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        using HttpResponseMessage first = await PutAsync(id, "1", key, ("If-None-Match", "*"));
        using HttpResponseMessage second = await PutAsync(id, "1", key, ("If-None-Match", "*"));

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
    }

    [Fact]
    public async Task Put_ItsCollectionHasGotAnotherSchema_IsAnsweredBeforeItsBodyIsJudged()
    {
        string key = NewKey();
        using HttpResponseMessage first = await PutAsync("judged/a", "1", key);
        using HttpResponseMessage defined = await App.SendAsync("PUT", "/collections/judged", """{"prefix":"judged/","schema":{"type":"string"}}""");
        using HttpResponseMessage again = await PutAsync("judged/a", "1", key);
        using HttpResponseMessage other = await PutAsync("judged/a", "1", NewKey());

        Assert.Equal(HttpStatusCode.Created, defined.StatusCode);
        Assert.Equal("true", again.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("ETag"), again.Field("ETag"));
        await other.AssertProblemAsync(HttpStatusCode.UnprocessableEntity, "schema-violation");
    }

    [Fact]
    public async Task Put_WithoutAnIndex_IsRemembered()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        using HttpResponseMessage first = await app.PutAsync("a", "1", (Key, "k"));
        using HttpResponseMessage second = await app.PutAsync("a", "1", (Key, "k"));
        Assert.Equal("true", second.Field("Idempotency-Replayed"));
        Assert.Equal(first.Field("ETag"), second.Field("ETag"));
    }

    [Fact]
    public async Task Put_TwoHundredTriesOfOneKeyAtOnce_OneIsApplied()
    {
        (string id, string key) = (TestApplication.NewId(), NewKey());
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => PutAsync(id, "1", key)));
        try
        {
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
            Assert.Single(answers, answer => answer.Field("Idempotency-Replayed") is null);
            Assert.Single(answers.Select(answer => answer.Field("ETag")).Distinct());
        }
        finally
        {
            Array.ForEach(answers, static answer => answer.Dispose());
        }
    }

    [Fact]
    public async Task Post_TwoHundredTriesOfOneKeyAtOnce_OneDocumentIsMade()
    {
        string key = NewKey();
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => App.SendAsync("POST", "/docs?prefix=race-", "1", (Key, key))));
        try
        {
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
            Assert.Single(answers, answer => answer.Field("Idempotency-Replayed") is null);
            Assert.Single(answers.Select(answer => answer.Field("Location")).Distinct());
        }
        finally
        {
            Array.ForEach(answers, static answer => answer.Dispose());
        }
    }
}
