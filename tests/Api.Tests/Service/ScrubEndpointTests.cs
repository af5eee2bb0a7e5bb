using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Service;

/// <summary>A scrub that is asked for over HTTP.</summary>
public sealed class ScrubEndpointTests
{
    [Fact]
    public async Task Scrub_IsAskedFor_ReadsEveryFileAtOnce()
    {
        await using var application = new TestApplication();
        await application.StoreAsync("notes/a", "1");
        using HttpResponseMessage begun = await application.SendAsync("POST", "/scrub", null);

        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        Assert.Equal("/status", begun.Headers.Location?.ToString());
        Assert.True((await ReadAsync(begun)).GetProperty("begun").GetBoolean());
        JsonElement scrub = await FinishedAsync(application);
        Assert.True(scrub.GetProperty("files").GetInt64() > 0);
        Assert.Equal(0, scrub.GetProperty("damaged").GetInt32());
    }

    [Fact]
    public async Task Scrub_WithAnIdempotencyKey_IsRefused()
    {
        await using var application = new TestApplication();
        using HttpResponseMessage response = await application.SendAsync("POST", "/scrub", null, ("Idempotency-Key", "k"));
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
    }

    private static async Task<JsonElement> FinishedAsync(TestApplication application)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (int tries = 0; tries < 10_000; tries++)
        {
            using HttpResponseMessage status = await application.SendAsync("GET", "/status", null);
            JsonElement scrub = (await ReadAsync(status)).GetProperty("scrub");
            if (scrub.GetProperty("finished").ValueKind != JsonValueKind.Null)
            {
                return scrub;
            }

            await timer.WaitForNextTickAsync();
        }

        throw new TimeoutException("The scrub does not end.");
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
