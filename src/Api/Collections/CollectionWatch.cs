using DocService.Collections;

namespace DocService.Api.Collections;

/// <summary>Looks for duplicates in unique indexes, beside the requests.</summary>
internal sealed class CollectionWatch(CollectionService collections) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => collections.RunAsync(stoppingToken);
}
