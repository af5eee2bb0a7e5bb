using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Schemas.Tests;
using Xunit.Abstractions;

namespace DocService.Api.Tests.Collections;

/// <summary>Hostile schemas and documents over HTTP: each request is answered, and others beside them.</summary>
public sealed class SchemaFuzzTests(SharedApplication shared, ITestOutputHelper output) : IClassFixture<SharedApplication>
{
    /// <summary>Far above what a request takes, even on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>A write that waits for so long is refused (BusyTimeout). On an idle machine the p99 is some ten milliseconds.</summary>
    private static readonly TimeSpan OthersMax = TimeSpan.FromSeconds(10);

    private static readonly HashSet<HttpStatusCode> Answers =
        [HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnprocessableEntity, HttpStatusCode.ServiceUnavailable];

    private readonly TestApplication _app = shared.Application;

    /// <summary>SCHEMA_FUZZ_SECONDS runs it longer, with other seeds.</summary>
    [Fact]
    public async Task Fuzz_SchemasAndDocuments_AreAnsweredAndOthersBesideThem()
    {
        int seconds = int.Parse(Environment.GetEnvironmentVariable("SCHEMA_FUZZ_SECONDS") ?? "0", CultureInfo.InvariantCulture);
        using var end = new CancellationTokenSource();
        Task<List<TimeSpan>> others = AskOthersAsync(end.Token);
        long started = Stopwatch.GetTimestamp();
        var counts = new Dictionary<HttpStatusCode, int>();
        for (int seed = 1; seed <= 60 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; seed++)
        {
            var random = new Random(seed);
            string schema = HostileText.Schema(random);
            Note(await TimedAsync("PUT", "/collections/fuzz", $$"""{"prefix":"fuzz/","schema":{{schema}} }""", $"seed {seed}"));
            IEnumerable<Task<HttpStatusCode>> writes = Enumerable.Range(0, 4).Select(number => HostileText.Document(random)).ToArray()
                .Select((document, number) => TimedAsync("PUT", $"/docs/fuzz/{number}", document, $"seed {seed}, document {number}"));
            foreach (HttpStatusCode status in await Task.WhenAll(writes))
            {
                Note(status);
            }
        }

        await end.CancelAsync();
        List<TimeSpan> times = await others;
        times.Sort();
        output.WriteLine($"{string.Join(", ", counts.Select(one => $"{(int)one.Key}: {one.Value}"))}; {times.Count} others, median {times[times.Count / 2].TotalMilliseconds} ms, p99 {times[times.Count * 99 / 100].TotalMilliseconds} ms, longest {times[^1].TotalMilliseconds} ms");
        Assert.True(times[times.Count * 99 / 100] < OthersMax, $"others took {times[times.Count * 99 / 100]} at p99");
        Assert.True(counts.GetValueOrDefault(HttpStatusCode.UnprocessableEntity) > 10 && counts.GetValueOrDefault(HttpStatusCode.Created) > 0, "schemas were defined, and judged by");

        void Note(HttpStatusCode status) => counts[status] = counts.GetValueOrDefault(status) + 1;
    }

    private async Task<HttpStatusCode> TimedAsync(string method, string path, string body, string what)
    {
        long started = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await _app.SendAsync(method, path, body).WaitAsync(Patience);
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True(Answers.Contains(response.StatusCode), $"{what}: {(int)response.StatusCode} {answer} for {body[..Math.Min(body.Length, 2000)]}");
        Assert.True(Stopwatch.GetElapsedTime(started) < Patience, what);
        Assert.True(Encoding.UTF8.GetByteCount(answer) < 256 * 1024, $"{what}: an answer of {answer.Length} characters");
        return response.StatusCode;
    }

    /// <summary>Writes and reads of a document that no schema concerns, one after the other, until the end.</summary>
    private async Task<List<TimeSpan>> AskOthersAsync(CancellationToken end)
    {
        var times = new List<TimeSpan>();
        for (int number = 0; !end.IsCancellationRequested || number < 10; number++)
        {
            long started = Stopwatch.GetTimestamp();
            using HttpResponseMessage written = await _app.PutAsync("beside", JsonSerializer.Serialize(number)).WaitAsync(Patience, CancellationToken.None);
            Assert.True(written.IsSuccessStatusCode);
            Assert.Equal(JsonSerializer.Serialize(number), await _app.Client.GetStringAsync(new Uri("/docs/beside", UriKind.Relative), CancellationToken.None).WaitAsync(Patience, CancellationToken.None));
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        return times;
    }
}
