using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests;

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
    private RequestFile[] _files = []; // by number; replaced as a whole
    private long[] _unloaded = []; // numbers of files that are still to be read
    private readonly Queue<string> _leaving = []; // names of dropped files
    private RequestWriter? _current;
    private long _newest;
    private TimeSpan _ranBefore;
    private TimeSpan _kept; // so long a run is durable

    /// <summary>Requests of commits up to here are filed, as far as there were any.</summary>
    public long LastSequence { get; private set; }

    /// <summary>How many requests the files hold, those of the last hour before they are dropped included.</summary>
    public long Count => Volatile.Read(ref _files).Sum(static file => (long)file.Entries);

    public int FileCount => Volatile.Read(ref _files).Length;

    /// <summary>Whether there are requests that may be remembered: whoever never used a key has nothing to lose.</summary>
    public bool IsEmpty => _files.Length == 0 && _unloaded.Length == 0;

    /// <summary>Why a key that is not found may have been there all the same; null when it has not.</summary>
    public string? Damage => Array.Find(Volatile.Read(ref _files), static file => file.Damage is not null)?.Damage;

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
        List<long> numbers = NumbersIn(directory.Entries);
        _newest = numbers.LastOrDefault();
        var read = new List<RequestFile>();
        while (numbers.Count > 0 && LastSequence == 0)
        {
            Settle(numbers[^1]);
            RequestFile file = Read(numbers[^1]);
            numbers.RemoveAt(numbers.Count - 1);
            read.Insert(0, file);
            LastSequence = file.LastSequence;
            _ranBefore = file.Running > _ranBefore ? file.Running : _ranBefore;
        }

        CheckEnds(read);
        AgeDamaged(read);
        Unsealed = [.. read.SelectMany(static file => file.Unsealed)];
        read.ForEach(static file => file.Unsealed = []);
        _files = [.. read];
        _unloaded = [.. numbers];
        _kept = _ranBefore;
    }

    /// <summary>Reads the files that have not been read yet. Until then a look-up misses what is in them.</summary>
    /// <param name="isStopping">Asked at each piece: then nothing is loaded.</param>
    public void Load(Func<bool> isStopping)
    {
        var read = new List<RequestFile>(_files);
        foreach (long number in _unloaded.Reverse())
        {
            try
            {
                read.Insert(0, Read(number, isStopping));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }

        read.ForEach(static file => file.Unsealed = []);
        CheckEnds(read);
        AgeDamaged(read);
        Unsealed = [];
        Volatile.Write(ref _files, [.. read]);
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
        bool growsOld = _unloaded.Length > 0 || Array.Exists(_files, static file => file.IsRemembering);
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
        RemoveLeaving();
        while (_files.Length > 0)
        {
            RequestFile oldest = _files[0];
            TimeSpan left = oldest.IsRemembering ? retention - (Running - oldest.LastRunning) : TimeSpan.Zero;
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            if (_current?.Target == oldest)
            {
                CloseCurrent();
            }

            // Nobody looks for it any more when its name goes. What takes memory comes before that.
            RequestFile[] rest = _files[1..];
            _leaving.Enqueue(oldest.Name);
            Volatile.Write(ref _files, rest);
            RemoveLeaving();
        }

        return null;
    }

    /// <summary>The newest request with that key; null when there is none, which is certain only where there is no <see cref="Damage"/>.</summary>
    /// <exception cref="FileSystemException">A file cannot be read.</exception>
    public KnownRequest? Find(Sha256Digest key)
    {
        RequestFile[] files = Volatile.Read(ref _files);
        long voidAfter = long.MaxValue;
        for (int index = files.Length - 1; index >= 0; index--)
        {
            try
            {
                if (files[index].Find(directory.Entries, key) is { } found)
                {
                    return found.Sequence <= voidAfter ? found : null;
                }
            }
            catch (FileSystemException exception) when (exception.Error == Errno.EIO)
            {
                files[index].NoteDamage($"{files[index].Name}: {exception.Message}");
            }

            voidAfter = Math.Min(voidAfter, files[index].VoidAfter); // whether or not it could be read: that was found at the start
        }

        return null;
    }

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

    /// <summary>One by one and in their order, so that the names that are left never have a gap. One that could not be removed is tried again before any younger one.</summary>
    private void RemoveLeaving()
    {
        while (_leaving.TryPeek(out string? name))
        {
            directory.Entries.TryUnlink(name);
            directory.Sync();
            _leaving.Dequeue();
        }
    }

    /// <summary>
    /// A process that was killed, or whose sync failed, may have left a seal in the page cache alone. The journal lets go of what a seal
    /// covers, so it counts only when the disk has it.
    /// </summary>
    private void Settle(long number)
    {
        using IFile? file = directory.Entries.TryOpen(RequestFile.NameOf(number), FileAccess.ReadWrite);
        file?.SyncData();
        file?.DropCache();
    }

    /// <summary>Numbers of the files in the directory, ascending.</summary>
    public static List<long> NumbersIn(IDirectory directory) =>
        [.. directory.List().Select(RequestFile.TryParseName).OfType<long>().Order()];

    /// <summary>Whether each file has what the next one says of it; damage is told in the file.</summary>
    public static void CheckEnds(IReadOnlyList<RequestFile> files)
    {
        for (int index = 1; index < files.Count; index++)
        {
            (RequestFile before, RequestFileHeader next) = (files[index - 1], files[index].Header);
            if (next.Number != before.Number + 1)
            {
                before.NoteDamage($"{RequestFile.NameOf(before.Number + 1)} is missing");
            }
            else if (next.PreviousLength > 0 && (before.DurableThrough < next.PreviousLength || before.Entries < next.PreviousEntries))
            {
                before.NoteDamage($"{before.Name} ends at offset {before.DurableThrough} with {before.Entries} requests; it had {next.PreviousEntries}, up to offset {next.PreviousLength}");
            }
        }
    }

    /// <summary>A file without a header that can be read counts as one that holds nothing and has lost everything.</summary>
    /// <exception cref="OperationCanceledException">It is stopping.</exception>
    private RequestFile Read(long number, Func<bool>? isStopping = null)
    {
        string reason = "its header cannot be read";
        try
        {
            if (RequestScan.Read(directory.Entries, number, isStopping) is { } file)
            {
                return file;
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            reason = exception.Message;
        }

        var lost = new RequestFile(new RequestFileHeader { Number = number, Chains = 1, PreviousLength = 0, PreviousEntries = 0, Running = _ranBefore, Created = default }) { HasHeader = false };
        lost.NoteDamage($"{lost.Name}: {reason}");
        return lost;
    }

    /// <summary>
    /// When the last request of a damaged file was written is not known, but not after a later file was begun. Where there is none
    /// the file is kept as if that had been just now.
    /// </summary>
    private void AgeDamaged(List<RequestFile> files)
    {
        TimeSpan latest = _ranBefore;
        for (int index = files.Count - 1; index >= 0; index--)
        {
            RequestFile file = files[index];
            if (file.Damage is not null && file.LastRunning < latest)
            {
                file.LastRunning = latest;
            }

            latest = file.HasHeader && file.Header.Running < latest ? file.Header.Running : latest;
        }
    }

    private void Begin(TimeSpan running)
    {
        RequestFile? last = _current?.Target ?? _files.LastOrDefault();
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
        RequestFile[] files = [.. _files, file];
        _current = RequestWriter.Begin(directory, TempName, file); // from here on no memory is taken: a file that is written is one that is looked in
        _newest++;
        Volatile.Write(ref _files, files);
    }

    /// <summary>What it has synced before stays; without that it is removed, or a full disk would get one file more at each attempt.</summary>
    private void GiveUpCurrent()
    {
        RequestFile file = _current!.Target;
        CloseCurrent();
        if (file.Entries == 0 && directory.Entries.TryUnlink(file.Name))
        {
            directory.Sync();
            Volatile.Write(ref _files, _files[..^1]);
            _newest--;
        }
    }

    private void CloseCurrent()
    {
        _current?.Dispose();
        _current = null;
    }
}
