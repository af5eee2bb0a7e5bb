using System.Diagnostics;
using System.Globalization;
using System.Net;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>
/// A client that reads back each write right after its acknowledgement, while 64 others write, never sees an older
/// version. Where publication came after the acknowledgement, or a look that finds an unpublished version went to the
/// document's file, it would.
/// </summary>
public sealed class ReadYourWritesTests
{
    private const int Writers = 64;
    private const int SharedKeys = 4;
    private const int Seed = 20260301;

    /// <summary>Writes that are read back; a second or two.</summary>
    private const int Turns = 30;

    [Theory]
    [InlineData("durable")]
    [InlineData("filed")]
    public async Task ReadBack_WhileManyWrite_IsNeverOlderThanTheAcknowledgement(string level)
    {
        using ServerProcess server = await ServerProcess.StartAsync("--DocService:Durability=" + level);
        using var run = new Run(server.Port, level);

        await run.ReadBackAsync();
    }

    /// <summary>
    /// Buffered writes are answered before they are visible: a read may still find the version before. Once the
    /// position of the acknowledgement is durable it may not, and versions never go back.
    /// </summary>
    [Fact]
    public async Task ReadBack_OfBufferedWrites_NeverGoesBackAndIsThereOnceDurable()
    {
        using ServerProcess server = await ServerProcess.StartAsync("--DocService:Durability=buffered");
        using var run = new Run(server.Port, "buffered");

        await run.ReadBackAsync();
    }

    /// <summary>The writers, the client that reads back, and what each version of a key held.</summary>
    private sealed class Run(int port, string level) : IDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = Writers + 8 }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        private readonly CancellationTokenSource _end = new();

        public void Dispose()
        {
            _client.Dispose();
            _end.Dispose();
        }

        /// <summary>Writes and reads back while others write.</summary>
        public async Task ReadBackAsync()
        {
            for (int key = 0; key < SharedKeys; key++)
            {
                await PutAsync(Shared(key), "0");
            }

            Task[] writers = [.. Enumerable.Range(0, Writers).Select(WriteAsync)];
            try
            {
                await ReadAllBackAsync();
            }
            finally
            {
                await _end.CancelAsync();
                await Task.WhenAll(writers);
            }
        }

        private static string Shared(int key) => $"shared-{key}";

        private async Task ReadAllBackAsync()
        {
            var random = new Random(Seed);
            var seen = new Dictionary<string, long>();
            for (int turn = 0; turn < Turns; turn++)
            {
                string id = random.Next(2) == 0 ? "own" : Shared(random.Next(SharedKeys));
                string body = $"\"reader {turn}\"";
                long acknowledged = await PutAsync(id, body);
                if (level == "buffered")
                {
                    (long early, _) = await GetAsync(id);
                    Check(id, early, seen);
                    await WaitUntilDurableAsync(acknowledged);
                }

                (long version, string found) = await GetAsync(id);
                string context = $"seed {Seed}, turn {turn}: wrote {acknowledged} to {id}, read {version}";
                Assert.True(version >= acknowledged, context);
                Assert.True(version != acknowledged || found == body, context + " with another body");
                Assert.True(id != "own" || version == acknowledged, context + ", which nobody else writes");
                Check(id, version, seen);
            }
        }

        /// <summary>Versions of a key never go back for one who reads them in a row.</summary>
        private static void Check(string id, long version, Dictionary<string, long> seen)
        {
            Assert.True(version >= seen.GetValueOrDefault(id), $"seed {Seed}: {id} went back from {seen.GetValueOrDefault(id)} to {version}");
            seen[id] = version;
        }

        private async Task WriteAsync(int writer)
        {
            var random = new Random(Seed + 1 + writer);
            for (int turn = 0; !_end.IsCancellationRequested; turn++)
            {
                await PutAsync(Shared(random.Next(SharedKeys)), $"\"writer {writer} {turn}\"");
            }
        }

        private async Task<long> PutAsync(string id, string json)
        {
            using ByteArrayContent content = Requests.Json(json);
            using HttpResponseMessage response = await _client.PutAsync(new Uri("/docs/" + id, UriKind.Relative), content);
            Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            Assert.Equal(level == "buffered", response.StatusCode == HttpStatusCode.Accepted);
            string[] reached = response.Field("Durability")!.Split(";seq=");
            Assert.Equal(level, reached[0]);
            return long.Parse(reached[1], CultureInfo.InvariantCulture);
        }

        /// <summary>Version and body; version 0 where there is no document yet.</summary>
        private async Task<(long Version, string Body)> GetAsync(string id)
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri("/docs/" + id, UriKind.Relative));
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return (0, string.Empty);
            }

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return (long.Parse(response.Headers.ETag!.Tag.Trim('"'), CultureInfo.InvariantCulture), await response.Content.ReadAsStringAsync());
        }

        private async Task WaitUntilDurableAsync(long sequence)
        {
            long start = Stopwatch.GetTimestamp();
            while (true)
            {
                using var status = System.Text.Json.JsonDocument.Parse(await _client.GetStringAsync(new Uri("/status", UriKind.Relative)));
                if (status.RootElement.GetProperty("durableThrough").GetInt64() >= sequence)
                {
                    return;
                }

                Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(2), $"{sequence} does not become durable");
            }
        }
    }
}
