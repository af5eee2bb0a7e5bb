using DocService.Postgres.Connecting;
using DocService.Postgres.Opening;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DocService.Postgres.Watching;

/// <summary>
/// What is known of the database: looked up once a second, and with every group. It opens the database when that was not there at the start,
/// and removes what is remembered no longer.
/// </summary>
/// <remarks>Owns: what is known. Thread: its own loop, and the writer's. Invariant: once fenced it stays so.</remarks>
internal sealed class StoreWatch(Database database, SchemaUpkeep upkeep, PostgresOptions options, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CleanAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GroupsKept = TimeSpan.FromDays(1); // longer than any server process could still commit one

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private ServerFacts? _facts;
    private string? _fence;
    private Task _running = Task.CompletedTask;

    /// <summary>As of the last look or group; null: the database has not answered yet.</summary>
    public ServerFacts? Facts => Volatile.Read(ref _facts);

    /// <summary>Why the database cannot be used at present; null when it can.</summary>
    public string? Obstacle { get; private set; }

    public string? ServerVersion { get; private set; }

    public bool IsFirstStart { get; private set; }

    /// <summary>Why no write is taken any more until the process is restarted; null while they are.</summary>
    public string? Fence => Volatile.Read(ref _fence);

    /// <summary>Opens the database. One that does not answer is tried again from then on.</summary>
    /// <exception cref="StoreException">It answers, and cannot be used until an operator puts something right.</exception>
    public async Task StartAsync()
    {
        try
        {
            await OpenAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (Trouble.IsPassing(exception))
        {
            Obstacle = Trouble.Describe(exception);
            logger.LogWarning("The database {Database} does not answer; that is tried again from now on. {Reason}", database.Name, Obstacle);
        }
        catch (NpgsqlException exception)
        {
            throw new StoreConfigurationException($"The database {database.Name} cannot be used: {Trouble.Describe(exception)}.", exception);
        }

        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Refuses a database that has gone back, or is another: what was acknowledged would be lost on it without a word.</summary>
    /// <exception cref="StoreFencedException">It has.</exception>
    /// <exception cref="StoreBusyException">It is an old primary that a newer one has taken the place of.</exception>
    public void Judge(ServerFacts found)
    {
        lock (_gate)
        {
            if (_facts is { } known)
            {
                if (found.Timeline < known.Timeline)
                {
                    throw new StoreBusyException($"The server is an old primary: its timeline is {found.Timeline}, and {known.Timeline} has been seen.");
                }

                _fence ??= found.StoreId != known.StoreId ? "The database holds another store than at the start."
                    : found.Format != known.Format ? $"The tables have format {found.Format} by now, and this process knows {Migrations.Format}."
                    : found.Timeline == known.Timeline && found.Sequence < known.Sequence ? $"The database has gone back: it ends at {found.Sequence}, and {known.Sequence} has been seen."
                    : null;
            }
        }

        ThrowIfFenced();
    }

    /// <exception cref="StoreFencedException">The store takes no writes.</exception>
    public void ThrowIfFenced()
    {
        if (Fence is { } fence)
        {
            throw new StoreFencedException(fence);
        }
    }

    /// <summary>Takes note of what a group, or a look, has found.</summary>
    public void Note(ServerFacts found)
    {
        lock (_gate)
        {
            if (_facts is null || found.Timeline > _facts.Timeline || found.Sequence >= _facts.Sequence)
            {
                Volatile.Write(ref _facts, found);
            }
        }

        Obstacle = null;
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        (ServerFacts facts, ServerVersion, bool isFirst) = await upkeep.OpenAsync(cancellation).ConfigureAwait(false);
        IsFirstStart |= isFirst;
        Note(facts);
    }

    private async Task RunAsync()
    {
        long cleaned = clock.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, clock, _stop.Token).ConfigureAwait(false);
                await LookAsync(_stop.Token).ConfigureAwait(false);
                if (clock.GetElapsedTime(cleaned) >= CleanAfter)
                {
                    cleaned = clock.GetTimestamp();
                    await CleanAsync(_stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                string reason = Trouble.Describe(exception);
                if (Obstacle is null)
                {
                    logger.LogWarning("The database {Database} cannot be used at present. {Reason}", database.Name, reason);
                }

                Obstacle = reason;
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (Facts is null)
        {
            await OpenAsync(cancellation).ConfigureAwait(false);
            logger.LogInformation("The database {Database} answers", database.Name);
            return;
        }

        await using NpgsqlConnection connection = await database.OpenAsync(cancellation).ConfigureAwait(false);
        ServerFacts found = await SchemaUpkeep.ReadFactsAsync(connection, cancellation).ConfigureAwait(false);
        if (found.Timeline >= Facts.Timeline && found.StoreId == Facts.StoreId)
        {
            Note(found); // what has gone back is not noted; the next write finds it
        }
    }

    private async Task CleanAsync(CancellationToken cancellation)
    {
        await using NpgsqlConnection connection = await database.OpenAsync(cancellation).ConfigureAwait(false);
        foreach ((string table, TimeSpan kept) in new[] { ("requests", options.IdempotencyRetention), ("groups", GroupsKept) })
        {
            await using var command = new NpgsqlCommand($"DELETE FROM docservice.{table} WHERE made < now() - $1", connection) { Parameters = { new NpgsqlParameter { Value = kept } } };
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }
}
