using DocService.Api.Access;
using DocService.Api.Browsers;
using DocService.Api.Commands;
using DocService.Api.Configuration;
using DocService.Api.Expiry;
using DocService.Api.Keys;
using DocService.Api.Service;
using DocService.Collections;
using DocService.Postgres;
using DocService.Storage;
using DocService.Storage.Reports;

namespace DocService.Api;

/// <summary>Opens the store and reads the definitions of collections and the API keys before the server listens, and says where it is and how it was found. The container disposes it after the last request.</summary>
internal sealed class StoreLifetime(
    IDocumentStore store, CollectionService collections, KeyRing keys, TimeNotes notes, Exposure exposure, DocServiceOptions options, IConfiguration configuration, ILogger<StoreLifetime> logger) : IHostedService
{
    private const long Mebibyte = 1 << 20;
    private const string Remedy = "'docservice keys add' makes the first key, and requests need one from then on. --allow-anonymous starts without.";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (store.Status is PostgresStatus database)
        {
            Tell(database);
            RefuseStrangers(); // there are no keys with this engine
            return;
        }

        var status = (JournalStatus)store.Status;
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
        await LoadKeysAsync(cancellationToken);
    }

    /// <summary>Whoever can reach the server from another machine, or from any page in a browser, needs a key, unless the operator says otherwise.</summary>
    private async Task LoadKeysAsync(CancellationToken cancellation)
    {
        try
        {
            await keys.LoadAsync(cancellation);
        }
        catch (JournalDamagedException) when (exposure.Addresses.Count == 0 && !options.RequireKeys)
        {
            return; // no document is served; this machine sees in /status what is damaged
        }
        catch (JournalDamagedException)
        {
            keys.Close();
        }

        if (options.RequireKeys && !keys.HasKeys)
        {
            throw new StoreConfigurationException(
                $"There are no API keys in {Path.GetFullPath(options.DataDirectory)}, and DocService:RequireKeys says that there must be. "
                + "If it is the right directory, 'docservice keys add' makes the first key; one that had keys before has lost them, and perhaps more.");
        }

        if (!keys.IsOn)
        {
            RefuseStrangers();
        }
    }

    /// <summary>Without keys.</summary>
    private void RefuseStrangers()
    {
        if (ServeCommand.IsGiven(configuration, ServeCommand.AllowsAnonymous))
        {
            return;
        }

        if (exposure.Addresses is [var address, ..])
        {
            throw new StoreConfigurationException($"Other machines can reach {address}, and there are no API keys: whoever does could read and write every document. {Remedy}");
        }

        if (options.Cors.Origins is [AllowedOrigins.Any])
        {
            throw new StoreConfigurationException($"DocService:Cors:Origins is '*', and there are no API keys: every page in a browser that reaches the server could read and write every document. {Remedy}");
        }
    }

    private void Tell(PostgresStatus status)
    {
        logger.LogInformation(
            "DocService {Version}: the documents are in the database {Database}, {State}; durable through {End}",
            StatusEndpoint.Version, status.Database, StatusEndpoint.NameOf(status.State), status.DurableThrough);
        if (status.PromiseRemark is { } remark)
        {
            logger.LogWarning("{Remark} Writes are answered as {Promise}.", remark, status.Promise);
        }
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
