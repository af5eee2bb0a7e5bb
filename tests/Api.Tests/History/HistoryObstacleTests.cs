using System.Net;
using System.Text.Json;
using DocService.Api.Expiry;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.History;

/// <summary>What cannot be dropped yet is dropped later, and documents do not notice.</summary>
public sealed class HistoryObstacleTests
{
    /// <summary>A row that went before its file would leave a file that nobody ever finds.</summary>
    [Fact]
    public async Task Keep_WhatCannotBeDroppedYet_StaysDue()
    {
        LeavingStore? leaving = null;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":1", inner => LeavingStore.Before(inner, out leaving));
        await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        await app.KeepUntilAsync(files: 2);
        await app.KeepUntilAsync(files: 2);
        Assert.InRange(leaving!.Asked, 2, int.MaxValue);
        leaving!.Leaves = false;
        await app.KeepUntilAsync(files: 1);
    }

    [Fact]
    public async Task Erase_WhatCannotBeErasedInTime_IsNotSaidToBeErased()
    {
        LeavingStore? leaving = null;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5", inner => LeavingStore.Before(inner, out leaving), ("BusyTimeout", "00:00:02"));
        await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        using (HttpResponseMessage response = await app.Application.SendAsync("DELETE", "/versions?id=h/a"))
        {
            await response.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "busy");
        }

        leaving!.Leaves = false;
        await app.KeepUntilAsync(files: 1);
    }

    /// <summary>One file that cannot be removed must not keep all others on the disk for ever.</summary>
    [Fact]
    public async Task Keep_OneDocumentCannotBeDropped_OthersAre()
    {
        LeavingStore? leaving = null;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":1", inner => LeavingStore.Before(inner, out leaving));
        (leaving!.Leaves, leaving!.Refusal, leaving!.RefusedId) = (false, new StoreBusyException("Its directory is foreign."), "h/a");
        foreach (string id in (string[])["h/a", "h/b", "h/c"])
        {
            await app.StoreAsync(id, "1");
            await app.StoreAsync(id, "2");
        }

        await app.Application.WaitForIndexAsync();
        await app.UntilAsync(async () => !await app.Keeper.KeepAsync(default) && app.Files() == 4);
        Assert.Equal("Its directory is foreign.", app.Keeper.State.Reason);
        leaving!.Refusal = null;
        await app.KeepUntilAsync(files: 3);
        Assert.Equal(3, app.Keeper.Dropped);
    }

    /// <summary>A document that is written all the time always has a version that is not filed: the rows of the others must go all the same.</summary>
    [Fact]
    public async Task Keep_OneVersionIsLeft_RowsOfTheOthersGo()
    {
        LeavingStore? leaving = null;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":1", inner => LeavingStore.Before(inner, out leaving));
        var versions = new List<long>();
        for (int n = 0; n < 4; n++)
        {
            versions.Add(await app.StoreAsync("h/a", $"{n}"));
        }

        leaving!.LeftVersion = versions[2];
        leaving!.Leaves = false;
        await app.UntilAsync(async () => await app.Keeper.KeepAsync(default) && app.Rows("h/a") == $"{versions[3]} {versions[2]}");
        Assert.Equal(2, app.Keeper.Dropped);
        leaving!.LeftVersion = null;
        await app.UntilAsync(async () => await app.Keeper.KeepAsync(default) && app.Rows("h/a") == $"{versions[3]}");
        Assert.Equal((3, 1), (app.Keeper.Dropped, app.Files()));
    }

    /// <summary>One document that could not be swept kept all versions that had ended on the disk.</summary>
    [Fact]
    public async Task Keep_ADocumentCannotBeSwept_DropsVersionsThatHaveEnded()
    {
        var blocked = DocumentKey.Create("h/over");
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5,\"timeToLive\":{\"field\":\"until\"}", MeddledStore.BeforeEach(operations =>
        {
            if (operations.Any(one => one is SweepOperation))
            {
                throw new StoreBusyException("Its directory is foreign.") { Document = blocked };
            }
        }));
        string end = (app.Clock.GetUtcNow() + TimeSpan.FromMinutes(90)).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        await app.StoreAsync("h/over", $"{{\"until\":\"{end}\"}}");
        await app.StoreAsync("h/a", $"{{\"until\":\"{end}\"}}");
        long staying = await app.StoreAsync("h/a", "{}");
        await app.KeepUntilAsync(files: 3);
        app.Clock.Pass(TimeSpan.FromHours(3));
        await app.Application.WaitForIndexAsync();
        ExpirySweep sweep = app.Application.Service<ExpirySweep>();
        Assert.False(await sweep.SweepAsync(default));
        Assert.Equal((SweepState.Paused, "Its directory is foreign."), sweep.State);
        await app.KeepUntilAsync(files: 1);
        Assert.Equal($"{staying}", app.Rows("h/a"));
    }

    [Fact]
    public async Task Keep_StoreRefuses_IsPausedAndTriesAgain()
    {
        LeavingStore? leaving = null;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":1", inner => LeavingStore.Before(inner, out leaving));
        leaving!.Refusal = new StoreBusyException("The store is busy.");
        await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        await app.Application.WaitForIndexAsync();
        Assert.False(await app.Keeper.KeepAsync(default));
        JsonElement history = (await app.Application.ReadJsonAsync("/status")).GetProperty("history");
        Assert.Equal(("paused", "The store is busy."), (history.GetProperty("state").GetString(), history.GetProperty("reason").GetString()));
        await app.StoreAsync("h/a", "3");
        (leaving!.Refusal, leaving!.Leaves) = (null, false);
        await app.KeepUntilAsync(files: 1);
    }
}
