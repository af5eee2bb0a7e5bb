using DocService.Api.Configuration;
using DocService.Storage;

namespace DocService.Api.Tokens;

/// <summary>Fetches the provider's keys when the server starts and every hour, and ends what tokens have opened whose time is over.</summary>
internal sealed class TokenUpkeep(HeldTokens tokens, ProviderKeys keys, IDocumentStore store, DocServiceOptions options, TimeProvider clock) : BackgroundService
{
    /// <summary>What a token has opened ends within 15 s of its end, as with API keys.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.TakesTokens)
        {
            return;
        }

        try
        {
            await keys.GetAsync(keyId: null, stoppingToken); // the start does not wait for it
            while (true)
            {
                await Task.Delay(Interval, clock, stoppingToken);
                tokens.EndExpired(store.Time.Now);
                keys.Refresh();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
