using DocService.Api.Configuration;
using DocService.Api.Snapshots;
using DocService.Collections;
using DocService.Storage;

namespace DocService.Api.Commands.Backups;

/// <summary>A stopped server's directory, opened as the server would, with everything that follows the log.</summary>
/// <remarks>Owns: the store, closed when this is disposed.</remarks>
internal sealed class OpenedStore : ISnapshotDoor
{
    private readonly WebApplication _app;
    private readonly ISnapshots _snapshots;

    private OpenedStore(WebApplication app, ISnapshots snapshots)
    {
        _app = app;
        _snapshots = snapshots;
    }

    /// <param name="data">The directory; null: as the settings say.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<OpenedStore> OpenAsync(string? data, CancellationToken cancellation)
    {
        WebApplicationBuilder builder = Server.CreateBuilder(data is null ? [] : [$"{SettingArguments.DataDirectory}={data}"]);
        builder.AddDocService();
        builder.Logging.ClearProviders();
        string path = Path.GetFullPath(OptionsLoading.Load(builder.Configuration).NeedFiles().DataDirectory);
        if (!Directory.Exists(path))
        {
            throw new ConfigurationError($"There is no data directory {path}."); // a misspelt path must not become an empty store
        }

        WebApplication app = builder.Build();
        try
        {
            IDocumentStore store = app.Services.GetRequiredService<IDocumentStore>();
            if (store.Status is { State: StoreState.Damaged, Reason: var damage })
            {
                throw new ConfigurationError($"{damage} Salvage it first (--salvage).");
            }

            await app.Services.GetRequiredService<CollectionService>().LoadAsync(cancellation, ignoresRules: true);
            return new OpenedStore(app, store.Snapshots!);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async Task<SnapshotFacts> TakeAsync(string? name, int? keep, CancellationToken cancellation)
    {
        SnapshotInfo info = await _snapshots.TakeAsync(name);
        SnapshotKeeping.DeleteOlder(_snapshots, keep);
        return SnapshotFacts.Of(info);
    }

    public Task<(IReadOnlyList<SnapshotFacts> Snapshots, SnapshotProgress? Taking)> ListAsync(CancellationToken cancellation)
    {
        SnapshotList list = _snapshots.List();
        return Task.FromResult<(IReadOnlyList<SnapshotFacts>, SnapshotProgress?)>(([.. list.Snapshots.Select(SnapshotFacts.Of)], list.Taking));
    }

    public Task<bool> DeleteAsync(string name, CancellationToken cancellation) => Task.FromResult(_snapshots.Delete(name));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
