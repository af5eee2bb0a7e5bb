using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>The volume that processes have mounted: calls of their handles take effect here, one after the other.</summary>
/// <remarks>
/// Owns: the present <see cref="Volume"/>, the open handles and locks, the log, the armed faults and gates.
/// Thread: any; one lock, under which calls take effect in the order of the log.
/// Invariants: the volume is replaced, never changed, so whoever keeps one has a snapshot.
/// On failure: a call that fails has no effect but what its <see cref="FaultKind"/> or a short write says.
/// </remarks>
internal sealed class MountedVolume(Volume volume, CallLog log)
{
    private const int SweepMin = 1024;

    private readonly Lock _lock = new();
    private readonly OpenInodes _open = new();
    private CrashRecorder? _recorder;
    private Volume _volume = volume;
    private int _sweepAt = Math.Max(SweepMin, 2 * volume.Inodes.Count);

    public CallLog Log { get; } = log;

    public FaultPlan Faults { get; } = new();

    /// <inheritdoc cref="SimulatedFileSystem.BeforeCall"/>
    public Action<SimulatedCall>? BeforeCall { get; set; }

    /// <inheritdoc cref="SimulatedFileSystem.DuringSync"/>
    public Action<SimulatedCall>? DuringSync { get; set; }

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

    public void Mark(object note)
    {
        lock (_lock)
        {
            _recorder?.Observe(_volume);
            Log.Add(new SimulatedCall(CallKind.Mark, string.Empty) { Note = note });
        }
    }

    public CrashRecorder StartRecording()
    {
        lock (_lock)
        {
            _recorder = new CrashRecorder(Log, Snapshot);
            _recorder.Observe(_volume);
            return _recorder;
        }
    }

    /// <summary>With the log as it is at this moment.</summary>
    public T Look<T>(Func<Volume, CallLog, T> look)
    {
        lock (_lock)
        {
            return look(_volume, Log);
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
    public T Run<T>(SimulatedCall call, Func<SimulatedCall, T> effect, Action<Fault>? failure = null)
    {
        BeforeCall?.Invoke(call);
        Faults.PassGates(call);
        lock (_lock)
        {
            if (call.Changes)
            {
                _recorder?.Observe(_volume);
            }

            Log.Add(call);
            Fault? fault = Faults.Next(call);
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
    /// Runs one sync. What it makes durable is what was there at its begin, and nothing that came between. A failure leaves
    /// doubtful whatever is there at its end, because what came between shares blocks with it; it is told once to each
    /// open description, as Linux does (errseq_t), so of two syncs on one description the second says nothing of it.
    /// </summary>
    /// <param name="call">Which of the syncs.</param>
    /// <param name="number">The file or directory.</param>
    /// <param name="errorsSeen">How many failures the description has been told.</param>
    public void Sync(SimulatedCall call, long number, ref int errorsSeen)
    {
        BeforeCall?.Invoke(call);
        Faults.PassGates(call);
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

    public int SyncErrors_NeedsLock(long number) => _open.SyncErrors(number);

    /// <summary>The volume as an effect under the lock sees it.</summary>
    public Volume Volume_NeedsLock => _volume;

    public bool IsOpen_NeedsLock(long number) => _open.IsOpen(number);

    public void Replace_NeedsLock(Volume volume)
    {
        _volume = volume;
        if (volume.Inodes.Count > _sweepAt)
        {
            _volume = volume.Sweep(_open.Numbers);
            _sweepAt = Math.Max(SweepMin, 2 * _volume.Inodes.Count);
        }
    }

    public SimulatedDirectory OpenDirectory_NeedsLock(long number, string path)
    {
        _open.Open(number);
        return new SimulatedDirectory(this, number, path);
    }

    public SimulatedFile OpenFile_NeedsLock(long number, string path, bool writable)
    {
        _open.Open(number);
        return new SimulatedFile(this, number, path, writable);
    }

    public SimulatedLock? TryLock_NeedsLock(long number, string path)
    {
        if (!_open.TryLock(number))
        {
            return null;
        }

        _open.Open(number);
        return new SimulatedLock(this, number, path);
    }

    /// <summary>The lock goes with the directory's handle.</summary>
    public bool TryLockDirectory_NeedsLock(long number) => _open.TryLock(number);

    private BegunSync BeginSync_NeedsLock(SimulatedCall call)
    {
        _recorder?.Observe(_volume);
        Log.Add(call);
        return new BegunSync(Faults.Next(call), _volume.NextOrdinal, Log.Count);
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
    public void Close(long number, string path, bool locked = false)
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
