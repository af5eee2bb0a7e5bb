using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>
/// A disk in memory that knows what is durable. Every call is logged, may be made to fail or to hang, and every state
/// that a power cut could leave behind can be built and opened.
/// </summary>
/// <remarks>
/// Owns: what is mounted (<see cref="MountedVolume"/>). Thread: any.
/// </remarks>
internal sealed class SimulatedFileSystem : IFileSystem
{
    private readonly MountedVolume _mounted;
    private readonly SimulatedMemory _memory = new();

    /// <summary>An empty volume: a root directory and nothing in it.</summary>
    public SimulatedFileSystem(VolumeSettings? settings = null)
        : this(Volume.Fresh with { Settings = settings ?? new VolumeSettings() }, new CallLog())
    {
    }

    private SimulatedFileSystem(Volume volume, CallLog log)
    {
        _mounted = new MountedVolume(volume, log);
        Disk = new DiskAccess(this);
    }

    public int HandlesMax { get; init; } = 1024;

    public CallLog Log => _mounted.Log;

    /// <summary>Looks at and damages the disk behind the engine's back: no calls, no log, no faults.</summary>
    public DiskAccess Disk { get; }

    /// <summary>Runs on the calling thread before a call takes effect, without the lock: it may use the file system itself.</summary>
    public Action<SimulatedCall>? BeforeCall
    {
        get => _mounted.BeforeCall;
        set => _mounted.BeforeCall = value;
    }

    /// <summary>Runs on the calling thread between a sync's begin and its end, without the lock: other calls may come between.</summary>
    public Action<SimulatedCall>? DuringSync
    {
        get => _mounted.DuringSync;
        set => _mounted.DuringSync = value;
    }

    /// <summary>Calls so far that could have failed.</summary>
    public int CallsMade => _mounted.Faults.CallsMade;

    /// <summary>Handles and locks not yet disposed.</summary>
    public int OpenHandles => _mounted.OpenHandles;

    /// <inheritdoc cref="SimulatedMemory.Left"/>
    public int? MemoryLeft
    {
        get => _memory.Left;
        set => _memory.Left = value;
    }

    /// <inheritdoc cref="SimulatedMemory.Refused"/>
    public int MemoryRefused => _memory.Refused;

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

        return _mounted.Run<IDirectory?>(new SimulatedCall(CallKind.OpenDirectory, absolutePath), call =>
            PathWalk.Find(_mounted.Volume_NeedsLock, absolutePath, call) switch
            {
                null => null,
                DirectoryInode directory => _mounted.OpenDirectory_NeedsLock(directory.Number, absolutePath),
                _ => throw call.Fail(Errno.ENOTDIR),
            });
    }

    /// <summary>No call of the log. A look whether the data directory is there may find no memory.</summary>
    public InodeIdentity? TryGetIdentity(string absolutePath)
    {
        ExpectMemory();
        return PathWalk.Find(Snapshot(), absolutePath, new SimulatedCall(CallKind.GetKind, absolutePath)) is { } inode ? SimulatedFile.IdentityOf(inode) : null;
    }

    /// <inheritdoc cref="SimulatedMemory.Expect"/>
    public void ExpectMemory() => _memory.Expect();

    /// <summary>Puts a note of the workload into the log, such as an acknowledgement it has received.</summary>
    public void Mark(object note) => _mounted.Mark(note);

    /// <summary>Makes the k-th call from now on fail that can fail and that <paramref name="where"/> admits.</summary>
    /// <param name="call">k, from 1.</param>
    /// <param name="error">What it fails with.</param>
    /// <param name="kind">What has happened by then.</param>
    /// <param name="forever">All admitted calls after it fail too.</param>
    /// <param name="where">Which calls count; all that can fail when null.</param>
    public Fault FailCall(int call, Errno error, FaultKind kind = FaultKind.BeforeEffect, bool forever = false, Func<SimulatedCall, bool>? where = null)
    {
        var fault = new Fault { Call = call, Error = error, Kind = kind, Forever = forever, Where = where };
        _mounted.Faults.Arm(fault);
        return fault;
    }

    /// <summary>
    /// Leaves a durability step out: all syncs from now on that <paramref name="where"/> admits report success and do
    /// nothing. A suite that stays green with it has not tested that step.
    /// </summary>
    public Fault DropSyncs(Func<SimulatedCall, bool> where) =>
        FailCall(1, Errno.EIO, FaultKind.Dropped, forever: true, call => call.IsSync && where(call));

    /// <summary>The disk is well again; what a failed sync has left doubtful stays doubtful.</summary>
    public void ClearFaults() => _mounted.Faults.Disarm();

    /// <summary>Makes the k-th call from now on that <paramref name="where"/> admits wait, before its effect, until released.</summary>
    public CallGate BlockCall(Func<SimulatedCall, bool> where, int call = 1)
    {
        var gate = new CallGate(call, where);
        _mounted.Faults.Add(gate);
        return gate;
    }

    /// <summary>From now on every moment at which a power cut would leave something new is kept.</summary>
    public CrashRecorder StartRecording() => _mounted.StartRecording();

    /// <summary>A power cut at this moment.</summary>
    public CrashPoint CrashNow() => _mounted.Look(static (volume, log) => new CrashPoint(0, log, log.Count, volume));

    /// <summary>
    /// The process is killed: what it gave to the operating system is there, and no more durable than before. The log
    /// goes on in the new file system; this one may be used on by threads that do not know yet, without effect there.
    /// </summary>
    public SimulatedFileSystem Kill() => _mounted.Look(static (volume, log) => new SimulatedFileSystem(volume.WithoutHandles(), log.Copy()));

    public Volume Snapshot() => _mounted.Snapshot();

    /// <summary>Replaces the volume outside of any call.</summary>
    public void Edit(Func<Volume, Volume> edit) => _mounted.Edit(edit);
}
