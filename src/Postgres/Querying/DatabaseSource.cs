using DocService.Index;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Postgres.Connecting;
using DocService.Postgres.Opening;
using DocService.Postgres.Watching;
using DocService.Storage.Clock;
using Npgsql;

namespace DocService.Postgres.Querying;

/// <summary>Snapshots of the database for queries: each is a transaction, and has every commit that was acknowledged before, whichever process made it.</summary>
/// <remarks>
/// Owns: places for snapshots, half of the pool's connections, so that queries leave the other half to documents. Thread: any.
/// On failure: <see cref="StoreException"/>.
/// </remarks>
internal sealed class DatabaseSource(Database database, StoreWatch watch, StoreTime time) : IReaderSource, IDisposable
{
    /// <summary>
    /// The first statement takes the snapshot, and says as of which commit it is. Between its pages an export waits for its client, as long as
    /// ExportIdle lets it: the server must not end it meanwhile. It writes nothing and locks nothing.
    /// </summary>
    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0; ";

    private readonly SemaphoreSlim _places = new(Math.Max(1, database.ConnectionsMax / 2));

    /// <summary>Entries are written with their documents: there is nothing that could lag behind.</summary>
    public IndexStatus Status
    {
        get
        {
            long sequence = watch.Facts?.Sequence ?? 0;
            return new IndexStatus
            {
                Stage = IndexStage.Following,
                Position = sequence,
                DurablePosition = sequence,
                Lag = TimeSpan.Zero,
                Done = 0,
                Total = 0,
                Unreadable = 0,
                Reason = null,
            };
        }
    }

    public bool IsRemote => true;

    /// <inheritdoc/>
    public async ValueTask<IndexReader> OpenAsync(bool isEventual, TimeSpan longest, CancellationToken cancellation)
    {
        if (!await _places.WaitAsync(longest, cancellation).ConfigureAwait(false))
        {
            throw new StoreBusyException($"As many queries read as may at once, and none has ended within {longest.TotalSeconds} s (BusyTimeout).");
        }

        DatabaseSnapshot? snapshot = null;
        try
        {
            snapshot = await database.RetryAsync(() => BeginAsync(cancellation), cancellation).ConfigureAwait(false);
            return new IndexReader(snapshot, time.Now, static failure => throw new StorageFaultException(failure.Message, failure));
        }
        catch
        {
            if (snapshot is null)
            {
                _places.Release();
            }

            snapshot?.Dispose();
            throw;
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<DatabaseSnapshot> BeginAsync(CancellationToken cancellation)
    {
        NpgsqlConnection connection = await database.OpenAsync(cancellation).ConfigureAwait(false);
        try
        {
            await using var begin = new NpgsqlCommand(Begin + ServerFacts.Select, connection);
            await using NpgsqlDataReader reader = await begin.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                throw new StorageFaultException("The table docservice.store has no row, so it is not known which commits are there.");
            }

            ServerFacts facts = ServerFacts.Read(reader);
            var state = new IndexState(IndexState.CurrentFormat, facts.StoreId, facts.Sequence, CompleteFrom: facts.Sequence, IsBuilding: false);
            return new DatabaseSnapshot(connection, state, () => _places.Release());
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
