using System.Threading.Channels;
using DocService.Postgres.Connecting;
using DocService.Postgres.Replication;
using Npgsql;

namespace DocService.Postgres.Committing;

/// <summary>Takes the writes that have gathered while one group commits, and makes the next of them. One group at a time.</summary>
/// <remarks>
/// Owns: the queue. Thread: its own loop. Invariant: every write that was queued ends, with a result or an exception; an exception other than
/// <see cref="OutcomeUnknownException"/> means that nothing of it was done.
/// </remarks>
internal sealed class GroupWriter
{
    private const int WritesMax = 256;
    private const long BytesMax = 16L << 20;

    private readonly Channel<QueuedWrite> _queue = Channel.CreateUnbounded<QueuedWrite>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Database _database;
    private readonly GroupTransaction _transaction;
    private readonly StandbyConfirmation _standbys;
    private readonly TimeProvider _clock;
    private readonly Task _running;
    private volatile bool _isStopping;

    public GroupWriter(Database database, GroupTransaction transaction, StandbyConfirmation standbys, TimeProvider clock)
    {
        _database = database;
        _transaction = transaction;
        _standbys = standbys;
        _clock = clock;
        _running = Task.Run(RunAsync);
    }

    /// <exception cref="StoreClosedException">It is being stopped.</exception>
    public void Queue(QueuedWrite write)
    {
        if (!_queue.Writer.TryWrite(write))
        {
            throw new StoreClosedException("The store is closing.");
        }
    }

    /// <summary>Carries out what is queued, if the database answers; what it does not take now is refused.</summary>
    public Task StopAsync()
    {
        _isStopping = true;
        _queue.Writer.TryComplete();
        return _running;
    }

    private async Task RunAsync()
    {
        QueuedWrite? left = null;
        while (left is not null || await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            List<QueuedWrite> taken = Gather(ref left);
            if (taken.Count > 0)
            {
                await CarryOutAsync(taken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What is there, within bounds. One that would exceed them begins the next group.</summary>
    private List<QueuedWrite> Gather(ref QueuedWrite? left)
    {
        List<QueuedWrite> taken = [];
        long bytes = 0;
        while (taken.Count < WritesMax && (left is not null || _queue.Reader.TryRead(out left)))
        {
            if (taken.Count > 0 && bytes + left.Bytes > BytesMax)
            {
                break;
            }

            if (left.TryTake())
            {
                taken.Add(left);
                bytes += left.Bytes;
            }

            left = null;
        }

        return taken;
    }

    /// <summary>Until all of them have ended.</summary>
    private async Task CarryOutAsync(List<QueuedWrite> writes)
    {
        for (int attempt = 0; writes.Count > 0; attempt++)
        {
            var group = new Group(writes);
            Exception trouble;
            try
            {
                await _transaction.CarryOutAsync(group).ConfigureAwait(false);
                Tell(group);
                return;
            }
            catch (Exception exception)
            {
                trouble = exception;
            }

            if (group.IsSent && !Trouble.IsRefusal(trouble))
            {
                long deadline = Math.Max(writes.Max(static write => write.Deadline), _clock.GetTimestamp() + _clock.TimestampFrequency);
                switch (await GroupClaim.HasCommittedAsync(_database, group, deadline, _clock).ConfigureAwait(false))
                {
                    case true:
                        Tell(group);
                        return;
                    case null:
                        FailAll(writes, new OutcomeUnknownException("The database was lost while the write was committed, and does not answer: it may or may not have happened.", trouble));
                        return;
                }
            }

            if (!Trouble.IsPassing(trouble))
            {
                await IsolateAsync(writes, trouble).ConfigureAwait(false);
                return;
            }

            DropOverdue(writes, trouble);
            await _database.PauseAsync(attempt, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Those that wait for standbys are told later, and hold no other group up.</summary>
    private void Tell(Group group)
    {
        group.Tell(waited: false, hasReached: false);
        if (group.WaitsForStandbys)
        {
            _ = TellWhenReplicatedAsync(group);
        }
    }

    private async Task TellWhenReplicatedAsync(Group group)
    {
        bool hasReached = false;
        try
        {
            LogPosition position;
            await using (NpgsqlConnection connection = await _database.OpenAsync(CancellationToken.None).ConfigureAwait(false))
            {
                position = await StandbyConfirmation.ReadPositionAsync(connection).ConfigureAwait(false);
            }

            // Another server may be the primary by now, which does not have it.
            hasReached = position.Timeline == group.Timeline && await _standbys.ReachAsync(position, group.Writes.Max(static write => write.Deadline)).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is committed, and told so: at the level that is known.
        }

        group.Tell(waited: true, hasReached);
    }

    /// <summary>The database refuses the group: each of its writes is tried alone, so that one that it cannot take stops no other.</summary>
    private async Task IsolateAsync(List<QueuedWrite> writes, Exception trouble)
    {
        if (writes.Count == 1 || trouble is StoreException)
        {
            FailAll(writes, Trouble.ToFailure(trouble));
            return;
        }

        foreach (QueuedWrite write in writes)
        {
            await CarryOutAsync([write]).ConfigureAwait(false);
        }
    }

    private void DropOverdue(List<QueuedWrite> writes, Exception trouble)
    {
        long now = _clock.GetTimestamp();
        foreach (QueuedWrite write in writes.Where(write => _isStopping || write.Deadline <= now))
        {
            write.Fail(Trouble.ToFailure(trouble));
        }

        writes.RemoveAll(static write => write.Ended.IsCompleted);
    }

    private static void FailAll(List<QueuedWrite> writes, StoreException failure)
    {
        foreach (QueuedWrite write in writes)
        {
            write.Fail(failure);
        }
    }
}
