using System.Diagnostics;
using System.Net;
using System.Text.Json;
using DocService.Api.History;
using DocService.Api.Tests.Support;
using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Storage;

namespace DocService.Api.Tests.History;

/// <summary>An application with a collection whose documents have a history.</summary>
/// <remarks>Owns: the application. Documents are under <c>h/</c>.</remarks>
internal sealed class KeepingApplication : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private KeepingApplication(Func<IDocumentStore, IDocumentStore>? before, (string Key, string Value)[] values)
    {
        Application = new TestApplication(new ApplicationSettings { Clock = Clock, BeforeStore = before, Values = values.ToDictionary(one => one.Key, one => one.Value) });
        Keeper = Application.Service<HistoryKeeper>();
    }

    public ShiftedClock Clock { get; } = new();

    public TestApplication Application { get; }

    public HistoryKeeper Keeper { get; }

    /// <param name="rules">Members of the definition beside the prefix.</param>
    /// <param name="before">Stands in front of the store.</param>
    /// <param name="values">Settings.</param>
    public static async Task<KeepingApplication> StartAsync(string rules, Func<IDocumentStore, IDocumentStore>? before = null, params (string Key, string Value)[] values)
    {
        var one = new KeepingApplication(before, values);
        await one.DefineAsync(rules);
        return one;
    }

    public async Task DefineAsync(string rules)
    {
        using HttpResponseMessage response = await Application.SendAsync("PUT", "/collections/h?wait=30", $"{{\"prefix\":\"h/\"{(rules.Length > 0 ? "," : "")}{rules}}}");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Stores a document; its version.</summary>
    public async Task<long> StoreAsync(string id, string json) => long.Parse((await Application.StoreAsync(id, json)).Trim('"'), System.Globalization.CultureInfo.InvariantCulture);

    public async Task DeleteAsync(string id)
    {
        using HttpResponseMessage response = await Application.SendAsync("DELETE", $"/docs/{id}");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    /// <summary>Body of a version; null where it is not kept.</summary>
    public async Task<string?> ReadAsync(string id, long version)
    {
        using HttpResponseMessage response = await Application.SendAsync("GET", $"/docs/{id}?version={version}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            await response.AssertProblemAsync(HttpStatusCode.NotFound, "version-not-kept");
            return null;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"\"{version}\"", response.Headers.ETag!.ToString());
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>The history as text, such as <c>9 delete, 8 put</c>; empty where there is none.</summary>
    public async Task<string> ListAsync(string id)
    {
        using HttpResponseMessage response = await Application.SendAsync("GET", $"/versions?id={Uri.EscapeDataString(id)}");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            await response.AssertProblemAsync(HttpStatusCode.NotFound, "version-not-kept");
            return "";
        }

        return Text(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    public static string Text(JsonElement page) =>
        string.Join(", ", page.GetProperty("versions").EnumerateArray().Select(one => $"{one.GetProperty("version").GetInt64()} {one.GetProperty("op").GetString()}"));

    /// <summary>How many files there are in the history.</summary>
    public int Files() => Directory.GetFiles(Path.Combine(Application.DataDirectory, "history"), "*.json.*", SearchOption.AllDirectories).Length;

    /// <summary>Versions that the index has rows of, the newest first.</summary>
    public string Rows(string id)
    {
        using IndexReader reader = Application.Service<ServedIndex>().Follower!.TryRead()!;
        using HistoryListing listing = reader.ListVersions(id);
        var versions = new List<long>();
        while (listing.MoveNext())
        {
            versions.Add(listing.Current.Version);
        }

        return string.Join(' ', versions);
    }

    /// <summary>Looks over what is due, again and again, until there are so many files in the history.</summary>
    public Task KeepUntilAsync(int files) => UntilAsync(async () =>
    {
        await Application.WaitForIndexAsync();
        Assert.True(await Keeper.KeepAsync(default), Keeper.State.Reason);
        return Files() == files;
    });

    /// <summary>Again and again until it holds.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"there are {Files()} files: {Keeper.State}");
        }
    }

    public async ValueTask DisposeAsync() => await Application.DisposeAsync();
}
