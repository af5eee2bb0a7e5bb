using DocService.Storage;

namespace DocService.Api;

/// <summary>Opens the store before the server listens, and says where it is. The container disposes it after the last request.</summary>
internal sealed class StoreLifetime(DocumentStore store, ILogger<StoreLifetime> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        StoreStatus status = store.Status;
        if (status.IsFirstStart)
        {
            logger.LogInformation("First start: created the data directory {Directory}", status.DataDirectory);
        }
        else
        {
            logger.LogInformation("Opened the data directory {Directory}", status.DataDirectory);
        }

        if (status.PromiseRemark is { } remark)
        {
            logger.LogWarning("{Remark} Writes are answered as {Promise}.", remark, status.Promise);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
