using System.Net;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Service;

/// <summary>What operators, supervisors and browsers ask for.</summary>
public sealed class ServiceTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private readonly TestApplication _app = shared.Application;

    [Fact]
    public async Task Status_AfterAWrite_NamesTheStoreAndItsPositions()
    {
        string tag = await _app.StoreAsync(TestApplication.NewId(), "1");
        long version = long.Parse(tag.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
        JsonElement status = await ReadAsync("/status");

        Assert.Equal("ready", status.GetProperty("state").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("reason").ValueKind);
        foreach (string position in new[] { "appendedThrough", "durableThrough", "filedThrough" })
        {
            Assert.True(status.GetProperty(position).GetInt64() >= version, position);
        }

        Assert.NotEqual(Guid.Empty, status.GetProperty("storeId").GetGuid());
        Assert.Equal(_app.DataDirectory, status.GetProperty("dataDirectory").GetString());
        Assert.True(status.GetProperty("firstStart").GetBoolean());
        Assert.NotEmpty(status.GetProperty("version").GetString()!);
        JsonElement volume = status.GetProperty("fileSystem");
        Assert.NotEmpty(volume.GetProperty("type").GetString()!);
        Assert.NotEmpty(volume.GetProperty("promise").GetString()!);
        Assert.True(volume.GetProperty("freeBytes").GetInt64() > 0);
        Assert.True(volume.TryGetProperty("remark", out _) && volume.TryGetProperty("mountOptions", out _) && volume.TryGetProperty("freeInodes", out _));
    }

    [Fact]
    public async Task Status_Index_IsReadyAndTellsItsPosition()
    {
        await _app.StoreAsync(TestApplication.NewId(), "1");
        await _app.WaitForIndexAsync();
        JsonElement index = (await ReadAsync("/status")).GetProperty("index");

        Assert.Equal("ready", index.GetProperty("state").GetString());
        Assert.True(index.GetProperty("position").GetInt64() > 0);
        Assert.True(index.GetProperty("lagSeconds").GetDouble() >= 0 && index.GetProperty("lagCommits").GetInt64() >= 0);
        Assert.True(Directory.Exists(Path.Combine(_app.DataDirectory, "index")));
    }

    [Fact]
    public async Task Status_WithoutAnIndex_SaysOffAndNothingIsMade()
    {
        await using var app = new TestApplication(ApplicationSettings.WithoutIndex);
        await app.StoreAsync("a", "1");
        JsonElement index = await app.ReadJsonAsync("/status");

        Assert.Equal("""{"state":"off","reason":null,"position":null,"lagCommits":null,"lagSeconds":null,"done":null,"total":null,"unreadable":null}""",
            index.GetProperty("index").GetRawText());
        Assert.False(Directory.Exists(Path.Combine(app.DataDirectory, "index")));
    }

    [Theory]
    [InlineData("/healthz/live", "live")]
    [InlineData("/healthz/ready", "ready")]
    public async Task Health_OfARunningServer_Answers200(string path, string status)
    {
        Assert.Equal(status, (await ReadAsync(path)).GetProperty("status").GetString());
        using HttpResponseMessage head = await _app.SendAsync("HEAD", path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")]
    public async Task Index_ForABrowser_LeadsToTheDescription(string accept)
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", "/", null, ("Accept", accept));

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/swagger", response.Field("Location"));
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json")]
    public async Task Index_ForEverybodyElse_ListsLinksThatLead(string accept)
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", "/", null, ("Accept", accept));
        using JsonDocument index = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        foreach (JsonProperty link in index.RootElement.GetProperty("links").EnumerateObject())
        {
            string path = link.Value.GetString()!;
            if (!path.Contains('{', StringComparison.Ordinal))
            {
                using HttpResponseMessage target = await _app.SendAsync("GET", path);
                Assert.InRange((int)target.StatusCode, 200, 302);
            }
        }
    }

    [Fact]
    public async Task Description_OfTheServer_IsOpenApi31WithoutCatchAllRoutes()
    {
        string text = await _app.Client.GetStringAsync("/openapi/v1.json");
        using JsonDocument document = JsonDocument.Parse(text);

        Assert.StartsWith("3.1.", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("{**", text, StringComparison.Ordinal);
        JsonElement paths = document.RootElement.GetProperty("paths");
        Assert.All(["/status", "/healthz/live"], path => Assert.True(paths.TryGetProperty(path, out _), path));
    }

    [Fact]
    public async Task SwaggerUi_Page_IsServed()
    {
        using HttpResponseMessage response = await _app.SendAsync("GET", "/swagger/index.html");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("text/html", response.Field("Content-Type"), StringComparison.Ordinal);
    }

    private Task<JsonElement> ReadAsync(string path) => _app.ReadJsonAsync(path);
}
