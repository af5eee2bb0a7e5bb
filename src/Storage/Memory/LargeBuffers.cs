using System.Diagnostics.CodeAnalysis;

namespace DocService.Storage.Memory;

/// <summary>A few large arrays that are kept between requests, and released after a quiet time.</summary>
/// <remarks>
/// Owns: the kept arrays, and the timer that releases them. Thread: any.
/// Invariant: what is kept never exceeds the limit; what does not fit is left to the collector.
/// After a quiet time all of them are released. If many were made, a collection follows, and memory goes back to the
/// system. Without it the garbage of a burst would stay resident until the next allocation.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process, as its timer does.")]
internal sealed class LargeBuffers
{
    /// <summary>Lengths are multiples of this, so that bodies of nearly the same length can use the same array.</summary>
    private const int GrainBytes = BodySizes.Large;

    /// <summary>An array is not used for a request if it is longer by more than this part.</summary>
    private const int WasteShare = 4;

    /// <summary>A collection takes 10 to 150 ms: not for less than this.</summary>
    private const long CollectedBytesMin = 32L << 20;

    internal static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly List<byte[]> _kept = [];
    private readonly long _keptBytesMax;
    private readonly TimeProvider _clock;
    private readonly Action _collect;
    private readonly ITimer _timer;
    private long _keptBytes;
    private long _madeBytes; // since the last collection
    private long _lastUse;
    private bool _isTimerSet;

    public LargeBuffers(long keptBytesMax, TimeProvider clock, Action collect)
    {
        _keptBytesMax = keptBytesMax;
        _clock = clock;
        _collect = collect;
        _timer = clock.CreateTimer(static state => ((LargeBuffers)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Bytes kept for the next requests.</summary>
    public long KeptBytes
    {
        get
        {
            lock (_gate)
            {
                return _keptBytes;
            }
        }
    }

    public byte[] Rent(int bytes)
    {
        lock (_gate)
        {
            NoteUse_NeedsLock();
            if (Find_NeedsLock(bytes) is >= 0 and var index)
            {
                byte[] kept = _kept[index];
                _kept[index] = _kept[^1];
                _kept.RemoveAt(_kept.Count - 1);
                _keptBytes -= kept.Length;
                return kept;
            }

            _madeBytes += bytes;
        }

        return GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, ((long)bytes + GrainBytes - 1) / GrainBytes * GrainBytes));
    }

    public void Return(byte[] buffer)
    {
        lock (_gate)
        {
            NoteUse_NeedsLock();
            if (_keptBytes + buffer.Length <= _keptBytesMax)
            {
                _kept.Add(buffer);
                _keptBytes += buffer.Length;
            }
        }
    }

    /// <summary>The shortest that is long enough; -1 where there is none, or none that would not be wasted.</summary>
    private int Find_NeedsLock(int bytes)
    {
        int best = -1;
        for (int index = 0; index < _kept.Count; index++)
        {
            int length = _kept[index].Length;
            if (length >= bytes && length - (long)bytes <= GrainBytes + (bytes / WasteShare) && (best < 0 || length < _kept[best].Length))
            {
                best = index;
            }
        }

        return best;
    }

    private void NoteUse_NeedsLock()
    {
        _lastUse = _clock.GetTimestamp();
        if (!_isTimerSet)
        {
            _isTimerSet = _timer.Change(QuietTime, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>On a pool thread, when the timer has run: releases everything, or waits for the rest of the quiet time.</summary>
    private void Look()
    {
        lock (_gate)
        {
            TimeSpan left = QuietTime - _clock.GetElapsedTime(_lastUse);
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            _isTimerSet = false;
            _kept.Clear();
            _keptBytes = 0;
            if (_madeBytes < CollectedBytesMin)
            {
                return;
            }

            _madeBytes = 0;
        }

        _collect();
    }
}
