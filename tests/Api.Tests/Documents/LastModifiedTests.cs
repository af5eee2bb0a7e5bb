using System.Globalization;
using System.Net;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Documents;

/// <summary>Dates have one second's grain: they are shown late rather than wrong. Time moves by hand here.</summary>
public sealed class LastModifiedTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly TestApplication _app;

    public LastModifiedTests() => _app = new TestApplication(new ApplicationSettings { Clock = _clock });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task LastModified_YoungerThanASecond_IsOmitted()
    {
        await _app.StoreAsync("d", "1");
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        using HttpResponseMessage young = await _app.SendAsync("GET", "/docs/d");
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        using HttpResponseMessage settled = await _app.SendAsync("GET", "/docs/d");
        using HttpResponseMessage head = await _app.SendAsync("HEAD", "/docs/d");

        Assert.Null(young.Field("Last-Modified"));
        Assert.Equal("Sun, 01 Mar 2026 12:00:00 GMT", settled.Field("Last-Modified"));
        Assert.Equal("Sun, 01 Mar 2026 12:00:00 GMT", head.Field("Last-Modified"));
    }

    [Fact]
    public async Task NotModified_OfASettledDocument_HasItsValidators()
    {
        string tag = await _app.StoreAsync("d", "1");
        _clock.Advance(TimeSpan.FromSeconds(5));
        using HttpResponseMessage response = await _app.SendAsync("GET", "/docs/d", null, ("If-None-Match", tag));

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
        Assert.Equal(tag, response.Field("ETag"));
        Assert.Equal("Sun, 01 Mar 2026 12:00:00 GMT", response.Field("Last-Modified"));
        Assert.Equal("no-cache", response.Field("Cache-Control"));
        Assert.Null(response.Field("Repr-Digest"));
    }

    [Theory]
    [InlineData(-1, 200, 412)]
    [InlineData(0, 304, 204)]
    [InlineData(1, 304, 204)]
    public async Task Dates_AroundTheModification_AreComparedInWholeSeconds(int seconds, int getStatus, int putStatus)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(700));
        await _app.StoreAsync("d", "1");
        _clock.Advance(TimeSpan.FromSeconds(60));
        string date = ManualClock.Start.AddSeconds(seconds).ToString("R", CultureInfo.InvariantCulture);

        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/d", null, ("If-Modified-Since", date));
        using HttpResponseMessage put = await _app.PutAsync("d", "2", ("If-Unmodified-Since", date));

        Assert.Equal(getStatus, (int)get.StatusCode);
        Assert.Equal(putStatus, (int)put.StatusCode);
    }

    [Fact]
    public async Task LastModified_AfterTheClockWentBack_IsOmittedAndNeverDecreases()
    {
        await _app.StoreAsync("d", "1");
        _clock.Advance(TimeSpan.FromHours(-1));
        await _app.StoreAsync("d", "2");
        using HttpResponseMessage before = await _app.SendAsync("GET", "/docs/d");
        _clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        using HttpResponseMessage after = await _app.SendAsync("GET", "/docs/d");

        Assert.Null(before.Field("Last-Modified"));
        Assert.Equal("Sun, 01 Mar 2026 12:00:00 GMT", after.Field("Last-Modified"));
    }
}
