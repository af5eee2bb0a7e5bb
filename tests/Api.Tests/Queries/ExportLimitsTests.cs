using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Storage;

namespace DocService.Api.Tests.Queries;

/// <summary>An export ends when it takes too long, and when its reader takes nothing. The client can tell that it is not whole.</summary>
public sealed class ExportLimitsTests
{
    private const string Documents = "/docs?prefix=long/";

    [Fact]
    public async Task ExportTimeout_RunsOut_TheLastLineIsTheProblem()
    {
        var timers = new HandTimers(TimeSpan.FromMinutes(47));
        await using TestApplication application = await StartAsync("ExportTimeout", "00:47:00", timers);
        using HttpResponseMessage response = await BeginAsync(application);

        timers.RunOut();

        string[] lines = (await response.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        JsonElement last = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.EndsWith("/query-timeout", last.GetProperty("error").GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Contains("ExportTimeout", last.GetProperty("error").GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.InRange(lines.Length, 1, 100);
    }

    [Fact]
    public async Task ExportIdle_RunsOut_TheAnswerIsCutOffAndItsMemoryIsGivenBack()
    {
        var timers = new HandTimers(TimeSpan.FromMinutes(47));
        await using TestApplication application = await StartAsync("ExportIdle", "00:47:00", timers);
        var budget = application.Service<ByteBudget>();
        using HttpResponseMessage response = await BeginAsync(application);

        for (int turn = 0; turn < 12_000 && budget.Free < budget.Bytes; turn++)
        {
            timers.RunOut(); // each piece has a timer of its own
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Equal(budget.Bytes, budget.Free);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    /// <summary>With more than an answer in memory takes before somebody reads it: 100 documents of 100 KB.</summary>
    private static async Task<TestApplication> StartAsync(string key, string value, TimeProvider clock)
    {
        var application = new TestApplication(new ApplicationSettings { Clock = clock, Values = new Dictionary<string, string> { [key] = value } });
        await application.WaitForIndexAsync();
        string text = new('x', 100_000);
        for (int number = 0; number < 100; number++)
        {
            await application.StoreAsync($"long/{number:000}", $"\"{text}\"");
        }

        return application;
    }

    /// <summary>Until its fields are there; nothing of its body is read.</summary>
    private static async Task<HttpResponseMessage> BeginAsync(TestApplication application)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Documents);
        request.Headers.Add("Accept", "application/x-ndjson");
        HttpResponseMessage response = await application.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        return response;
    }
}
