using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Storage;

namespace DocService.Api.Tests.Expiry;

/// <summary>What has been over for an hour is deleted from the disk, and nothing while the time is in doubt.</summary>
public sealed class ExpirySweepTests
{
    private static readonly TimeSpan Hour = ExpiringApplication.Hour;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Sweep_DocumentsThatHaveBeenOverForAnHour_AreDeletedAndToldOfAsDeleted()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        await app.Application.StoreAsync("s/a", "1");
        await app.Application.StoreAsync("t/a", "1");
        string file = app.Application.FileOf("s%2Fa");
        string position = (await app.Application.ReadJsonAsync("/changes")).GetProperty("next").GetString()!;
        app.Clock.Pass(Hour + Minute);
        await app.Application.StoreAsync("s/b", "1");
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal(0, app.Sweep.Swept);
        Assert.True(File.Exists(file));

        app.Clock.Pass(Hour);
        await app.Application.WaitForIndexAsync();
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal(1, app.Sweep.Swept);
        JsonElement[] changes = [.. (await app.Application.ReadJsonAsync($"/changes?since={position}")).GetProperty("changes").EnumerateArray()];
        Assert.Equal("s/b gone s/a delete", string.Join(' ', changes.Select(one => $"{one.GetProperty("id").GetString()} {one.GetProperty("op").GetString()}")));
        await app.Application.StoreAsync("u", "1"); // filed when it is answered, and so is what came before
        Assert.False(File.Exists(file));
        JsonElement sweep = (await app.Application.ReadJsonAsync("/status")).GetProperty("sweep");
        Assert.Equal(("ready", 1, JsonValueKind.Null), (sweep.GetProperty("state").GetString(), sweep.GetProperty("swept").GetInt32(), sweep.GetProperty("reason").ValueKind));

        app.Clock.Pass(Hour);
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal((2L, true), (app.Sweep.Swept, await app.IsThereAsync("t/a")));
    }

    [Fact]
    public async Task Sweep_ManyDocuments_GoesOnUntilAllAreGone()
    {
        const int Documents = 250;
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("1");
        string puts = string.Join(',', Enumerable.Range(0, Documents).Select(n => $"{{\"op\":\"put\",\"id\":\"s/{n}\",\"body\":{n}}}"));
        using (HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", $"{{\"operations\":[{puts}]}}"))
        {
            Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        }

        await app.Application.WaitForIndexAsync();
        app.Clock.Pass(Hour + Minute);
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal(Documents, app.Sweep.Swept);
    }

    [Fact]
    public async Task Sweep_DocumentThatWasWrittenAgain_StaysAsItIs()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        await app.Application.StoreAsync("s/a", "1");
        await app.Application.WaitForIndexAsync();
        app.Clock.Pass(2 * Hour);
        await app.Application.StoreAsync("s/a", "2");
        Assert.True(await app.Sweep.SweepAsync(default)); // the index may not know of the second write yet
        Assert.Equal("2", await app.Application.Client.GetStringAsync("/docs/s/a"));
        Assert.Equal(0, app.Sweep.Swept);
    }

    /// <summary>A clock that says 2036 for a minute must not delete everything.</summary>
    [Fact]
    public async Task WallClock_JumpsTenYearsAheadAndBack_EndsNothingAndSweepsNothing()
    {
        TimeSpan tenYears = TimeSpan.FromDays(3652);
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("3600");
        await app.Application.StoreAsync("s/over", "1");
        app.Clock.Pass(Hour * 2.5);
        await app.Application.StoreAsync("s/a", "1");
        await app.Application.WaitForIndexAsync();
        app.Clock.MoveWall(tenYears);
        Assert.Equal("s/a", await app.IdsAsync());
        Assert.True(await app.IsThereAsync("s/a"));
        Assert.False(await app.Sweep.SweepAsync(default));
        JsonElement status = await app.Application.ReadJsonAsync("/status");
        Assert.True(status.GetProperty("time").GetProperty("inDoubt").GetBoolean());
        Assert.InRange(status.GetProperty("time").GetProperty("wallAheadSeconds").GetDouble(), tenYears.TotalSeconds - 60, tenYears.TotalSeconds + 60);
        Assert.Equal("paused", status.GetProperty("sweep").GetProperty("state").GetString());
        Assert.Contains("ahead of the store's time", status.GetProperty("sweep").GetProperty("reason").GetString(), StringComparison.Ordinal);
        string tag = await app.Application.StoreAsync("s/meanwhile", "1");

        app.Clock.MoveWall(-tenYears);
        Assert.Equal("ready", (await app.Application.ReadJsonAsync("/status")).GetProperty("sweep").GetProperty("state").GetString());
        Assert.Equal("s/a s/meanwhile", await app.IdsAsync());
        Assert.NotEqual(tag, await app.Application.StoreAsync("s/meanwhile", "2"));
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal(1, app.Sweep.Swept);
        status = await app.Application.ReadJsonAsync("/status");
        Assert.Equal((false, "ready"), (status.GetProperty("time").GetProperty("inDoubt").GetBoolean(), status.GetProperty("sweep").GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Sweep_InTheFirstHourAfterAStart_Waits()
    {
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("{\"field\":\"until\"}");
        await app.Application.StoreAsync("s/a", "{\"until\":\"2001-01-01T00:00:00Z\"}");
        Assert.False(await app.IsThereAsync("s/a"));
        await app.Application.WaitForIndexAsync();
        app.Clock.Pass(Hour - Minute);
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal("waiting", (await app.Application.ReadJsonAsync("/status")).GetProperty("sweep").GetProperty("state").GetString());
        Assert.Equal(0, app.Sweep.Swept);
        app.Clock.Pass(Minute);
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal(1, app.Sweep.Swept);
    }

    /// <summary>It comes behind clients: what the store refuses it tries again at its next look, and says so.</summary>
    [Fact]
    public async Task Sweep_StoreIsBusy_WaitsForTheNextLook()
    {
        const int Documents = 3; // only the sweep's commit has so many operations
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("1", before: MeddledStore.Before(Documents, _ => throw new StoreBusyException("The store is busy.")));
        for (int n = 0; n < Documents; n++)
        {
            await app.Application.StoreAsync($"s/{n}", "1");
        }

        await app.Application.WaitForIndexAsync();
        app.Clock.Pass(Hour + Minute);
        Assert.False(await app.Sweep.SweepAsync(default));
        JsonElement sweep = (await app.Application.ReadJsonAsync("/status")).GetProperty("sweep");
        Assert.Equal(("paused", "The store is busy.", 0), (sweep.GetProperty("state").GetString(), sweep.GetProperty("reason").GetString(), sweep.GetProperty("swept").GetInt32()));
        Assert.True(await app.Sweep.SweepAsync(default));
        Assert.Equal(Documents, app.Sweep.Swept);
    }

    /// <summary>Those of one directory must not keep all others on the disk: not those of the same commit, nor those behind them.</summary>
    [Fact]
    public async Task Sweep_ADirectoryTakesNoDocuments_SweepsAllOthers()
    {
        const int Documents = 250;
        DocumentKey blocked = DocumentKey.Create("s/7");
        await using ExpiringApplication app = await ExpiringApplication.StartAsync("1", before: MeddledStore.BeforeEach(operations =>
        {
            if (operations.Any(one => one is SweepOperation && one.Key == blocked))
            {
                throw new StoreBusyException("The directory docs/3f takes no documents.") { Document = blocked };
            }
        }));
        string puts = string.Join(',', Enumerable.Range(0, Documents).Select(n => $"{{\"op\":\"put\",\"id\":\"s/{n}\",\"body\":{n}}}"));
        using (HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", $"{{\"operations\":[{puts}]}}"))
        {
            Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        }

        await app.Application.WaitForIndexAsync();
        app.Clock.Pass(Hour + Minute);
        Assert.False(await app.Sweep.SweepAsync(default));
        Assert.Equal(Documents - 1, app.Sweep.Swept);
        JsonElement sweep = (await app.Application.ReadJsonAsync("/status")).GetProperty("sweep");
        Assert.Equal(("paused", "The directory docs/3f takes no documents."), (sweep.GetProperty("state").GetString(), sweep.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Sweep_WithoutAnIndex_IsOff()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        Assert.Equal("off", (await app.ReadJsonAsync("/status")).GetProperty("sweep").GetProperty("state").GetString());
    }
}
