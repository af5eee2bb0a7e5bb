using System.Text.Json;
using DocService.Api.Expiry;
using DocService.Api.Tests.Support;
using DocService.Storage;
using DocService.Storage.Clock;

namespace DocService.Api.Tests.Expiry;

/// <summary>The server notes its time, so a restart tells a wrong clock; an operator confirms a right one.</summary>
public sealed class TimeNotesTests : IDisposable
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652);
    private static readonly TimeSpan Hour = ExpiringApplication.Hour;

    private readonly TestDirectory _directory = new();
    private readonly ShiftedClock _clock = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Restart_WithAClockTenYearsAhead_DeletesNothingUntilAnOperatorConfirms()
    {
        await using (TestApplication app = await StartAsync())
        {
            await app.StoreAsync("s/a", "1");
            await app.WaitForIndexAsync();
            Assert.True(await app.Service<ExpirySweep>().SweepAsync(default));
        }

        _clock.MoveWall(TenYears);
        for (int start = 0; start < 2; start++)
        {
            await using TestApplication wrong = Open();
            Assert.Equal("1", await wrong.Client.GetStringAsync("/docs/s/a"));
            _clock.Pass(1.5 * Hour);
            await wrong.WaitForIndexAsync();
            Assert.False(await wrong.Service<ExpirySweep>().SweepAsync(default));
            Assert.Equal((true, "paused"), await StateAsync(wrong));
            Assert.Contains("--confirm-time", (await wrong.ReadJsonAsync("/status")).GetProperty("sweep").GetProperty("reason").GetString(), StringComparison.Ordinal);
        }

        await using (TestApplication confirmed = Open(confirms: true))
        {
            Assert.Equal((false, "waiting"), await StateAsync(confirmed));
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await confirmed.SendAsync("GET", "/docs/s/a")).StatusCode);
        }

        await using TestApplication after = Open();
        Assert.Equal((false, "waiting"), await StateAsync(after));
        _clock.Pass(Hour);
        await after.WaitForIndexAsync();
        Assert.True(await after.Service<ExpirySweep>().SweepAsync(default));
        Assert.Equal(1, after.Service<ExpirySweep>().Swept);
    }

    /// <summary>The clock goes wrong by a day, which a start cannot tell from a day off: it was noted while the server ran.</summary>
    [Fact]
    public async Task Restart_AfterAJumpWhileItRan_StaysInDoubtUntilTheClockIsSetRight()
    {
        await using (TestApplication app = await StartAsync())
        {
            await app.StoreAsync("s/a", "1");
            await app.WaitForIndexAsync();
            _clock.MoveWall(TimeSpan.FromDays(1));
            Assert.False(await app.Service<ExpirySweep>().SweepAsync(default));
        }

        await using TestApplication again = Open();
        Assert.Equal((true, "paused"), await StateAsync(again));
        Assert.Equal("1", await again.Client.GetStringAsync("/docs/s/a"));
        _clock.MoveWall(TimeSpan.FromDays(-1));
        _clock.Pass(TimeSpan.FromMinutes(5));
        Assert.True(await again.Service<ExpirySweep>().SweepAsync(default)); // its look takes the clock for right
        Assert.Equal((false, "waiting"), await StateAsync(again));
    }

    [Fact]
    public async Task Look_OnceAnHour_NotesTheTimeIfThereAreEnds()
    {
        await using TestApplication app = await StartAsync();
        IDocumentStore store = app.Service<IDocumentStore>();
        ExpirySweep sweep = app.Service<ExpirySweep>();
        await app.StoreAsync("t/a", "1");
        await app.WaitForIndexAsync();
        Assert.True(await sweep.SweepAsync(default));
        Assert.Null(await store.ReadInfoAsync(KnownTime.Key, default));

        await app.StoreAsync("s/a", "1");
        await app.WaitForIndexAsync();
        Assert.True(await sweep.SweepAsync(default));
        long first = (await store.ReadInfoAsync(KnownTime.Key, default))!.Version;
        _clock.Pass(Hour - TimeSpan.FromMinutes(1));
        Assert.True(await sweep.SweepAsync(default));
        Assert.Equal(first, (await store.ReadInfoAsync(KnownTime.Key, default))!.Version);
        _clock.Pass(TimeSpan.FromMinutes(1));
        Assert.True(await sweep.SweepAsync(default));
        Assert.NotEqual(first, (await store.ReadInfoAsync(KnownTime.Key, default))!.Version);
        Assert.DoesNotContain("time", await app.Client.GetStringAsync("/docs?include=id"), StringComparison.Ordinal);
    }

    private async Task<TestApplication> StartAsync()
    {
        TestApplication app = Open();
        using HttpResponseMessage response = await app.SendAsync("PUT", "/collections/s?wait=30", "{\"prefix\":\"s/\",\"timeToLive\":86400}");
        Assert.True(response.IsSuccessStatusCode);
        return app;
    }

    private TestApplication Open(bool confirms = false) => new(new ApplicationSettings
    {
        DataDirectory = _directory.Path,
        Clock = _clock,
        OtherValues = confirms ? new Dictionary<string, string> { ["confirm-time"] = "true" } : [],
    });

    private static async Task<(bool InDoubt, string? Sweep)> StateAsync(TestApplication app)
    {
        JsonElement status = await app.ReadJsonAsync("/status");
        return (status.GetProperty("time").GetProperty("inDoubt").GetBoolean(), status.GetProperty("sweep").GetProperty("state").GetString());
    }
}
