using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Space;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>
/// Fills a snapshot's draft. F, up to where everything is filed, is noted first. Then each file gets a second name, and meanwhile
/// the commits behind F are copied out of the journal. When all files have been taken, the journal's durable end is S: the snapshot
/// is the store as of S.
/// </summary>
/// <remarks>
/// Thread: the snapshot's own. Nothing waits for it, but that the journal keeps what it has not copied yet.
/// Why that is right: a file that is taken is of a version that is durable, so it is at most S. A file that changes or goes during the walk does
/// so by a commit behind F, which the snapshot's journal holds. Its first start files all of these again, the newest of each document.
/// </remarks>
internal sealed class SnapshotTaking : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly object _gate = new();
    private readonly DataDirectory _data;
    private readonly JournalWriter _journal;
    private readonly RememberedRequests _requests;
    private readonly DiskSpace _space;
    private readonly IThreads _threads;
    private readonly Action _throwIfEnded;
    private readonly SnapshotPace _pace;
    private readonly SnapshotWalk _walk;
    private readonly JournalCursor _cursor;
    private readonly long _filedThrough;
    private readonly bool _hasVersions;
    private SnapshotTail? _tail;
    private long _copiedThrough;
    private int _directories;

    /// <param name="data">What is taken.</param>
    /// <param name="journal">Its log.</param>
    /// <param name="requests">What it remembers.</param>
    /// <param name="space">Whether there is room to spare.</param>
    /// <param name="threads">How it waits.</param>
    /// <param name="filedThrough">F: the journal keeps everything behind it until it is copied.</param>
    /// <param name="throwIfEnded">Asked again and again: throws when the snapshot is to be given up.</param>
    public SnapshotTaking(DataDirectory data, JournalWriter journal, RememberedRequests requests, DiskSpace space, IThreads threads, long filedThrough, Action throwIfEnded)
    {
        _data = data;
        _journal = journal;
        _requests = requests;
        _space = space;
        _threads = threads;
        _filedThrough = filedThrough;
        _throwIfEnded = throwIfEnded;
        _pace = new SnapshotPace(journal.Marks, threads);
        _walk = new SnapshotWalk(Pause);
        _cursor = new JournalCursor(journal.Segments, journal.Marks, filedThrough);
        _copiedThrough = filedThrough;
        _hasVersions = data.Documents.Versions.IsMade; // where not: a version that is kept from here on is in the journal's tail
    }

    /// <summary>Up to here the journal need not keep anything for it. Any thread.</summary>
    public long CopiedThrough => Volatile.Read(ref _copiedThrough);

    /// <summary>How far it has come. Any thread, which may see it a moment late.</summary>
    public SnapshotProgress Progress(string name) => new(name, Volatile.Read(ref _directories), _hasVersions ? 2 * DocumentPath.Shards : DocumentPath.Shards, _walk.Files);

    /// <summary>Takes all of it. Everything in the draft is synced when this returns, and FORMAT is there.</summary>
    /// <exception cref="FileSystemException">A call failed: the draft is nothing.</exception>
    public SnapshotInfo Fill(IDirectory draft, string name, TimeSpan patience)
    {
        using IDirectory journal = MakeIn(draft, DataDirectory.JournalName);
        using var tail = new SnapshotTail(journal, _data.Format.StoreId, _filedThrough, _journal.SegmentBytes, _threads.Clock);
        _tail = tail;
        MakeIn(draft, DataDirectory.QuarantineName).Dispose();
        TakeAll(draft, DataDirectory.DocumentsName, _data.Documents.TakeNames);
        long documents = _walk.Files;
        if (_hasVersions)
        {
            TakeAll(draft, DataDirectory.VersionsName, _data.Documents.Versions.TakeNames);
        }

        TakeRequests(draft, patience);
        CopyThrough(_journal.Marks.DurableThrough);
        tail.Finish();
        journal.Sync();
        Volatile.Write(ref _copiedThrough, long.MaxValue);
        var info = new SnapshotInfo
        {
            Name = name,
            Path = draft.Path,
            Created = _threads.Clock.GetUtcNow(),
            StoreId = _data.Format.StoreId,
            Sequence = tail.Sequence,
            FiledThrough = _filedThrough,
            Documents = documents,
            Versions = _walk.Files - documents,
            Bytes = _walk.Bytes,
            Names = _walk.GetNames(),
        };
        SnapshotManifest.Write(draft, info);
        draft.Create(DataDirectory.LockName).Dispose();
        FormatFile.Replace(new SyncedDirectory(draft, _threads), _data.Format with { Format = FormatFile.Current, HasJournal = true, HasVersions = _hasVersions, Directory = DirectoryMark.Snapshot });
        _throwIfEnded();
        return info;
    }

    public void Dispose()
    {
        _cursor.Dispose();
        _walk.Dispose();
    }

    private void TakeAll(IDirectory draft, string name, Action<int, Action<IDirectory, IEnumerable<string>>> take)
    {
        using IDirectory all = MakeIn(draft, name);
        for (int shard = 0; shard < DocumentPath.Shards; shard++)
        {
            string shardName = DocumentPath.ShardName(shard);
            using IDirectory target = MakeIn(all, shardName);
            take(shard, (source, names) => _walk.Take($"{name}/{shardName}", source, names, target));
            Volatile.Write(ref _directories, _directories + 1);
        }

        all.Sync();
    }

    /// <summary>Those of commits up to F must be in synced files: the snapshot's journal has the others.</summary>
    private void TakeRequests(IDirectory draft, TimeSpan patience)
    {
        long since = _threads.Clock.GetTimestamp();
        while (_requests.DurablePosition < _filedThrough)
        {
            if (_threads.Clock.GetElapsedTime(since) > patience)
            {
                throw new StoreBusyException("Remembered requests could not be filed in time for the snapshot.");
            }

            _requests.Hurry(_filedThrough);
            lock (_gate)
            {
                _threads.Wait(_gate, Look);
            }

            Pause();
        }

        using IDirectory target = MakeIn(draft, DataDirectory.RequestsName);
        SnapshotRequests.Take(_walk, _data.Requests.Entries, target);
        target.Sync();
    }

    /// <summary>Between two slices of the walk.</summary>
    private void Pause()
    {
        _throwIfEnded();
        if (!_space.HasRoomToSpare)
        {
            throw new OutOfSpaceException("There is no room to spare for a snapshot: its names take room, and so does what is deleted while it is there.");
        }

        CopyThrough(_journal.Marks.DurableThrough);
        _pace.Rest();
    }

    /// <summary>Copies the published commits up to there.</summary>
    private void CopyThrough(long sequence)
    {
        bool isAny = false;
        while (_cursor.Position < sequence && _cursor.TryReadRecord(out RecordHeader record, out ReadOnlyMemory<byte> payload))
        {
            _tail!.Add(record, payload.Span);
            isAny = true;
        }

        if (isAny)
        {
            Volatile.Write(ref _copiedThrough, _cursor.Position);
            _journal.NoteSettled();
        }
    }

    private static IDirectory MakeIn(IDirectory parent, string name)
    {
        parent.TryCreateDirectory(name);
        return parent.TryOpenDirectory(name) ?? throw new FileSystemException(SystemCall.Open, $"{parent.Path}/{name}", Errno.ENOENT);
    }
}
