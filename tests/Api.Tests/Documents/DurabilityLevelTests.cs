using System.Globalization;
using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Batches;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Documents;

/// <summary>The level that a server gives by itself and a request asks for, and the one that its answer names.</summary>
public sealed class DurabilityLevelTests
{
    /// <summary>A filesystem in memory, which keeps nothing through a power cut.</summary>
    private const string MemoryDirectory = "/dev/shm";

    [Theory]
    [InlineData("buffered", HttpStatusCode.Accepted)]
    [InlineData("durable", HttpStatusCode.Created)]
    [InlineData("filed", HttpStatusCode.Created)]
    public async Task Write_WithoutAWish_HasTheServersLevel(string level, HttpStatusCode status)
    {
        await using TestApplication app = WithLevel(level);
        using HttpResponseMessage put = await app.PutAsync("a", "1");
        using HttpResponseMessage batch = await app.BatchAsync(Batch.Of(Batch.Put("b", "1")));

        Assert.Equal(status, put.StatusCode);
        Assert.Equal(level, await ReachedAsync(app, put));
        Assert.Equal(level, await ReachedAsync(app, batch));
    }

    [Theory]
    [InlineData("buffered", "filed")]
    [InlineData("buffered", "durable")]
    [InlineData("filed", "durable")]
    [InlineData("filed", "buffered")]
    [InlineData("durable", "filed")]
    public async Task Write_WithAWish_HasThatLevelWhateverTheServers(string server, string asked)
    {
        await using TestApplication app = WithLevel(server);
        using HttpResponseMessage put = await app.PutAsync("a", "1", ("Durability", asked));
        using HttpResponseMessage batch = await app.BatchAsync(Batch.Of(Batch.Put("b", "1")), ("Durability", asked));

        Assert.Equal(asked, await ReachedAsync(app, put));
        Assert.Equal(asked, await ReachedAsync(app, batch));
    }

    [Fact]
    public async Task Put_Filed_HasItsFileWhenItIsAnswered()
    {
        await using TestApplication app = WithLevel("durable");
        for (int turn = 0; turn < 20; turn++)
        {
            using HttpResponseMessage put = await app.PutAsync($"filed-{turn}", $"{turn}", ("Durability", "filed"));
            Assert.EndsWith($"\n{turn}", await File.ReadAllTextAsync(app.FileOf($"filed-{turn}")), StringComparison.Ordinal);
            Assert.StartsWith("filed;seq=", put.Field("Durability"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Write_Buffered_InvitesToNothing()
    {
        await using TestApplication app = WithLevel("durable");
        using HttpResponseMessage created = await app.PutAsync("a", "1", ("Durability", "buffered"), ("Prefer", "return=representation"));
        using HttpResponseMessage batch = await app.BatchAsync(Batch.Of(Batch.Put("b", "1"), Batch.Delete("c")), ("Durability", "buffered"));

        Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        Assert.Null(created.Field("ETag"));
        Assert.Null(created.Field("Preference-Applied"));
        Assert.Empty(await created.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.Accepted, batch.StatusCode);
        JsonElement answer = JsonDocument.Parse(await batch.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal([201, 404], answer.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetInt32()));
        Assert.All(answer.GetProperty("results").EnumerateArray(), result => Assert.False(result.TryGetProperty("etag", out _)));
    }

    /// <summary>The level in the field was the best one that the filesystem can keep, whatever stood in the journal only.</summary>
    [Fact]
    public async Task Batch_NothingToWrite_NamesTheLevelOfTheSequenceItNames()
    {
        await using TestApplication app = WithLevel("durable");
        for (int turn = 0; turn < 50; turn++)
        {
            string tag = await app.StoreAsync("a", $"{turn}");
            using HttpResponseMessage batch = await app.BatchAsync(Batch.Of(Batch.Check("a", "ifMatch", tag)));
            (string level, long sequence) = Parse(batch.Field("Durability")!);

            Assert.True(sequence >= long.Parse(tag.Trim('"'), CultureInfo.InvariantCulture));
            Assert.Contains(level, (string[])["durable", "filed"]);
            Assert.True(level == "durable" || await PositionAsync(app, "filedThrough") >= sequence, $"turn {turn}: said to be filed");
        }
    }

    [Theory]
    [InlineData("buffered")]
    [InlineData("durable")]
    [InlineData("filed")]
    public async Task Write_OnAFilesystemInMemory_IsVolatile(string asked)
    {
        if (!Directory.Exists(MemoryDirectory))
        {
            return; // not mounted everywhere
        }

        string path = Path.Combine(MemoryDirectory, Path.GetRandomFileName());
        try
        {
            await using TestApplication app = new(new ApplicationSettings { Values = new Dictionary<string, string> { ["DataDirectory"] = path } });
            using HttpResponseMessage put = await app.PutAsync("a", "1", ("Durability", asked));
            using HttpResponseMessage batch = await app.BatchAsync(Batch.Of(Batch.Put("b", "1")), ("Durability", asked));

            Assert.StartsWith("volatile;seq=", put.Field("Durability"), StringComparison.Ordinal);
            Assert.StartsWith("volatile;seq=", batch.Field("Durability"), StringComparison.Ordinal);

            // Answered before it is published, as asked: then no entity tag invites to a read.
            Assert.Equal(asked == "buffered" ? HttpStatusCode.Accepted : HttpStatusCode.Created, put.StatusCode);
            Assert.Equal(asked == "buffered", put.Field("ETag") is null);
            Assert.Equal(asked == "buffered" ? HttpStatusCode.Accepted : HttpStatusCode.OK, batch.StatusCode);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static TestApplication WithLevel(string level) =>
        new(new ApplicationSettings { Values = new Dictionary<string, string> { ["Durability"] = level } });

    /// <summary>The level that the answer names, once that is seen to be no more than the truth.</summary>
    private static async Task<string> ReachedAsync(TestApplication app, HttpResponseMessage response)
    {
        (string level, long sequence) = Parse(response.Field("Durability")!);
        string position = level switch { "buffered" => "appendedThrough", "durable" => "durableThrough", _ => "filedThrough" };
        Assert.True(await PositionAsync(app, position) >= sequence, $"{level} is said of {sequence}");
        return level;
    }

    private static (string Level, long Sequence) Parse(string field)
    {
        string[] parts = field.Split(";seq=");
        return (parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static async Task<long> PositionAsync(TestApplication app, string position)
    {
        using JsonDocument status = JsonDocument.Parse(await app.Client.GetStringAsync("/status"));
        return status.RootElement.GetProperty(position).GetInt64();
    }
}
