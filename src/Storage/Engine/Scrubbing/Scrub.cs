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
    private readonly CopyScrub? _copy;
    private readonly IThreads _threads;
    private readonly ScrubPace _pace;
    private IThread? _thread; // null before the start, and where there is no scrub
    private bool _isStopped;

    /// <param name="interval">From one round's beginning to the next's; zero: there is no scrub.</param>
    /// <param name="bytesPerSecond">Most that it reads.</param>
    /// <param name="files">Of the store.</param>
    /// <param name="documents">Examines them.</param>
    /// <param name="copy">Examines the index; null where there is none.</param>
    /// <param name="findings">Told of rounds.</param>
    /// <param name="threads">Of the store.</param>
    public Scrub(TimeSpan interval, long bytesPerSecond, DocumentFiles files, DocumentScrub documents, CopyScrub? copy, ScrubFindings findings, IThreads threads)
    {
        _interval = interval;
        _files = files;
        _documents = documents;
        _copy = copy;
        Findings = findings;
        _threads = threads;
        _pace = new ScrubPace(bytesPerSecond, threads.Clock);
    }

    public ScrubFindings Findings { get; }

    public void Start() => _thread = _interval > TimeSpan.Zero ? _threads.Start("docservice-scrub", Work) : null;

    /// <summary>Ends after the file under way.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopped = true;
            _threads.PulseAll(_gate);
        }

        _thread?.Join();
    }

    private void Work()
    {
        try
        {
            TimeSpan pause = _interval < FirstAfter ? _interval : FirstAfter;
            while (Pause(pause))
            {
                long began = _threads.Clock.GetTimestamp();
                Findings.Begin();
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

        return _copy is null || Guard(() => _copy.ReadFiles(GoOn) && _copy.ReadRows(GoOn, TryMend));
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
            return (damaged is null || TryMend(damaged)) && GoOn(bytes);
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

    private bool GoOn(long bytes) => Pause(_pace.After(bytes));

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

    /// <summary>False: it is to end.</summary>
    private bool Pause(TimeSpan pause)
    {
        long began = _threads.Clock.GetTimestamp();
        lock (_gate)
        {
            TimeSpan left = pause;
            while (!_isStopped && left > TimeSpan.Zero)
            {
                // A wait takes 24 days at most.
                _threads.Wait(_gate, left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1));
                left = pause - _threads.Clock.GetElapsedTime(began);
            }

            return !_isStopped;
        }
    }
}
