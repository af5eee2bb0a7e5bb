using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>
/// A disk in memory that knows what is durable. Every call is logged, may be made to fail or to hang, and every state
/// that a power cut could leave behind can be built and opened.
/// </summary>
/// <remarks>
/// Owns: the present <see cref="Volume"/>, the open handles and locks, the log, the armed faults and gates.
/// Thread: any; one lock, under which calls take effect in the order of the log.
/// Invariants: the volume is replaced, never changed, so whoever keeps one has a snapshot.
/// On failure: a call that fails has no effect but what its <see cref="FaultKind"/> or a short write says.
/// </remarks>
internal sealed class SimulatedFileSystem : IFileSystem
{
    private const int SweepMin = 1024;

    private readonly Lock _lock = new();
    private readonly FaultPlan _faults = new();
    private readonly OpenInodes _open = new();
    private CrashRecorder? _recorder;
    private Volume _volume;
    private int _sweepAt;

    /// <summary>An empty volume: a root directory and nothing in it.</summary>
    public SimulatedFileSystem(VolumeSettings? settings = null)
        : this(Volume.Fresh with { Settings = settings ?? new VolumeSettings() }, new CallLog())
    {
    }

    private SimulatedFileSystem(Volume volume, CallLog log)
    {
        _volume = volume;
        _sweepAt = Math.Max(SweepMin, 2 * volume.Inodes.Count);
        Log = log;
        Disk = new DiskAccess(this);
    }

    public int HandlesMax { get; init; } = 1024;

    public CallLog Log { get; }

    /// <summary>Looks at and damages the disk behind the engine's back: no calls, no log, no faults.</summary>
    public DiskAccess Disk { get; }

    /// <summary>Runs on the calling thread before a call takes effect, without the lock: it may use the file system itself.</summary>
    public Action<SimulatedCall>? BeforeCall { get; set; }

    /// <summary>Runs on the calling thread between a sync's begin and its end, without the lock: other calls may come between.</summary>
    public Action<SimulatedCall>? DuringSync { get; set; }

    /// <summary>Calls so far that could have failed.</summary>
    public int CallsMade
    {
        get
        {
            lock (_lock)
            {
                return _faults.CallsMade;
            }
        }
    }

    /// <summary>Handles and locks not yet disposed.</summary>
    public int OpenHandles
    {
        get
        {
            lock (_lock)
            {
                return _open.Handles;
            }
        }
    }

    /// <summary>Type, capacity and profile; capacity may be changed at any time, also below what is in use.</summary>
    public VolumeSettings Settings
    {
        get => Snapshot().Settings;
        set => Edit(volume => volume with { Settings = value });
    }

    /// <summary>A file system of its own that goes on from a snapshot, with a log of its own.</summary>
    public static SimulatedFileSystem From(Volume volume) => new(volume, new CallLog());

    public IDirectory? TryOpenDirectory(string absolutePath)
    {
        if (!absolutePath.StartsWith('/'))
        {
            throw new ArgumentException($"'{absolutePath}' is not an absolute path.", nameof(absolutePath));
        }

        return Run<IDirectory?>(new SimulatedCall(CallKind.OpenDirectory, absolutePath), call =>
            PathWalk.Find(_volume, absolutePath, call) switch
            {
                null => null,
                DirectoryInode directory => OpenDirectory_NeedsLock(directory.Number, absolutePath),
                _ => throw call.Fail(Errno.ENOTDIR),
            });
    }

    /// <summary>No call of the log. A look whether the data directory is there may find no memory.</summary>
    public InodeIdentity? TryGetIdentity(string absolutePath)
    {
        ExpectMemory();
        return PathWalk.Find(Snapshot(), absolutePath, new SimulatedCall(CallKind.GetKind, absolutePath)) is { } inode ? SimulatedFile.IdentityOf(inode) : null;
    }

    /// <summary>Demands of memory to be met before those that are not; null: all are.</summary>
    public int? MemoryLeft { get; set; }

    /// <summary>Demands of memory that were refused.</summary>
    public int MemoryRefused { get; private set; }

    /// <summary>From <see cref="MemoryLeft"/> demands on there is none, until that is set anew. No call of the log: files are not concerned.</summary>
    public void ExpectMemory()
    {
        lock (_lock)
        {
            if (MemoryLeft is { } left)
            {
                MemoryLeft = Math.Max(0, left - 1);
                if (left == 0)
                {
                    MemoryRefused++;
                    throw new InsufficientMemoryException("The simulated memory is used up.");
                }
            }
        }
    }

    /// <summary>Puts a note of the workload into the log, such as an acknowledgement it has received.</summary>
    public void Mark(object note)
    {
        lock (_lock)
        {
            _recorder?.Observe(_volume);
            Log.Add(new SimulatedCall(CallKind.Mark, string.Empty) { Note = note });
        }
    }

    /// <summary>Makes the k-th call from now on fail that can fail and that <paramref name="where"/> admits.</summary>
    /// <param name="call">k, from 1.</param>
    /// <param name="error">What it fails with.</param>
    /// <param name="kind">What has happened by then.</param>
    /// <param name="forever">All admitted calls after it fail too.</param>
    /// <param name="where">Which calls count; all that can fail when null.</param>
    public Fault FailCall(int call, Errno error, FaultKind kind = FaultKind.BeforeEffect, bool forever = false, Func<SimulatedCall, bool>? where = null)
    {
        var fault = new Fault { Call = call, Error = error, Kind = kind, Forever = forever, Where = where };
        lock (_lock)
        {
            _faults.Arm(fault);
        }

        return fault;
    }

    /// <summary>
    /// Leaves a durability step out: all syncs from now on that <paramref name="where"/> admits report success and do
    /// nothing. A suite that stays green with it has not tested that step.
    /// </summary>
    public Fault DropSyncs(Func<SimulatedCall, bool> where) =>
        FailCall(1, Errno.EIO, FaultKind.Dropped, forever: true, call => call.IsSync && where(call));

    /// <summary>The disk is well again; what a failed sync has left doubtful stays doubtful.</summary>
    public void ClearFaults()
    {
        lock (_lock)
        {
            _faults.Disarm();
        }
    }

    /// <summary>Makes the k-th call from now on that <paramref name="where"/> admits wait, before its effect, until released.</summary>
    public CallGate BlockCall(Func<SimulatedCall, bool> where, int call = 1)
    {
        var gate = new CallGate(call, where);
        _faults.Add(gate);
        return gate;
    }

    /// <summary>From now on every moment at which a power cut would leave something new is kept.</summary>
    public CrashRecorder StartRecording()
    {
        lock (_lock)
        {
            _recorder = new CrashRecorder(Log, Snapshot);
            _recorder.Observe(_volume);
            return _recorder;
        }
    }

    /// <summary>A power cut at this moment.</summary>
    public CrashPoint CrashNow()
    {
        lock (_lock)
        {
            return new CrashPoint(0, Log, Log.Count, _volume);
        }
    }

    /// <summary>
    /// The process is killed: what it gave to the operating system is there, and no more durable than before. The log
    /// goes on in the new file system; this one may be used on by threads that do not know yet, without effect there.
    /// </summary>
    public SimulatedFileSystem Kill()
    {
        lock (_lock)
        {
            return new SimulatedFileSystem(_volume.WithoutHandles(), Log.Copy());
        }
    }

    public Volume Snapshot()
    {
        lock (_lock)
        {
            return _volume;
        }
    }

    /// <summary>Replaces the volume outside of any call.</summary>
    public void Edit(Func<Volume, Volume> edit)
    {
        lock (_lock)
        {
            _volume = edit(_volume);
        }
    }

    /// <summary>Runs one call of a handle: hooks, log, faults, effect.</summary>
    /// <param name="call">What is asked.</param>
    /// <param name="effect">Runs under the lock; may replace the volume.</param>
    /// <param name="failure">What an injected failure before the effect does all the same.</param>
    internal T Run<T>(SimulatedCall call, Func<SimulatedCall, T> effect, Action<Fault>? failure = null)
    {
        BeforeCall?.Invoke(call);
        _faults.PassGates(call);
        lock (_lock)
        {
            if (call.Changes)
            {
                _recorder?.Observe(_volume);
            }

            Log.Add(call);
            Fault? fault = _faults.Next(call);
            try
            {
                if (fault is null)
                {
                    return effect(call);
                }

                if (fault.Kind == FaultKind.NoMemory)
                {
                    call.Error = Errno.ENOMEM;
                    throw new InsufficientMemoryException($"There is no simulated memory for {call}.");
                }

                if (fault.Kind == FaultKind.AfterEffect)
                {
                    (effect(call) as IDisposable)?.Dispose();
                }
                else if (fault.Kind != FaultKind.Dropped)
                {
                    failure?.Invoke(fault);
                }

                return fault.ReportsSuccess(call) ? default! : throw call.Fail(fault.Error);
            }
            catch (FileSystemException exception)
            {
                call.Error = exception.Error;
                throw;
            }
        }
    }

    /// <summary>
    /// A call that finds nothing, on a disk of which nobody keeps the calls: counted, and no more. Each opening looks for
    /// 16,384 temporary files, and the nets open some hundred thousand disks.
    /// </summary>
    /// <returns>False: it runs as any other.</returns>
    internal bool TryCountUnseen(long directory, string name)
    {
        lock (_lock)
        {
            if (Log.KeepsCalls || _recorder is not null || _faults.AreArmed || _volume.Find(directory, name) is not null)
            {
                return false;
            }

            _faults.CountHarmless();
            Log.CountUnkept();
            return true;
        }
    }

    /// <summary>
    /// Runs one sync. What it makes durable is what was there at its begin, and nothing that came between. A failure leaves
    /// doubtful whatever is there at its end, because what came between shares blocks with it; it is told once to each
    /// open description, as Linux does (errseq_t), so of two syncs on one description the second says nothing of it.
    /// </summary>
    /// <param name="call">Which of the syncs.</param>
    /// <param name="number">The file or directory.</param>
    /// <param name="errorsSeen">How many failures the description has been told.</param>
    internal void Sync(SimulatedCall call, long number, ref int errorsSeen)
    {
        BeforeCall?.Invoke(call);
        _faults.PassGates(call);
        if (DuringSync is not { } during)
        {
            lock (_lock)
            {
                EndSync_NeedsLock(call, BeginSync_NeedsLock(call), number, ref errorsSeen);
            }

            return;
        }

        BegunSync begun;
        lock (_lock)
        {
            begun = BeginSync_NeedsLock(call);
        }

        during(call);
        lock (_lock)
        {
            _recorder?.Observe(_volume);
            if (Log.Count > begun.Logged)
            {
                Log.Add(new SimulatedCall(CallKind.SyncEnd, call.Path));
            }

            EndSync_NeedsLock(call, begun, number, ref errorsSeen);
        }
    }

    internal int SyncErrors_NeedsLock(long number) => _open.SyncErrors(number);

    /// <summary>The volume as an effect under the lock sees it.</summary>
    internal Volume Volume_NeedsLock => _volume;

    internal bool IsOpen_NeedsLock(long number) => _open.IsOpen(number);

    internal void Replace_NeedsLock(Volume volume)
    {
        _volume = volume;
        if (volume.Inodes.Count > _sweepAt)
        {
            _volume = volume.Sweep(_open.Numbers);
            _sweepAt = Math.Max(SweepMin, 2 * _volume.Inodes.Count);
        }
    }

    internal SimulatedDirectory OpenDirectory_NeedsLock(long number, string path)
    {
        _open.Open(number);
        return new SimulatedDirectory(this, number, path);
    }

    internal SimulatedFile OpenFile_NeedsLock(long number, string path, bool writable)
    {
        _open.Open(number);
        return new SimulatedFile(this, number, path, writable);
    }

    internal SimulatedLock? TryLock_NeedsLock(long number, string path)
    {
        if (!_open.TryLock(number))
        {
            return null;
        }

        _open.Open(number);
        return new SimulatedLock(this, number, path);
    }

    /// <summary>The lock goes with the directory's handle.</summary>
    internal bool TryLockDirectory_NeedsLock(long number) => _open.TryLock(number);

    private BegunSync BeginSync_NeedsLock(SimulatedCall call)
    {
        _recorder?.Observe(_volume);
        Log.Add(call);
        return new BegunSync(_faults.Next(call), _volume.NextOrdinal, Log.Count);
    }

    private void EndSync_NeedsLock(SimulatedCall call, BegunSync begun, long number, ref int errorsSeen)
    {
        switch (begun.Fault?.Kind)
        {
            case null or FaultKind.AfterEffect:
                Replace_NeedsLock(_volume.WithSynced(number, begun.Below));
                break;
            case not FaultKind.Dropped:
                Replace_NeedsLock(_volume.WithSyncFailed(number));
                _open.AddSyncError(number);
                break;
        }

        bool isToldAnother = begun.Fault is null && _open.SyncErrors(number) > errorsSeen;
        errorsSeen = _open.SyncErrors(number);
        if (isToldAnother || begun.Fault?.ReportsSuccess(call) == false)
        {
            call.Error = begun.Fault?.Error ?? Errno.EIO;
            throw call.Fail(call.Error.Value);
        }
    }

    /// <param name="Fault">What it will suffer.</param>
    /// <param name="Below">The first change that it does not cover.</param>
    /// <param name="Logged">Length of the log behind it.</param>
    private readonly record struct BegunSync(Fault? Fault, long Below, int Logged);

    /// <summary>A handle is disposed; a file that has no name any more goes with its last one.</summary>
    internal void Close(long number, string path, bool locked = false)
    {
        lock (_lock)
        {
            Log.Add(new SimulatedCall(CallKind.Close, path));
            if (locked)
            {
                _open.Unlock(number);
            }

            if (_open.Close(number) && _volume.Inodes[number] is { Links: 0 } inode)
            {
                _volume = _volume.WithFreed(inode);
            }
        }
    }
}
