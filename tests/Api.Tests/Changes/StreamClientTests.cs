using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using DocService.Api.Changes;
using DocService.Api.Tests.Queries;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Changes;

/// <summary>Clients of GET /changes as events: how many there may be, how silence is broken, and who is cut off.</summary>
public sealed class StreamClientTests
{
    [Fact]
    public async Task WithoutAnIndex_IsUnavailableAndSaysWhenToComeAgain()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        using EventReader events = await EventReader.OpenAsync(app, "/changes");
        EventReader.ReadEvent unavailable = await events.NextEventAsync();
        Assert.Equal(("unavailable", "5000", "/problems/no-index"), (unavailable.Event, unavailable.Retry, unavailable.Json().GetProperty("type").GetString()));
        Assert.Null(unavailable.Id);
        Assert.Null(await events.NextAsync());
        using HttpResponseMessage page = await app.SendAsync("GET", "/changes");
        await page.AssertProblemAsync(HttpStatusCode.NotImplemented, "no-index");
    }

    [Fact]
    public async Task MoreClientsThanMay_AreBusy_AndAPlaceIsFreeWhenOneHasGone()
    {
        await using var app = new TestApplication(new ApplicationSettings { Values = new Dictionary<string, string> { ["FeedClientsMax"] = "1" } });
        await app.WaitForIndexAsync();
        string tag = await app.StoreAsync("a", "1");
        string through = (await app.ReadJsonAsync("/changes")).GetProperty("through").GetString()!;
        using (EventReader first = await EventReader.OpenAsync(app, "/changes"))
        {
            await first.NextChangeAsync();
            using EventReader second = await EventReader.OpenAsync(app, "/changes");
            EventReader.ReadEvent busy = await second.NextEventAsync();
            Assert.Equal(("unavailable", "/problems/busy"), (busy.Event, busy.Json().GetProperty("type").GetString()));
            using HttpResponseMessage waiting = await app.SendAsync("GET", $"/changes?since={through}&wait=50");
            await waiting.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "busy");
            using HttpResponseMessage document = await app.SendAsync("GET", "/docs/a?wait=50", fields: [("If-None-Match", tag)]);
            await document.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "busy");
            using HttpResponseMessage page = await app.SendAsync("GET", "/changes"); // does not wait
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        while (app.Service<Waiting.FeedClients>().Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        using EventReader next = await EventReader.OpenAsync(app, "/changes");
        await next.NextChangeAsync();
    }

    [Fact]
    public async Task Silence_IsBrokenByCommentsAndByProgressWhenOthersHaveChanged()
    {
        var timers = new HandTimers(ChangeStream.CommentInterval);
        await using var app = new TestApplication(new ApplicationSettings { Clock = timers });
        await app.WaitForIndexAsync();
        using EventReader events = await EventReader.OpenAsync(app, "/changes?prefix=mine/");
        EventReader.ReadEvent first = await events.NextEventAsync();
        Assert.Equal("progress", first.Event);
        timers.RunOut();
        EventReader.ReadEvent? comment = await events.NextAsync();
        Assert.Equal(new EventReader.ReadEvent(), comment);

        await app.StoreAsync("others/1", "1");
        await app.WaitForIndexAsync();
        EventReader.ReadEvent? progress;
        do
        {
            timers.RunOut();
            progress = await events.NextAsync();
        }
        while (progress?.Data is null);
        Assert.Equal("progress", progress.Event);
        Assert.NotEqual(first.Id, progress.Id);
    }

    [Fact]
    public async Task IndexIsMadeAnew_TheStreamGoesOnWhereItWas()
    {
        await using var app = new TestApplication();
        await app.WaitForIndexAsync();
        await app.StoreAsync("a", "1");
        using EventReader events = await EventReader.OpenAsync(app, "/changes");
        Assert.Equal("put a", (await events.NextEventAsync()).Told());
        Assert.Equal("progress", (await events.NextEventAsync()).Event);
        Index.IndexFollower index = app.Service<ServedIndex>().Follower!;
        index.Rebuild("a test asks for it");
        while (index.Status is not { Stage: Index.IndexStage.Following, Reason: "a test asks for it" })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System); // what is filed before it begins is known without its deletes, and would be a reset
        }

        await app.StoreAsync("b", "1");
        Assert.Equal("put b", (await events.NextChangeAsync()).Told());
    }

    [Fact]
    public async Task ClientThatTakesNothing_IsCutOff_AndNobodyElseNotices()
    {
        TimeSpan idle = TimeSpan.FromMinutes(47);
        var timers = new HandTimers(idle);
        await using var app = new TestApplication(new ApplicationSettings { Clock = timers, Values = new Dictionary<string, string> { ["ExportIdle"] = idle.ToString() } });
        await app.WaitForIndexAsync();
        string text = new('x', 100_000);
        for (int n = 0; n < 20; n++)
        {
            await app.StoreAsync($"{n:00}", $"\"{text}\"");
        }

        using EventReader slow = await EventReader.OpenAsync(app, "/changes");
        using EventReader other = await EventReader.OpenAsync(app, "/changes?include=info");
        for (int n = 0; n < 20; n++)
        {
            await other.NextChangeAsync();
        }

        while (app.Service<Waiting.FeedClients>().Count > 1)
        {
            timers.RunOut();
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await app.StoreAsync("last", "1");
        Assert.Equal("put last", (await other.NextChangeAsync()).Told());
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (await slow.NextAsync() is not null)
            {
            }
        });
    }

    [Fact]
    public async Task Stop_EndsStreamsAndWaitsBetweenTwoEvents()
    {
        await using var app = new TestApplication();
        await app.WaitForIndexAsync();
        string tag = await app.StoreAsync("a", "1");
        using EventReader events = await EventReader.OpenAsync(app, "/changes");
        Assert.Equal("put a", (await events.NextEventAsync()).Told());
        Assert.Equal("progress", (await events.NextEventAsync()).Event);
        string through = (await app.ReadJsonAsync("/changes")).GetProperty("through").GetString()!;
        Task<HttpResponseMessage> page = app.SendAsync("GET", $"/changes?since={through}&wait=50");
        Task<HttpResponseMessage> document = app.SendAsync("GET", "/docs/a?wait=50", fields: [("If-None-Match", tag)]);
        while (app.Service<Waiting.FeedClients>().Count < 3)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        app.Service<Microsoft.Extensions.Hosting.IHostApplicationLifetime>().StopApplication();
        Assert.Null(await events.NextAsync());
        using (HttpResponseMessage empty = await page)
        {
            Assert.Equal(HttpStatusCode.OK, empty.StatusCode);
        }

        using (HttpResponseMessage same = await document)
        {
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        }
    }
}
