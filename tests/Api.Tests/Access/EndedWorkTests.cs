using System.Net;
using System.Text.Json;
using DocService.Api.Bulk.Importing;
using DocService.Api.Keys;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;
using DocService.Api.Waiting;
using DocService.Collections;

namespace DocService.Api.Tests.Access;

/// <summary>A key that is revoked in the midst of a long request ends the request: what is done stays, and nothing is added.</summary>
public sealed class EndedWorkTests
{
    private static readonly Dictionary<string, string[]> All = new() { ["read"] = ["notes/"], ["write"] = ["notes/"], ["operate"] = ["notes/"] };

    [Fact]
    public async Task Export_OfARevokedKey_EndsWithTheProblem()
    {
        await using var application = new TestApplication();
        await application.WaitForIndexAsync();
        string text = new('x', 100_000);
        for (int number = 0; number < 100; number++) // more than an answer in memory takes before somebody reads it
        {
            await application.StoreAsync($"notes/{number:000}", $"\"{text}\"");
        }

        KeyRing keys = application.Service<KeyRing>();
        (string id, string token) = await KeyedApplication.AddAsync(keys, "export", All);
        using HttpRequestMessage request = Requests.Request("GET", "/docs?prefix=notes/", ("Accept", "application/x-ndjson"), ("Authorization", "Bearer " + token));
        using HttpResponseMessage response = await application.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        Assert.True(await keys.RevokeAsync(id));

        string[] lines = (await response.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        JsonElement last = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal("/problems/unauthorized", last.GetProperty("error").GetProperty("type").GetString());
        Assert.InRange(lines.Length, 1, 100);
    }

    /// <summary>The server waits for more lines when the key ends, and takes none of those that come then.</summary>
    [Fact]
    public async Task Import_OfARevokedKey_TakesNoFurtherLine()
    {
        await using var application = new TestApplication(new ApplicationSettings { UsesSockets = true });
        KeyRing keys = application.Service<KeyRing>();
        (string id, string token) = await KeyedApplication.AddAsync(keys, "import", All);
        using RawConnection connection = await RawConnection.OpenAsync(application.Port);
        await connection.SendAsync($"POST /import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: k\r\n"
            + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"id\":\"notes/first\",\"body\":true}\r\n");
        await UntilAsync(() => application.Service<Imports>().TryGet(new ImportName(id, "k"), out _), "The import does not begin.");

        Assert.True(await keys.RevokeAsync(id));
        await connection.SendAsync("22\r\n\n{\"id\":\"notes/second\",\"body\":true}\r\n0\r\n\r\n");

        RawResponse response = await connection.ReceiveAsync();
        JsonElement problem = response.AssertProblem(401, "unauthorized");
        Assert.Equal(0, problem.GetProperty("lines").GetInt64());
        Assert.True(await connection.IsClosedByServerAsync());
        (_, string other) = await KeyedApplication.AddAsync(keys, "other", All);
        using HttpResponseMessage read = await application.SendAsync("GET", "/docs/notes/second", null, ("Authorization", "Bearer " + other));
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }

    /// <summary>It is revoked between the first and the second of three commits.</summary>
    [Fact]
    public async Task Deletion_OfARevokedKey_DeletesNoMore()
    {
        KeyRing? keys = null;
        string id = string.Empty;
        int commits = 0;
        using var directory = new TestDirectory();
        string log = Path.Combine(directory.Path, "audit.log");
        await using var application = new TestApplication(new ApplicationSettings
        {
            Values = new Dictionary<string, string> { ["MaxBatchOperations"] = "10", ["AuditFile"] = log },
            BeforeStore = MeddledStore.BeforeEach(operations =>
            {
                if (operations.Count == 10 && ++commits == 2)
                {
                    Assert.True(keys!.RevokeAsync(id).GetAwaiter().GetResult());
                }
            }),
        });
        for (int number = 0; number < 30; number++)
        {
            await application.StoreAsync($"notes/{number:00}", "1");
        }

        keys = application.Service<KeyRing>();
        (id, string token) = await KeyedApplication.AddAsync(keys, "deletion", All);
        (_, string other) = await KeyedApplication.AddAsync(keys, "other", All);

        using HttpResponseMessage response = await application.SendAsync("DELETE", "/docs?prefix=notes/&confirm=30", null, ("Authorization", "Bearer " + token));
        using HttpResponseMessage left = await application.SendAsync("GET", "/docs?prefix=notes/&include=id", null, ("Authorization", "Bearer " + other));

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal(10, problem.GetProperty("deleted").GetInt32());
        Assert.Equal(20, JsonDocument.Parse(await left.Content.ReadAsStringAsync()).RootElement.GetProperty("documents").GetArrayLength());
        await application.StopAsync(); // then the log has all its lines
        JsonElement line = Assert.Single((await File.ReadAllLinesAsync(log)).Select(text => JsonDocument.Parse(text).RootElement), line => line.GetProperty("method").GetString() == "DELETE");
        Assert.Equal((id, 401, 10), (line.GetProperty("owner").GetString(), line.GetProperty("status").GetInt32(), line.GetProperty("documents").GetInt32()));
    }

    [Fact]
    public async Task LongPollOfChanges_OfARevokedKey_IsUnauthorized()
    {
        await using var application = new TestApplication();
        await application.WaitForIndexAsync();
        KeyRing keys = application.Service<KeyRing>();
        (string id, string token) = await KeyedApplication.AddAsync(keys, "poll", All);
        Task<HttpResponseMessage> waiting = application.SendAsync("GET", "/changes?prefix=notes/&wait=50", null, ("Authorization", "Bearer " + token));
        await UntilAsync(() => application.Service<FeedClients>().Count == 1, "Nobody waits.");

        Assert.True(await keys.RevokeAsync(id));

        using HttpResponseMessage response = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    /// <summary>The definition is there; its indexes are never ready. The whole wait would be longer than the test's patience.</summary>
    [Fact]
    public async Task Definition_ThatWaitsForItsIndexes_IsAnsweredWhenItsKeyEnds()
    {
        await using var application = new TestApplication();
        KeyRing keys = application.Service<KeyRing>();
        (string id, string token) = await KeyedApplication.AddAsync(keys, "definition", All);
        await FailedIndex.MakeAsync(application);
        Task<HttpResponseMessage> waiting = application.SendAsync(
            "PUT", "/collections/notes?wait=50", """{"prefix":"notes/","indexes":{"by-n":{"fields":["n"]}}}""", ("Authorization", "Bearer " + token));
        await UntilAsync(() => application.Service<CollectionService>().Collections.Get("notes") is not null, "There is no definition.");

        Assert.True(await keys.RevokeAsync(id));

        using HttpResponseMessage response = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.NotNull(response.Field("ETag"));
    }

    private static async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        for (int look = 0; !holds(); look++)
        {
            Assert.True(look < 3000, otherwise);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
