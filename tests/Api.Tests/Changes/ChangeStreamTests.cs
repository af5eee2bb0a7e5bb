using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using DocService.Api.Changes;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Changes;

/// <summary>GET /changes as events: what is there, then what comes, and events in place of every other status.</summary>
[Collection(QueryApplication.Collection)]
public sealed class ChangeStreamTests(QueryApplication queries)
{
    private readonly string _prefix = QueryApplication.NewPrefix();

    [Fact]
    public async Task Stream_TellsWhatIsThereThenWhatComes()
    {
        await PutAsync("a", "1");
        using EventReader events = await OpenAsync();
        EventReader.ReadEvent a = await events.NextEventAsync();
        Assert.Equal((null, "put a", 1), (a.Event, a.Told(), a.Json().GetProperty("body").GetInt32()));
        Assert.NotNull(a.Id);
        EventReader.ReadEvent progress = await events.NextEventAsync();
        Assert.Equal("progress", progress.Event);
        Assert.Equal(progress.Json().GetProperty("through").GetString(), progress.Json().GetProperty("next").GetString());
        Assert.Equal(progress.Id, progress.Json().GetProperty("next").GetString());

        await PutAsync("b", "2");
        Assert.Equal("put b", (await events.NextChangeAsync()).Told());
        await DeleteAsync("a");
        Assert.Equal("delete a", (await events.NextChangeAsync()).Told());
    }

    /// <summary>A newcomer that has seen a part of its first commit, and no id of a change, must still be told of deletes that come then.</summary>
    [Fact]
    public async Task Beginning_CutOffInsideItsFirstCommit_IsToldOfDeletesSince()
    {
        await queries.StoreAsync(_prefix, ("a", "1"), ("b", "1"));
        string? id = null;
        using (EventReader events = await OpenAsync())
        {
            while (id is null)
            {
                EventReader.ReadEvent? read = await events.NextAsync();
                Assert.NotNull(read);
                Assert.Null(read.Data); // nothing has been told yet
                id = read.Id;
            }
        }

        await DeleteAsync("a");
        using EventReader again = await EventReader.OpenAsync(queries.Application, $"/changes?prefix={_prefix}", id);
        Assert.Equal(["put b", "delete a"], new[] { (await again.NextChangeAsync()).Told(), (await again.NextChangeAsync()).Told() });
    }

    [Fact]
    public async Task Fields_KeepProxiesFromHoldingEventsBack()
    {
        using EventReader events = await OpenAsync();
        Assert.Equal("text/event-stream", events.Response.Field("Content-Type"));
        Assert.Equal("no-cache, no-transform", events.Response.Field("Cache-Control"));
        Assert.Equal("no", events.Response.Field("X-Accel-Buffering"));
    }

    [Fact]
    public async Task Batch_OnlyTheLastEventOfACommitHasAnId()
    {
        using EventReader events = await OpenAsync();
        await queries.StoreAsync(_prefix, ("a", "1"), ("b", "1"), ("c", "1"));
        await queries.StoreAsync(_prefix, ("d", "1"));
        Assert.Equal([("put a", false), ("put b", false), ("put c", true), ("put d", true)], await ReadAsync(events, 4));
    }

    [Fact]
    public async Task Batch_WithAPrefixThatLeavesItsLastOut_TheLastThatIsToldHasTheId()
    {
        using EventReader events = await OpenAsync("&filter=" + Uri.EscapeDataString("{\"n\":1}"));
        Assert.Equal("progress", (await events.NextEventAsync()).Event); // the commit comes behind its beginning: a newcomer is not told what is gone
        await queries.StoreAsync(string.Empty, (_prefix + "a", "{\"n\":1}"), (_prefix + "b", "{}"), ("zzz" + _prefix, "1"));
        Assert.Equal([("put a", false), ("gone b", true)], await ReadAsync(events, 2));
    }

    [Fact]
    public async Task LastEventId_BeatsSinceAndGoesOnBehindIt()
    {
        await PutAsync("a", "1");
        await PutAsync("b", "1");
        string first;
        using (EventReader events = await OpenAsync())
        {
            first = (await events.NextEventAsync()).Id!;
        }

        await PutAsync("a", "2");
        using EventReader resumed = await EventReader.OpenAsync(queries.Application, $"/changes?prefix={_prefix}&since=0", first);
        Assert.Equal("put b", (await resumed.NextEventAsync()).Told());
        EventReader.ReadEvent a = await resumed.NextEventAsync();
        Assert.Equal(("put a", 2), (a.Told(), a.Json().GetProperty("body").GetInt32()));
    }

    [Fact]
    public async Task Id_IsAPositionForPagesAndAPagesNextForEvents()
    {
        await PutAsync("a", "1");
        using EventReader events = await OpenAsync();
        string id = (await events.NextEventAsync()).Id!;
        await PutAsync("b", "1");
        JsonElement page = await queries.AskAsync($"/changes?prefix={_prefix}&since={id}");
        Assert.Equal(1, page.GetProperty("changes").GetArrayLength());
        using EventReader fromPage = await OpenAsync("&since=" + page.GetProperty("next").GetString());
        await PutAsync("c", "1");
        Assert.Equal("put c", (await fromPage.NextChangeAsync()).Told());
    }

    [Fact]
    public async Task Body_WithLineBreaks_StandsInOneLineAndLengthIsThatOfTheStoredBytes()
    {
        const string Body = "{\r\n \"a\":\n1.50\r}";
        await PutAsync("a", Body);
        using EventReader events = await OpenAsync();
        JsonElement change = (await events.NextEventAsync()).Json();
        Assert.Equal("{   \"a\": 1.50 }", change.GetProperty("body").GetRawText());
        Assert.Equal(Body.Length, change.GetProperty("length").GetInt32());
        using EventReader raw = await OpenAsync("&include=raw");
        Assert.Equal(Body, (await raw.NextEventAsync()).Json().GetProperty("raw").GetString());
    }

    /// <summary>By the parser of the framework, which shares nothing with ours.</summary>
    [Fact]
    public async Task Events_AreReadByTheFrameworksParser()
    {
        await PutAsync("a", "[\n\"data: x\\n\\nid: 1\"]");
        using EventReader fields = await OpenAsync(); // and its answer is read by the parser
        await foreach (SseItem<string> item in SseParser.Create(await fields.Response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            Assert.Equal("message", item.EventType);
            Assert.Equal("data: x\n\nid: 1", JsonDocument.Parse(item.Data).RootElement.GetProperty("body")[0].GetString());
            break;
        }
    }

    [Fact]
    public async Task LargeDocument_IsOneEvent()
    {
        await PutAsync("a", $"\"{new string('x', 900_000)}\"");
        using EventReader events = await OpenAsync();
        Assert.Equal(900_000, (await events.NextEventAsync()).Json().GetProperty("body").GetString()!.Length);
        await PutAsync("b", $"\"{new string('y', 900_000)}\"");
        Assert.Equal(900_000, (await events.NextChangeAsync()).Json().GetProperty("body").GetString()!.Length);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AQARIjNEVWZ3iJmqu8zd7v8AAAAAAAAAEQ")] // of another store
    public async Task LastEventId_ThatCannotBeGoneOnWith_IsAResetThatSaysWhereToBegin(string id)
    {
        using EventReader events = await EventReader.OpenAsync(queries.Application, $"/changes?prefix={_prefix}", id);
        EventReader.ReadEvent reset = await events.NextEventAsync();
        Assert.Equal(("reset", "0"), (reset.Event, reset.Id));
        Assert.Equal(("/problems/feed-reset", 410, "0"), (reset.Json().GetProperty("type").GetString(), reset.Json().GetProperty("status").GetInt32(), reset.Json().GetProperty("next").GetString()));
        Assert.Null(await events.NextAsync());
    }

    [Fact]
    public async Task Since_BeyondTheNewest_IsAReset()
    {
        string next = (await queries.AskAsync("/changes?limit=1")).GetProperty("through").GetString()!;
        using EventReader events = await OpenAsync("&since=" + Positions.Moved(next, by: 1_000_000));
        Assert.Equal("reset", (await events.NextEventAsync()).Event);
    }

    /// <summary>What all share in memory does not know how far there are changes.</summary>
    [Fact]
    public async Task Since_BeyondTheNewestWhileOthersListen_IsAReset()
    {
        using EventReader other = await OpenAsync();
        Assert.Equal("progress", (await other.NextEventAsync()).Event);
        await PutAsync("a", "1");
        EventReader.ReadEvent a = await other.NextChangeAsync();
        using EventReader events = await OpenAsync("&since=" + Positions.Moved(a.Id!, by: 1_000_000));
        Assert.Equal("reset", (await events.NextEventAsync()).Event);
    }

    [Fact]
    public async Task Head_AnswersTheFieldsAlone()
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("HEAD", "/changes", fields: [("Accept", "text/event-stream")]);
        Assert.Equal("text/event-stream", response.Field("Content-Type"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    private static async Task<(string Told, bool HasId)[]> ReadAsync(EventReader events, int count)
    {
        var told = new (string, bool)[count];
        for (int n = 0; n < count; n++)
        {
            EventReader.ReadEvent read = await events.NextChangeAsync();
            told[n] = (read.Told(), read.Id is not null);
        }

        return told;
    }

    private Task<EventReader> OpenAsync(string more = "") => EventReader.OpenAsync(queries.Application, $"/changes?prefix={_prefix}{more}");

    private Task<string> PutAsync(string id, string json) => queries.Application.StoreAsync(_prefix + id, json);

    private async Task DeleteAsync(string id)
    {
        using HttpResponseMessage response = await queries.Application.SendAsync("DELETE", "/docs/" + _prefix + id);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }
}
