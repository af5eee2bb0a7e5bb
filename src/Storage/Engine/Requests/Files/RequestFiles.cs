using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>All files of remembered requests: one an hour, each dropped whole when its last request is old enough.</summary>
/// <remarks>
/// Owns: the files in <c>data/requests</c>, and the one that is written. Thread: opened by one, then one adds and drops (the
/// requests' own), any looks up.
/// Age is counted in time that the store has been running, over all its starts: no clock can jump in it, and a stop makes
/// requests be remembered longer, never shorter.
/// Invariant: only files that this opening has begun are written to. What an earlier one wrote counts as far as it is known to be synced.
/// On failure: lack of room leaves everything as it was; after any other failed call the effect is unknown, and the caller fences.
/// </remarks>
internal sealed class RequestFiles(SyncedDirectory directory, TimeSpan retention, TimeProvider clock) : IDisposable
{
    /// <summary>Where a file is made before it has its name.</summary>
    private const string TempName = ".next";

    /// <summary>A file has at most so much of it, so that places in it stay small; at a thousand requests a second it is not reached.</summary>
    private const long FileBytesMax = 8L << 30;

    private const int PieceBytes = 1 << 20;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly long _opened = clock.GetTimestamp();
    private readonly RequestFileList _files = new(directory);
    private long[] _unloaded = []; // numbers of files that are still to be read
    private RequestWriter? _current;
    private long _newest;
    private TimeSpan _ranBefore;
    private TimeSpan _kept; // so long a run is durable

    /// <summary>Requests of commits up to here are filed, as far as there were any.</summary>
    public long LastSequence { get; private set; }

    /// <summary>How many requests the files hold, those of the last hour before they are dropped included.</summary>
    public long Count => _files.All.Sum(static file => (long)file.Entries);

    public int FileCount => _files.All.Length;

    /// <summary>Whether there are requests that may be remembered: whoever never used a key has nothing to lose.</summary>
    public bool IsEmpty => _files.All.Length == 0 && _unloaded.Length == 0;

    /// <summary>Why a key that is not found may have been there all the same; null when it has not.</summary>
    public string? Damage => Array.Find(_files.All, static file => file.Damage is not null)?.Damage;

    /// <summary>How long the store has been running, over all its starts.</summary>
    public TimeSpan Running => _ranBefore + clock.GetElapsedTime(_opened);

    /// <summary>Intact requests behind the last seals of the newest files, as <see cref="Open"/> has found them.</summary>
    public IReadOnlyList<KnownRequest> Unsealed { get; private set; } = [];

    /// <summary>After so long the time is noted, whatever else there is to write.</summary>
    public TimeSpan NoteEvery => retention / 4 < Hour ? retention / 4 : Hour;

    private TimeSpan Span => retention < Hour ? retention : Hour;

    /// <summary>Reads the newest file, which says what is filed; the others are read by <see cref="Load"/>. Writes nothing but to remove a leftover.</summary>
    /// <exception cref="FileSystemException">A system call failed.</exception>
    /// <exception cref="StoreFormatException">A file was written by a later version.</exception>
    public void Open()
    {
        directory.Entries.TryUnlink(TempName);
        List<long> numbers = FoundRequestFiles.NumbersIn(directory.Entries);
        _newest = numbers.LastOrDefault();
        var read = new List<RequestFile>();
        while (numbers.Count > 0 && LastSequence == 0)
        {
            FoundRequestFiles.Settle(directory.Entries, numbers[^1]);
            RequestFile file = FoundRequestFiles.Read(directory.Entries, numbers[^1], _ranBefore);
            numbers.RemoveAt(numbers.Count - 1);
            read.Insert(0, file);
            LastSequence = file.LastSequence;
            _ranBefore = file.Running > _ranBefore ? file.Running : _ranBefore;
        }

        FoundRequestFiles.CheckEnds(read);
        FoundRequestFiles.AgeIncomplete(read, _ranBefore);
        Unsealed = [.. read.SelectMany(static file => file.Unsealed)];
        read.ForEach(static file => file.Unsealed = []);
        _files.All = [.. read];
        _unloaded = [.. numbers];
        _kept = _ranBefore;
    }

    /// <summary>Reads the files that have not been read yet. Until then a look-up misses what is in them.</summary>
    /// <param name="isStopping">Asked at each piece: then nothing is loaded.</param>
    public void Load(Func<bool> isStopping)
    {
        var read = new List<RequestFile>(_files.All);
        foreach (long number in _unloaded.Reverse())
        {
            try
            {
                read.Insert(0, FoundRequestFiles.Read(directory.Entries, number, _ranBefore, isStopping));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        read.ForEach(static file => file.Unsealed = []);
        FoundRequestFiles.CheckEnds(read);
        FoundRequestFiles.AgeIncomplete(read, _ranBefore);
        Unsealed = [];
        _files.All = [.. read];
        _unloaded = [];
    }

    /// <summary>Files the requests, which have the order of their commits. They are synced when it returns.</summary>
    /// <exception cref="FileSystemException">They are not, or it is not known. Where there was no room it can be tried again.</exception>
    public void Add(IReadOnlyList<KnownRequest> requests)
    {
        TimeSpan running = Running;
        if (_current is null || _current.Length > FileBytesMax || _current.Target.IsCrowded || running - _current.Target.Header.Running >= Span)
        {
            Begin(running);
        }

        Write(current =>
        {
            for (int index = 0; index < requests.Count;)
            {
                index += current.Add(requests, index, PieceBytes, running);
            }
        });
        LastSequence = Math.Max(LastSequence, requests[^1].Sequence);
        _kept = running;
    }

    /// <summary>
    /// Makes durable how long the store has been running, at most once an hour and when it stops. Requests write it too, but where damage
    /// has every new key refused, none is written: a server that is restarted each day would refuse them for good.
    /// </summary>
    /// <param name="isStopping">What is less than a minute is not worth a file.</param>
    /// <exception cref="FileSystemException">It is not, or it is not known.</exception>
    public void KeepTime(bool isStopping)
    {
        TimeSpan running = Running;
        bool growsOld = _unloaded.Length > 0 || Array.Exists(_files.All, static file => file.IsRemembering);
        if (!growsOld || running - _kept < (isStopping ? NoteEvery / 60 : NoteEvery))
        {
            return;
        }

        if (_current is null)
        {
            Begin(running);
        }
        else
        {
            Write(current => current.KeepTime(running));
        }

        _kept = running;
    }

    /// <summary>Drops the files whose last request is old enough. Returns after how long there may be more to do; null: there is nothing to drop.</summary>
    /// <exception cref="FileSystemException">A call failed.</exception>
    public TimeSpan? Drop()
    {
        _files.RemoveLeaving();
        while (_files.All is [var oldest, ..])
        {
            TimeSpan left = oldest.IsRemembering ? retention - (Running - oldest.LastRunning) : TimeSpan.Zero;
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            if (_current?.Target == oldest)
            {
                CloseCurrent();
            }

            _files.DropOldest();
        }

        return null;
    }

    /// <summary>The newest request with that key; null when there is none, which is certain only where there is no <see cref="Damage"/>.</summary>
    /// <exception cref="FileSystemException">A file cannot be read.</exception>
    public KnownRequest? Find(Sha256Digest key) => _files.Find(key);

    public void Dispose() => CloseCurrent();

    private void Write(Action<RequestWriter> write)
    {
        try
        {
            write(_current!);
        }
        catch (FileSystemException exception) when (exception.Call != SystemCall.Write)
        {
            GiveUpCurrent(); // a file whose sync has failed proves nothing any more
            throw;
        }
    }

    private void Begin(TimeSpan running)
    {
        RequestFile? last = _current?.Target ?? _files.All.LastOrDefault();
        CloseCurrent();
        var header = new RequestFileHeader
        {
            Number = _newest + 1,
            PreviousLength = last?.DurableThrough ?? 0,
            PreviousEntries = last?.Entries ?? 0,
            Chains = (int)Math.Clamp(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(last?.Entries ?? 0)), RequestFile.ChainsMin, RequestFile.ChainsMax),
            Running = running,
            Created = clock.GetUtcNow().UtcDateTime,
        };
        var file = new RequestFile(header);
        RequestFile[] files = [.. _files.All, file];
        _current = RequestWriter.Begin(directory, TempName, file); // from here on no memory is taken: a file that is written is one that is looked in
        _newest++;
        _files.All = files;
    }

    /// <summary>What it has synced before stays; without that it is removed, or a full disk would get one file more at each attempt.</summary>
    private void GiveUpCurrent()
    {
        RequestFile file = _current!.Target;
        CloseCurrent();
        if (file.Entries == 0 && directory.Entries.TryUnlink(file.Name))
        {
            directory.Sync();
            _files.All = _files.All[..^1];
            _newest--;
        }
    }

    private void CloseCurrent()
    {
        _current?.Dispose();
        _current = null;
    }
}
