using System.Net;
using System.Text.Json;
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
    public async Task Erase_WhatCannotBeErasedInTime_IsAcceptedAndErasedLater()
    {
        LeavingStore? leaving = null;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5", inner => LeavingStore.Before(inner, out leaving), ("BusyTimeout", "00:00:02"));
        await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        using (HttpResponseMessage response = await app.Application.SendAsync("DELETE", "/versions?id=h/a"))
        {
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        leaving!.Leaves = false;
        await app.KeepUntilAsync(files: 1);
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
