using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Reads every document's file and every kept version's once in an interval, and has restored what can be restored.</summary>
/// <remarks>
/// Owns: a thread. Thread: its own. It keeps no position: a start begins a round anew, in another directory than the start before, at a
/// pace that costs little. So a store that is started often still has each directory read.
/// On failure: what it cannot read is told, and it goes on. An unexpected failure ends it and is told; documents do not notice.
/// </remarks>
internal sealed class Scrub : IDisposable
{
    /// <summary>A start has more urgent things to do.</summary>
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(10);

    /// <summary>How often a copy that is behind is looked at again, each <see cref="Intervals.Retry"/>.</summary>
    private const int MendTries = 10;

    private readonly object _gate = new();
    private readonly TimeSpan _interval;
    private readonly DocumentFiles _files;
    private readonly DocumentScrub _documents;
    private readonly RequestScrub _requests;
    private readonly CopyScrub? _copy;
    private readonly IThreads _threads;
    private readonly ScrubPace _pace;
    private IThread? _thread; // null before the start, and where nobody has asked for a round and none is due ever
    private bool _isAsked; // for a round at once
    private bool _isStopped;

    /// <param name="interval">From one round's beginning to the next's; zero: only when somebody asks for it.</param>
    /// <param name="pace">How fast it reads.</param>
    /// <param name="files">Of the store.</param>
    /// <param name="documents">Examines them.</param>
    /// <param name="requests">Examines the files of remembered requests.</param>
    /// <param name="copy">Examines the index; null where there is none.</param>
    /// <param name="findings">Told of rounds.</param>
    /// <param name="threads">Of the store.</param>
    public Scrub(TimeSpan interval, ScrubPace pace, DocumentFiles files, DocumentScrub documents, RequestScrub requests, CopyScrub? copy, ScrubFindings findings, IThreads threads)
    {
        _interval = interval;
        _files = files;
        _documents = documents;
        _requests = requests;
        _copy = copy;
        Findings = findings;
        _threads = threads;
        _pace = pace;
    }

    public ScrubFindings Findings { get; }

    public void Start() => _thread = _interval > TimeSpan.Zero ? StartThread() : null;

    /// <summary>Begins a round at once, also where none is due ever. False: one is under way, and goes on.</summary>
    public bool Begin()
    {
        lock (_gate)
        {
            if (_isAsked || Findings.IsRunning || _isStopped)
            {
                return false;
            }

            _thread ??= StartThread(); // first: it fails where there is no memory
            _isAsked = true;
            _threads.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Ends after the file under way.</summary>
    public void Dispose()
    {
        IThread? thread;
        lock (_gate)
        {
            _isStopped = true;
            _threads.PulseAll(_gate);
            thread = _thread;
        }

        thread?.Join();
    }

    private IThread StartThread() => _threads.Start("docservice-scrub", Work);

    private void Work()
    {
        try
        {
            TimeSpan pause = _interval < FirstAfter ? _interval : FirstAfter;
            while (PauseBetween(pause))
            {
                long began = _threads.Clock.GetTimestamp();
                if (!RunRound())
                {
                    return;
                }

                Findings.Finish();
                TimeSpan left = _interval - _threads.Clock.GetElapsedTime(began);
                pause = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                _thread = null; // whoever asks for a round starts it again
            }

            Findings.GiveUp(exception);
        }
    }

    /// <summary>False: it is to end.</summary>
    private bool RunRound()
    {
        int first = (int)(_threads.Clock.GetUtcNow().ToUnixTimeSeconds() % DocumentPath.Shards);
        for (int step = 0; step < DocumentPath.Shards; step++)
        {
            int shard = (first + step) % DocumentPath.Shards;
            if (!ReadDirectory(shard, isOfVersions: false) || !ReadDirectory(shard, isOfVersions: true))
            {
                return false;
            }
        }

        return Guard(() => _requests.Read(GoOn)) && (_copy is null || Guard(() => _copy.ReadFiles(GoOn) && _copy.ReadRows(GoOn, TryMend)));
    }

    private bool ReadDirectory(int shard, bool isOfVersions)
    {
        var met = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in List(shard, isOfVersions))
        {
            met.Add(DocumentScrub.Place(shard, name, isOfVersions));
            if (!TryExamine(shard, name, isOfVersions))
            {
                return false;
            }
        }

        Findings.KeepOnly(DocumentScrub.Place(shard, string.Empty, isOfVersions), met);
        return true;
    }

    private IReadOnlyList<string> List(int shard, bool isOfVersions)
    {
        try
        {
            return isOfVersions ? _files.Versions.List(shard) : _files.ListByInode(shard);
        }
        catch (FileSystemException exception)
        {
            Findings.NoteDamage(DocumentScrub.Place(shard, ".", isOfVersions), null, exception.Message);
            return ["."];
        }
    }

    private bool TryExamine(int shard, string name, bool isOfVersion)
    {
        if (name == ".")
        {
            return Pause(Intervals.Retry); // a directory that cannot be read
        }

        return Guard(() =>
        {
            (long bytes, DamagedFile? damaged) = _documents.Examine(shard, name, isOfVersion);
            return (damaged is null || TryMend(damaged)) && GoOn(bytes, 1);
        });
    }

    /// <summary>False: it is to end.</summary>
    private bool TryMend(DamagedFile damaged)
    {
        for (int tries = 0; tries < MendTries && !_documents.TryMend(damaged); tries++)
        {
            if (!Pause(Intervals.Retry))
            {
                return false;
            }
        }

        return true;
    }

    private bool GoOn(long bytes, int files) => Pause(_pace.After(bytes, files));

    private bool Guard(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or FileSystemException)
        {
            return Pause(Intervals.Retry); // no memory or no descriptor: the next round reads it
        }
    }

    /// <summary>Until the next round is due, or asked for; then that has begun. False: it is to end.</summary>
    private bool PauseBetween(TimeSpan pause)
    {
        lock (_gate)
        {
            _ = Pause_NeedsLock(_interval > TimeSpan.Zero ? pause : TimeSpan.MaxValue, endsWhenAsked: true);
            _isAsked = false;
            Findings.Begin(); // here: what is asked for from now on is under way
            return !_isStopped;
        }
    }

    /// <summary>False: it is to end.</summary>
    private bool Pause(TimeSpan pause)
    {
        lock (_gate)
        {
            return Pause_NeedsLock(pause, endsWhenAsked: false);
        }
    }

    private bool Pause_NeedsLock(TimeSpan pause, bool endsWhenAsked)
    {
        long began = _threads.Clock.GetTimestamp();
        TimeSpan left = pause;
        while (!_isStopped && !(endsWhenAsked && _isAsked) && left > TimeSpan.Zero)
        {
            // A wait takes 24 days at most.
            _threads.Wait(_gate, left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1));
            left = pause - _threads.Clock.GetElapsedTime(began);
        }

        return !_isStopped;
    }
}
