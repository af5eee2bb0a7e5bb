using System.Net;
using System.Text.Json;
using DocService.Api.Expiry;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.History;

/// <summary>What is beyond a history goes from the disk, and what is erased stays away.</summary>
public sealed class HistoryKeeperTests
{
    [Fact]
    public async Task Keep_MoreVersionsThanTheHistoryHas_DropsTheOldest()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":3");
        long[] versions = new long[6];
        for (int n = 0; n < versions.Length; n++)
        {
            versions[n] = await app.StoreAsync("h/a", $"{n}");
        }

        string newest = $"{versions[5]} put, {versions[4]} put, {versions[3]} put";
        Assert.Equal(newest, await app.ListAsync("h/a")); // what is about to be dropped is not told
        await app.KeepUntilAsync(files: 3);
        Assert.Equal(newest, await app.ListAsync("h/a"));
        string?[] kept = await Task.WhenAll(versions.Select(version => app.ReadAsync("h/a", version)));
        Assert.Equal("- - - 3 4 5", string.Join(' ', kept.Select(body => body ?? "-")));
        JsonElement status = (await app.Application.ReadJsonAsync("/status")).GetProperty("history");
        Assert.Equal(("ready", JsonValueKind.Null), (status.GetProperty("state").GetString(), status.GetProperty("reason").ValueKind));
        Assert.InRange(status.GetProperty("dropped").GetInt64(), 3, 6);
    }

    /// <summary>A deletion is no version: it takes none of the places, and goes with what was before it.</summary>
    [Fact]
    public async Task Keep_Deletes_DoNotCount()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":2");
        long one = await app.StoreAsync("h/a", "1");
        await app.DeleteAsync("h/a");
        long two = await app.StoreAsync("h/a", "2");
        await app.DeleteAsync("h/a");
        await app.KeepUntilAsync(files: 2);
        Assert.Equal($"{two + 1} delete, {two} put, {one + 1} delete, {one} put", await app.ListAsync("h/a"));
        long three = await app.StoreAsync("h/a", "3");
        await app.KeepUntilAsync(files: 2);
        Assert.Equal($"{three} put, {two + 1} delete, {two} put", await app.ListAsync("h/a"));
    }

    /// <summary>A changed rule concerns later writes: until then everything stays.</summary>
    [Fact]
    public async Task Keep_CollectionAsksForLessOrNone_DropsWithTheNextWrite()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5");
        for (int n = 0; n < 4; n++)
        {
            await app.StoreAsync("h/a", $"{n}");
            await app.StoreAsync("h/b", $"{n}");
        }

        await app.DefineAsync("\"history\":2");
        await app.KeepUntilAsync(files: 8);
        await app.StoreAsync("h/a", "4");
        await app.KeepUntilAsync(files: 6);
        await app.DefineAsync("");
        await app.KeepUntilAsync(files: 6);
        Assert.NotEqual("", await app.ListAsync("h/b"));
        await app.StoreAsync("h/b", "4");
        Assert.Equal("", await app.ListAsync("h/b"));
        await app.KeepUntilAsync(files: 2);
        Assert.Equal("4", await app.Application.Client.GetStringAsync("/docs/h/b"));
    }

    [Fact]
    public async Task Keep_ManyDocuments_GoesOnUntilAllAreLookedOver()
    {
        const int Documents = 150;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":1");
        for (int round = 0; round < 2; round++)
        {
            string puts = string.Join(',', Enumerable.Range(0, Documents).Select(n => $"{{\"op\":\"put\",\"id\":\"h/{n}\",\"body\":{round}}}"));
            using HttpResponseMessage batch = await app.Application.SendAsync("POST", "/batch", $"{{\"operations\":[{puts}]}}");
            Assert.Equal(HttpStatusCode.OK, batch.StatusCode);
        }

        await app.KeepUntilAsync(files: Documents);
    }

    /// <summary>What was swept from the documents goes from the history as well.</summary>
    [Fact]
    public async Task Keep_DocumentWasSweptAfterItsEnd_DropsWhatHasEnded()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5,\"timeToLive\":60");
        await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        await app.KeepUntilAsync(files: 2);
        app.Clock.Pass(TimeSpan.FromHours(3));
        await app.Application.WaitForIndexAsync();
        Assert.True(await app.Application.Service<ExpirySweep>().SweepAsync(default));
        await app.KeepUntilAsync(files: 0);
        using HttpResponseMessage erase = await app.Application.SendAsync("DELETE", "/versions?id=h/a");
        await erase.AssertProblemAsync(HttpStatusCode.NotFound, "version-not-kept"); // nothing is known of it any more
    }

    /// <summary>A version that had ended stayed on the disk until the history filled up: its document was not over, so nothing was swept.</summary>
    [Fact]
    public async Task Keep_AVersionHasBeenOverForAnHour_GoesThoughItsDocumentStays()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5,\"timeToLive\":{\"field\":\"until\"}");
        string end = (app.Clock.GetUtcNow() + TimeSpan.FromMinutes(90)).ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        long ending = await app.StoreAsync("h/a", $"{{\"until\":\"{end}\"}}");
        long staying = await app.StoreAsync("h/a", "{}");
        await app.KeepUntilAsync(files: 2);

        app.Clock.Pass(TimeSpan.FromMinutes(120));
        Assert.Equal((null, "{}"), (await app.ReadAsync("h/a", ending), await app.ReadAsync("h/a", staying)));
        Assert.True(await app.Keeper.KeepAsync(default), app.Keeper.State.Reason);
        Assert.Equal(2, app.Files()); // over for half an hour

        app.Clock.Pass(TimeSpan.FromMinutes(31));
        await app.KeepUntilAsync(files: 1);
        Assert.Equal($"{staying}", app.Rows("h/a"));
        Assert.Equal("{}", await app.Application.Client.GetStringAsync("/docs/h/a"));
    }

    /// <summary>A document is due once for each of its versions that has ended, and all of them were dropped and counted as often.</summary>
    [Fact]
    public async Task Keep_SeveralVersionsOfADocumentHaveEnded_CountsEachOnce()
    {
        const int Ended = 5;
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":10,\"timeToLive\":{\"field\":\"until\"}");
        DateTimeOffset end = app.Clock.GetUtcNow() + TimeSpan.FromMinutes(90);
        for (int n = 0; n < Ended; n++)
        {
            await app.StoreAsync("h/a", $"{{\"until\":\"{end.AddSeconds(n).ToString("O", System.Globalization.CultureInfo.InvariantCulture)}\"}}");
        }

        long staying = await app.StoreAsync("h/a", "{}");
        await app.KeepUntilAsync(files: Ended + 1);
        app.Clock.Pass(TimeSpan.FromHours(3));
        await app.UntilAsync(async () => await app.Keeper.KeepAsync(default) && app.Rows("h/a") == $"{staying}");
        Assert.Equal((Ended, 1), (app.Keeper.Dropped, app.Files()));
    }

    [Fact]
    public async Task Erase_DocumentIsThere_LeavesTheDocumentAlone()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5");
        long one = await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        await app.DeleteAsync("h/a");
        long three = await app.StoreAsync("h/a", "3");
        await app.StoreAsync("h/b", "1");
        await EraseAsync(app, "h/a");
        Assert.Equal(($"{three} put", null, "3"), (await app.ListAsync("h/a"), await app.ReadAsync("h/a", one), await app.ReadAsync("h/a", three)));
        Assert.Equal("3", await app.Application.Client.GetStringAsync("/docs/h/a"));
        Assert.Equal(2, app.Files());
        await EraseAsync(app, "h/a"); // twice does no harm
    }

    [Fact]
    public async Task Erase_DocumentIsDeleted_LeavesNothing()
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5");
        long one = await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        await app.DeleteAsync("h/a");
        await EraseAsync(app, "h/a");
        Assert.Equal(("", null, 0), (await app.ListAsync("h/a"), await app.ReadAsync("h/a", one), app.Files()));
        using HttpResponseMessage again = await app.Application.SendAsync("DELETE", "/versions?id=h/a");
        await again.AssertProblemAsync(HttpStatusCode.NotFound, "version-not-kept");
        await app.StoreAsync("h/a", "3");
        Assert.EndsWith(" put", await app.ListAsync("h/a"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("If-Match", "\"1\"")]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Unmodified-Since", "Fri, 02 Jan 2026 03:04:05 GMT")]
    [InlineData("Prefer", "return=minimal")]
    [InlineData("Idempotency-Key", "\"k\"")]
    public async Task Erase_WithAFieldThatItDoesNotKeep_IsRefused(string field, string value)
    {
        await using KeepingApplication app = await KeepingApplication.StartAsync("\"history\":5");
        long one = await app.StoreAsync("h/a", "1");
        await app.StoreAsync("h/a", "2");
        using HttpResponseMessage response = await app.Application.SendAsync("DELETE", "/versions?id=h/a", null, (field, value));
        await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
        Assert.Equal("1", await app.ReadAsync("h/a", one));
    }

    private static async Task EraseAsync(KeepingApplication app, string id)
    {
        using HttpResponseMessage response = await app.Application.SendAsync("DELETE", $"/versions?id={id}");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }
}
