using System.Threading.Channels;
using DocService.Postgres.Connecting;
using DocService.Postgres.Opening;
using Npgsql;
using NpgsqlTypes;

namespace DocService.Postgres.Replication;

/// <summary>Waits until as many standbys as are asked for have on disk what has been committed.</summary>
/// <remarks>
/// The server's own wait is not enough: it ends with a warning, and the commit with success, when the statement's time is over, and it does not
/// take place while no standby is named. So the standbys' positions are asked for. Only those count that a commit waits for
/// (<c>synchronous_standby_names</c>), because a failover takes no other.
/// Owns: the loop that asks, for all who wait at once. Thread: its own.
/// Invariant: whoever waits gets an answer by its deadline; true means that the standbys had it, on the timeline of the commit.
/// </remarks>
internal sealed class StandbyConfirmation
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(100);

    private const string Confirmed = $"""
        SELECT {ServerFacts.TimelineNow}, (
            SELECT flush_lsn FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum') AND flush_lsn IS NOT NULL
            ORDER BY flush_lsn DESC OFFSET $1 LIMIT 1)
        """;

    private readonly Channel<Waiting> _queue = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Database _database;
    private readonly int _replicas;
    private readonly TimeProvider _clock;
    private readonly Task _running;

    /// <param name="database">Whose primary is asked.</param>
    /// <param name="replicas">At least 1, or nobody may wait.</param>
    /// <param name="clock">For deadlines.</param>
    public StandbyConfirmation(Database database, int replicas, TimeProvider clock)
    {
        _database = database;
        _replicas = replicas;
        _clock = clock;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Behind everything that the server has committed so far.</summary>
    public static async Task<LogPosition> ReadPositionAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand($"SELECT {ServerFacts.TimelineNow}, pg_current_wal_insert_lsn()", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        return new LogPosition(reader.GetInt64(0), (ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1));
    }

    /// <summary>False: it was not known by the deadline, or another server is the primary by now.</summary>
    /// <param name="position">Behind the commit.</param>
    /// <param name="deadline">A timestamp of the clock.</param>
    public Task<bool> ReachAsync(LogPosition position, long deadline)
    {
        var waiting = new Waiting(position, deadline);
        if (!_queue.Writer.TryWrite(waiting))
        {
            waiting.End.TrySetResult(false);
        }

        return waiting.End.Task;
    }

    /// <summary>Whoever still waits is told that it is not known.</summary>
    public Task StopAsync()
    {
        _queue.Writer.TryComplete();
        return _running;
    }

    private async Task RunAsync()
    {
        List<Waiting> all = [];
        TimeSpan pause = PauseMin;
        while (await GatherAsync(all).ConfigureAwait(false))
        {
            LogPosition? confirmed = await AskAsync().ConfigureAwait(false);
            long now = _clock.GetTimestamp();
            bool isStopping = _queue.Reader.Completion.IsCompleted;
            int ended = all.RemoveAll(one => one.TryEnd(confirmed, now, isStopping));
            pause = ended > 0 ? PauseMin : pause * 2 < PauseMax ? pause * 2 : PauseMax;
            if (all.Count > 0)
            {
                await Task.Delay(pause, _clock).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Adds whoever has come. Where nobody waits, it waits for one; false: there will be none.</summary>
    private async ValueTask<bool> GatherAsync(List<Waiting> all)
    {
        if (all.Count == 0 && !await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            return false;
        }

        while (_queue.Reader.TryRead(out Waiting? one))
        {
            all.Add(one);
        }

        return true;
    }

    /// <summary>What enough standbys have; null: that is not known at present.</summary>
    private async Task<LogPosition?> AskAsync()
    {
        try
        {
            await using NpgsqlConnection connection = await _database.OpenAsync(CancellationToken.None).ConfigureAwait(false);
            await using var command = new NpgsqlCommand(Confirmed, connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = _replicas - 1 } } };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await reader.ReadAsync().ConfigureAwait(false);
            return new LogPosition(reader.GetInt64(0), reader.IsDBNull(1) ? 0 : (ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(1));
        }
        catch (Exception)
        {
            return null; // whatever it was: asked again until the deadlines
        }
    }

    private sealed class Waiting(LogPosition position, long deadline)
    {
        public TaskCompletionSource<bool> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True: it waits no longer.</summary>
        public bool TryEnd(LogPosition? confirmed, long now, bool isStopping)
        {
            if (confirmed is { } known && known.Timeline == position.Timeline && known.Offset >= position.Offset)
            {
                return End.TrySetResult(true);
            }

            return (confirmed is { } other && other.Timeline != position.Timeline || now >= deadline || isStopping) && End.TrySetResult(false);
        }
    }
}
