using DocService.Storage.Engine.Health;
using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Space;

/// <summary>Whether there is room on the disk: what is free, what is promised, and who found too little.</summary>
/// <remarks>
/// Owns: the charges, the causes of <see cref="StoreState.ReadOnly"/>, and a timer. Thread: any.
/// Invariants: the state is read-only exactly while a cause is set. The filer alone sets and clears <see
/// cref="SpaceCause.Filing"/>. The other two are set by the thread that finds too little room, and cleared by the timer
/// alone, so the state cannot flicker with the requests. A commit is charged what its files will take when they are made:
/// whole blocks, an inode, the old file still there.
/// On failure: if the filesystem does not answer, its last answer counts. The writes themselves find out.
/// </remarks>
internal sealed class DiskSpace : IDisposable
{
    /// <summary>Kept free beyond the charges: directories grow, and others use the disk too.</summary>
    private const long MarginBytes = 2 * 1024 * 1024;
    private const long MarginInodes = 64;

    /// <summary>With less beyond the margin, the next put would most likely be refused again; with more, it would be taken in a read-only store.</summary>
    private const long AgainBytes = MarginBytes / 2;

    private readonly IDirectory _volume;
    private readonly SegmentPool _pool;
    private readonly Func<int> _unfiled;
    private readonly StoreHealth _health;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _isWatching;
    private readonly string?[] _reasons = new string?[Enum.GetValues<SpaceCause>().Length]; // by cause; null: not set
    private long _charged;
    private long _freeBytes = long.MaxValue;
    private long _freeInodes = long.MaxValue;
    private long _askedAt = long.MinValue;
    private volatile bool _isSurplusNeeded;

    public DiskSpace(IDirectory volume, SegmentPool pool, Func<int> unfiled, StoreHealth health, TimeProvider clock)
    {
        _volume = volume;
        _pool = pool;
        _unfiled = unfiled;
        _health = health;
        _clock = clock;
        _timer = clock.CreateTimer(static state => ((DiskSpace)state!).Watch(), this, Intervals.Watch, Intervals.Watch);
    }

    /// <summary>Bytes of the disk that are promised to documents not yet filed, or to commits under way.</summary>
    public long ChargedBytes => Interlocked.Read(ref _charged);

    /// <summary>Whether room is not short and what is promised would fit twice. Then filing may take its time, and nobody is refused because of it.</summary>
    public bool HasRoomToSpare =>
        !IsShort && HasRoom(ChargedBytes) && Volatile.Read(ref _freeInodes) / 2 - _unfiled() >= MarginInodes;

    private bool IsShort => Array.Exists(_reasons, reason => reason is not null);

    /// <summary>What filing an operation will take of the disk.</summary>
    public static long CostOf(OperationKind kind, int operationBytes) =>
        kind == OperationKind.Delete ? 0 : JournalFormat.BlockAlign(operationBytes) + JournalFormat.BlockBytes;

    /// <summary>What the volume had free a moment ago.</summary>
    public long FreeBytes
    {
        get
        {
            AskIfStale();
            return Volatile.Read(ref _freeBytes);
        }
    }

    public void Charge(long cost) => Interlocked.Add(ref _charged, cost);

    /// <summary>The documents are filed, or never will be.</summary>
    public void Discharge(long cost) => Interlocked.Add(ref _charged, -cost);

    /// <summary>Refuses what there would be no room for.</summary>
    /// <exception cref="OutOfSpaceException">Nothing has been done.</exception>
    public void ThrowIfNoRoom(long cost)
    {
        if (cost == 0 || HasRoom(cost))
        {
            return;
        }

        Ask(); // a refusal must not rest on an old answer
        if (!Fits(cost))
        {
            string reason = $"{Math.Max(0, Volatile.Read(ref _freeBytes))} bytes and {Volatile.Read(ref _freeInodes)} inodes are free, {ChargedBytes} bytes are promised to documents not yet filed";
            NoteFull(SpaceCause.Volume, reason);
            throw new OutOfSpaceException($"There is no room for the document: {reason}.");
        }
    }

    public bool IsFull(SpaceCause cause) => Volatile.Read(ref _reasons[(int)cause]) is not null;

    /// <summary>There was no room. The first reason is kept until it is over.</summary>
    public void NoteFull(SpaceCause cause, string reason) => Note(cause, reason);

    /// <summary>This cause is over. Called by the filer; see the class.</summary>
    public void NoteRoom(SpaceCause cause) => Note(cause, null);

    public void Dispose() => _timer.Dispose();

    private void Note(SpaceCause cause, string? reason)
    {
        ref string? known = ref _reasons[(int)cause];
        if ((Volatile.Read(ref known) is null) == (reason is null))
        {
            return;
        }

        Action? tell = null;
        lock (_gate)
        {
            known = known is null || reason is null ? reason : known;
            tell = _health.NoteShortage(Array.Find(_reasons, one => one is not null));
        }

        tell?.Invoke();
    }

    /// <summary>Whether so much would fit beside what is promised.</summary>
    private bool HasRoom(long cost)
    {
        AskIfStale();
        return Fits(cost);
    }

    /// <summary>Spares beyond the least number count as free, because they are removed as soon as room is needed.</summary>
    private bool Fits(long cost)
    {
        long left = Volatile.Read(ref _freeBytes) - ChargedBytes - cost;
        if (left < MarginBytes)
        {
            _isSurplusNeeded = true;
            left += _pool.SurplusBytes;
        }

        return left >= MarginBytes && Volatile.Read(ref _freeInodes) - _unfiled() >= MarginInodes;
    }

    private void Ask()
    {
        try
        {
            FreeSpace free = _volume.GetFreeSpace();
            Volatile.Write(ref _freeBytes, free.Bytes);
            Volatile.Write(ref _freeInodes, free.Inodes);
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // What was free a moment ago is the best guess.
        }
    }

    private void AskIfStale()
    {
        long now = _clock.GetTimestamp();
        long asked = Volatile.Read(ref _askedAt);
        if (asked != long.MinValue && _clock.GetElapsedTime(asked, now) < Intervals.Moment) // asked for once for many writes
        {
            return;
        }

        if (Interlocked.CompareExchange(ref _askedAt, now, asked) == asked)
        {
            Ask();
        }
    }

    /// <summary>While room is short: gives back the spares that are not needed, and sees whether there is room again.</summary>
    private void Watch()
    {
        if (!(IsShort || _isSurplusNeeded) || Interlocked.Exchange(ref _isWatching, true))
        {
            return;
        }

        try
        {
            _isSurplusNeeded = false;
            _pool.DropSurplus();
            if (IsFull(SpaceCause.Volume) && HasRoom(AgainBytes))
            {
                Note(SpaceCause.Volume, null);
            }

            if (IsFull(SpaceCause.Journal) && _pool.HasSpareFor(SpareUse.Put))
            {
                Note(SpaceCause.Journal, null);
            }
        }
        catch (Exception exception) when (exception is FileSystemException or ObjectDisposedException or OutOfMemoryException)
        {
            // It is not known whether there is room, so the state stays. Disposed: the last callback may come after closing.
        }
        finally
        {
            Volatile.Write(ref _isWatching, false);
        }
    }
}
