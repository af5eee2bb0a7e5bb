using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Transfer;
using DocService.Transfer.Http;
using DocService.Transfer.Receiving;
using DocService.Transfer.Sending;

namespace DocService.Api.Tests.Transfers.Support;

/// <summary>One server for all tests of imports and exports; each test has a prefix of its own.</summary>
public sealed class TransferApplication : IAsyncLifetime
{
    public const string Collection = "transfers";

    private static int _prefixes;

    internal static RetryPolicy Quick { get; } = new(4, TimeSpan.FromMilliseconds(1));

    internal TestApplication Application { get; } = new(new ApplicationSettings { UsesSockets = true, Values = new Dictionary<string, string> { ["Durability"] = "durable" } });

    public async Task InitializeAsync() => await Application.WaitForIndexAsync();

    public async Task DisposeAsync() => await Application.DisposeAsync();

    internal static string NewPrefix() => $"t{Interlocked.Increment(ref _prefixes)}/";

    /// <summary>Imports with a prefix, and tells what was said.</summary>
    internal async Task<(ImportTotals Totals, Watching Told)> ImportAsync(ImportOptions options, Func<int, Fate>? fate = null)
    {
        var watching = new Watching();
        using HttpClient http = Connect(fate);
        return (await new ImportJob(options, http, Quick, TimeProvider.System, watching).RunAsync(default), watching);
    }

    internal async Task<(long Documents, Watching Told)> ExportAsync(ExportOptions options, Func<int, Fate>? fate = null)
    {
        var watching = new Watching();
        using HttpClient http = Connect(fate);
        return (await new ExportJob(options, http, Quick, TimeProvider.System, watching).RunAsync(default), watching);
    }

    internal HttpClient Connect(Func<int, Fate>? fate = null) => new(new CuttingHandler(fate ?? (static _ => Fate.Answered))) { BaseAddress = new Uri($"http://127.0.0.1:{Application.Port}/") };

    /// <summary>All documents below a prefix: the id behind it, and every byte of the body as text.</summary>
    internal async Task<Dictionary<string, string>> DocumentsAsync(string prefix)
    {
        Dictionary<string, string> documents = [];
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/docs?include=raw&prefix={Uri.EscapeDataString(prefix)}");
        request.Headers.TryAddWithoutValidation("Accept", "application/x-ndjson");
        using HttpResponseMessage response = await Application.Client.SendAsync(request);
        foreach (string line in (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonElement entry = JsonDocument.Parse(line).RootElement;
            if (entry.TryGetProperty("id", out JsonElement id))
            {
                documents.Add(id.GetString()![prefix.Length..], entry.GetProperty("raw").GetString()!);
            }
        }

        return documents;
    }

    /// <summary>Versions too: a document that is written twice gets another.</summary>
    internal async Task<string> VersionsAsync(string prefix)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/docs?include=info&prefix={Uri.EscapeDataString(prefix)}");
        request.Headers.TryAddWithoutValidation("Accept", "application/x-ndjson");
        using HttpResponseMessage response = await Application.Client.SendAsync(request);
        var versions = new StringBuilder();
        foreach (string line in (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            JsonElement entry = JsonDocument.Parse(line).RootElement;
            if (entry.TryGetProperty("id", out JsonElement id))
            {
                versions.Append(id.GetString()).Append(' ').Append(entry.GetProperty("version").GetInt64()).Append('\n');
            }
        }

        return versions.ToString();
    }
}

[CollectionDefinition(TransferApplication.Collection)]
#pragma warning disable CA1711 // xunit's word for it.
public sealed class TransferCollection : ICollectionFixture<TransferApplication>
#pragma warning restore CA1711
{
}
