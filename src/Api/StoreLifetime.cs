using DocService.Api.Commands;
using DocService.Api.Configuration;
using DocService.Api.Expiry;
using DocService.Api.Service;
using DocService.Collections;
using DocService.Storage;
using DocService.Storage.Reports;

namespace DocService.Api;

/// <summary>Opens the store and reads the definitions of collections before the server listens, and says where it is and how it was found. The container disposes it after the last request.</summary>
internal sealed class StoreLifetime(IDocumentStore store, CollectionService collections, TimeNotes notes, DocServiceOptions options, IConfiguration configuration, ILogger<StoreLifetime> logger) : IHostedService
{
    private const long Mebibyte = 1 << 20;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var status = (JournalStatus)store.Status; // the only engine there is
        if (status.IsFirstStart)
        {
            logger.LogWarning(
                "DocService {Version}, first start: created the data directory {Directory}; {Mebibytes} MiB are written for its journal (README, Configuration: less for a small store)",
                StatusEndpoint.Version, status.DataDirectory, options.ToStoreOptions().FirstStartBytes / Mebibyte);
        }
        else
        {
            logger.LogInformation("DocService {Version}: opened the data directory {Directory} {Recovery}", StatusEndpoint.Version, status.DataDirectory, Describe(status));
        }

        if (status.PromiseRemark is { } remark)
        {
            logger.LogWarning("{Remark} Writes are answered as {Promise}.", remark, status.Promise);
        }

        await collections.LoadAsync(cancellationToken, ServeCommand.IsGiven(configuration, ServeCommand.IgnoresRules));
        await notes.BeginAsync(ServeCommand.IsGiven(configuration, ServeCommand.ConfirmsTime), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>How the last run ended, and what this start has made of it.</summary>
    internal static string Describe(JournalStatus status) => status.Recovery switch
    {
        null => "whose journal is damaged: nothing is served until it is salvaged (--salvage)",
        { WasCleanStop: true } clean => $"after a clean stop: durable through {clean.End}",
        { } unclean => $"after an unclean stop: {(unclean.Records == 1 ? "1 commit" : $"{unclean.Records} commits")} recovered, {unclean.DiscardedRecords} discarded, durable through {unclean.End}",
    };
}
