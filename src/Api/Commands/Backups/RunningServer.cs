using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DocService.Api.Configuration;
using DocService.Api.Snapshots;
using DocService.Storage;

namespace DocService.Api.Commands.Backups;

/// <summary>The snapshots of a running server, by its routes.</summary>
/// <remarks>Owns: the client. What the server refuses is told in its own words.</remarks>
internal sealed class RunningServer : ISnapshotDoor
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly HttpClient _client;

    /// <param name="url">Of the server.</param>
    /// <param name="key">Of somebody who may operate the whole store; null: the server has no keys.</param>
    public RunningServer(Uri url, string? key)
    {
        _client = ServerOptions.Connect(url, Timeout.InfiniteTimeSpan); // a snapshot takes as long as the disk does
        _client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<SnapshotFacts> TakeAsync(string? name, int? keep, CancellationToken cancellation)
    {
        var asked = new Dictionary<string, object>();
        if (name is not null)
        {
            asked["name"] = name;
        }

        if (keep is not null)
        {
            asked["keep"] = keep;
        }

        return await AskAsync(
            async () =>
            {
                using HttpResponseMessage response = await _client.PostAsJsonAsync("snapshots", asked, cancellation);
                await ThrowUnlessDoneAsync(response, cancellation);
                return (await ReadAsync<TakenSnapshot>(response, cancellation)).Snapshot;
            },
            cancellation);
    }

    public Task<(IReadOnlyList<SnapshotFacts> Snapshots, SnapshotProgress? Taking)> ListAsync(CancellationToken cancellation) => AskAsync<(IReadOnlyList<SnapshotFacts>, SnapshotProgress?)>(
        async () =>
        {
            using HttpResponseMessage response = await _client.GetAsync(new Uri("snapshots", UriKind.Relative), cancellation);
            await ThrowUnlessDoneAsync(response, cancellation);
            SnapshotPage page = await ReadAsync<SnapshotPage>(response, cancellation);
            return (page.Snapshots, page.Taking);
        },
        cancellation);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellation) => AskAsync(
        async () =>
        {
            using HttpResponseMessage response = await _client.DeleteAsync(new Uri($"snapshots/{name}", UriKind.Relative), cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return false;
            }

            await ThrowUnlessDoneAsync(response, cancellation);
            return true;
        },
        cancellation);

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    /// <summary>A server that is not there, that goes away meanwhile, or that is another program, is told in one line.</summary>
    private async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new ConfigurationError($"{_client.BaseAddress} does not answer: {exception.Message}");
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(Json, cancellation) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new ConfigurationError($"What answers at {_client.BaseAddress} is no DocService.");
        }
    }

    private static async Task ThrowUnlessDoneAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        string text = await response.Content.ReadAsStringAsync(cancellation);
        string? detail = null;
        try
        {
            using JsonDocument problem = JsonDocument.Parse(text);
            detail = problem.RootElement.GetProperty("detail").GetString();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Somebody else answers there: a proxy, or another program.
        }

        throw new ConfigurationError($"The server answers {(int)response.StatusCode}: {detail ?? "it is no DocService, or an older one."}");
    }

    private sealed record TakenSnapshot(SnapshotFacts Snapshot);

    private sealed record SnapshotPage(IReadOnlyList<SnapshotFacts> Snapshots, SnapshotProgress? Taking);
}
