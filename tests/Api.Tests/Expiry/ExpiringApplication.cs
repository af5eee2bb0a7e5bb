using System.Net;
using System.Text.Json;
using DocService.Api.Expiry;
using DocService.Api.Tests.Support;
using DocService.Storage;

namespace DocService.Api.Tests.Expiry;

/// <summary>An application whose time a test moves, and a collection in it.</summary>
/// <remarks>Owns: the application.</remarks>
internal sealed class ExpiringApplication : IAsyncDisposable
{
    public static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private ExpiringApplication(Func<IDocumentStore, IDocumentStore>? before)
    {
        Application = new TestApplication(new ApplicationSettings { Clock = Clock, BeforeStore = before });
        Sweep = Application.Service<ExpirySweep>();
    }

    public ShiftedClock Clock { get; } = new();

    public TestApplication Application { get; }

    public ExpirySweep Sweep { get; }

    /// <param name="timeToLive">The member of the definition; documents are under <c>s/</c>.</param>
    /// <param name="rest">Other members, each behind a comma.</param>
    /// <param name="before">Stands in front of the store.</param>
    public static async Task<ExpiringApplication> StartAsync(string timeToLive, string rest = "", Func<IDocumentStore, IDocumentStore>? before = null)
    {
        var one = new ExpiringApplication(before);
        await one.DefineAsync(timeToLive, rest);
        return one;
    }

    public async Task DefineAsync(string timeToLive, string rest = "")
    {
        using HttpResponseMessage response = await Application.SendAsync("PUT", "/collections/s?wait=30", $"{{\"prefix\":\"s/\",\"timeToLive\":{timeToLive}{rest}}}");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Status and Sunset of a GET.</summary>
    public async Task<(HttpStatusCode Status, string? Sunset)> GetAsync(string id, string method = "GET", params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage response = await Application.SendAsync(method, $"/docs/{id}", null, fields);
        return (response.StatusCode, response.Field("Sunset"));
    }

    public async Task<bool> IsThereAsync(string id) => await GetAsync(id) is (HttpStatusCode.OK, _);

    /// <summary>The moment that the header says, cut to its seconds, from the listing, which has it whole.</summary>
    public async Task<DateTimeOffset?> EndOfAsync(string id)
    {
        JsonElement page = await Application.ReadJsonAsync($"/docs?include=info&prefix={Uri.EscapeDataString(id)}&to={Uri.EscapeDataString(id)}");
        JsonElement document = Assert.Single(page.GetProperty("documents").EnumerateArray());
        return document.TryGetProperty("expires", out JsonElement end) ? end.GetDateTimeOffset() : null;
    }

    /// <summary>The ids that a query finds, and how many it counts.</summary>
    public async Task<string> IdsAsync(string query = "")
    {
        JsonElement page = await Application.ReadJsonAsync($"/docs?prefix=s/&count=true&include=id{query}");
        string[] ids = [.. page.GetProperty("documents").EnumerateArray().Select(one => one.GetProperty("id").GetString()!)];
        Assert.Equal(ids.Length, page.GetProperty("count").GetInt64());
        return string.Join(' ', ids);
    }

    public async ValueTask DisposeAsync() => await Application.DisposeAsync();
}
