using System.Net;
using DocService.Api.Keys;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;
using DocService.Storage;

namespace DocService.Api.Tests.Access;

/// <summary>What a key has opened ends with it.</summary>
public sealed class EndedKeyTests
{
    private static readonly Dictionary<string, string[]> ReadNotes = new() { ["read"] = ["notes/"] };

    [Theory]
    [InlineData("revoked")]
    [InlineData("rotated")]
    [InlineData("expired")]
    public async Task Stream_OfAKeyThatEnds_EndsToo(string how)
    {
        var clock = new ShiftedClock();
        await using var application = new TestApplication(new ApplicationSettings { UsesSockets = true, Clock = clock });
        KeyRing keys = application.Service<KeyRing>();
        (string id, string token) = await KeyedApplication.AddAsync(keys, "stream", ReadNotes, clock.GetUtcNow().AddMinutes(10));
        using HttpRequestMessage request = Requests.Request("GET", "/changes?prefix=notes/", ("Accept", "text/event-stream"), ("Authorization", "Bearer " + token));
        using HttpResponseMessage response = await application.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using Stream stream = await response.Content.ReadAsStreamAsync();
        Assert.True(await stream.ReadAsync(new byte[1]) > 0);

        switch (how)
        {
            case "revoked":
                Assert.True(await keys.RevokeAsync(id));
                break;
            case "rotated":
                Assert.NotNull(await keys.RotateAsync(id));
                break;
            default:
                clock.Pass(TimeSpan.FromMinutes(11));
                keys.EndExpired();
                break;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await stream.ReadAsync(new byte[4096], limit.Token) > 0)
        {
            // What was on its way.
        }

        using HttpResponseMessage after = await application.SendAsync("GET", "/docs/notes/a", null, ("Authorization", "Bearer " + token));
        await after.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task LongPoll_OfARevokedKey_IsUnauthorized()
    {
        await using var application = new TestApplication(new ApplicationSettings { UsesSockets = true });
        await application.StoreAsync("notes/a", "1");
        KeyRing keys = application.Service<KeyRing>();
        (string id, string token) = await KeyedApplication.AddAsync(keys, "poll", ReadNotes);
        await application.WaitForIndexAsync();
        using HttpRequestMessage request = Requests.Request("GET", "/docs/notes/a?wait=50", ("If-None-Match", "*"), ("Authorization", "Bearer " + token));
        Task<HttpResponseMessage> waiting = application.Client.SendAsync(request);
        await UntilAsync(() => application.Service<Waiting.FeedClients>().Count == 1);

        Assert.True(await keys.RevokeAsync(id));

        using HttpResponseMessage response = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    /// <summary>A body can take minutes. Its key was judged before; that it ended meanwhile counts all the same.</summary>
    [Theory]
    [InlineData("PUT", "/docs/notes/a", "application/json", "1")]
    [InlineData("PATCH", "/docs/notes/a", "application/merge-patch+json", "{\"a\":1}")]
    [InlineData("POST", "/batch", "application/json", "{\"operations\":[{\"op\":\"put\",\"id\":\"notes/a\",\"body\":1}]}")]
    [InlineData("PUT", "/collections/notes", "application/json", "{\"prefix\":\"notes/\"}")]
    [InlineData("POST", "/keys", "application/json", "{\"name\":\"another\",\"rights\":{\"operate\":[\"*\"]}}")]
    public async Task Body_OfAKeyThatWasRevokedMeanwhile_WritesNothing(string method, string target, string type, string body)
    {
        await using var application = new TestApplication(new ApplicationSettings { UsesSockets = true });
        await application.WaitForIndexAsync();
        KeyRing keys = application.Service<KeyRing>();
        (ApiKey key, string token) = (await keys.AddAsync("thief", KeyRights.All, null))!.Value;
        using RawConnection connection = await RawConnection.OpenAsync(application.Port);
        await connection.SendAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(100, (await connection.ReceiveAsync()).Status);

        Assert.True(await keys.RevokeAsync(key.Id));
        long written = application.Service<IDocumentStore>().Status.DurableThrough;
        await connection.SendAsync(body);

        Assert.Equal(401, (await connection.ReceiveAsync()).Status);
        Assert.Equal(written, application.Service<IDocumentStore>().Status.DurableThrough);
        Assert.Empty(keys.All);
    }

    [Fact]
    public async Task Keys_WhileThereAreNone_NeverAnswer()
    {
        await using var application = new TestApplication();

        foreach ((string method, string path) in ((string, string)[])[("GET", "/keys"), ("POST", "/keys"), ("DELETE", "/keys/000000000000"), ("POST", "/keys/000000000000/rotate")])
        {
            using HttpResponseMessage response = await application.SendAsync(method, path, method == "POST" && path == "/keys" ? """{"name":"a","rights":{"read":["*"]}}""" : null);
            Assert.Contains("keys add", (await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        Assert.False(application.Service<KeyRing>().IsOn);
    }

    /// <summary>Rather nobody than everybody.</summary>
    [Fact]
    public async Task LastKey_Revoked_LeavesAuthenticationOn()
    {
        await using var application = new TestApplication();
        KeyRing keys = application.Service<KeyRing>();
        (ApiKey key, _) = (await keys.AddAsync("only", KeyRights.All, null))!.Value;
        Assert.True(await keys.RevokeAsync(key.Id));

        using HttpResponseMessage response = await application.SendAsync("GET", "/docs/a");

        await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int look = 0; !holds(); look++)
        {
            Assert.True(look < 3000, "It did not come to pass within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
