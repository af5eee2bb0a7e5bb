using DocService.Storage.Journal.Format;

namespace DocService.Storage.Engine.Space;

/// <summary>What published commits will take of the disk in the rows of followers, until all followers have them durably.</summary>
/// <remarks>
/// Owns: sums, each of a part of the log. Thread: any; <see cref="Add"/> is the journal's, and takes no memory.
/// Invariant: what was added stays charged until all followers are durable through the end of its part. What was published
/// before the start is not counted: followers read that first.
/// </remarks>
internal sealed class FollowedRows(DiskSpace space)
{
    /// <summary>Of a row beside the document's bytes: its facts, its row in the feed, some entries.</summary>
    private const long RowBytes = 512;

    /// <summary>A part has at least so much, so that they are few.</summary>
    private const long PartBytes = 256 << 10;

    private readonly Lock _gate = new();
    private readonly (long Through, long Bytes)[] _parts = new (long, long)[256]; // a ring; when it is full, the newest part grows
    private int _first;
    private int _count;

    /// <summary>What the rows of an operation will take. A delete's row is small, and deletes make room.</summary>
    public static long CostOf(OperationKind kind, int operationBytes) => kind == OperationKind.Delete ? 0 : operationBytes + RowBytes;

    /// <summary>A commit is published, whose rows have been charged.</summary>
    public void Add(long sequence, long bytes)
    {
        lock (_gate)
        {
            ref (long Through, long Bytes) newest = ref _parts[(_first + Math.Max(_count - 1, 0)) % _parts.Length];
            if (_count == 0 || (newest.Bytes >= PartBytes && _count < _parts.Length))
            {
                _count++;
                newest = ref _parts[(_first + _count - 1) % _parts.Length];
                newest = (sequence, 0);
            }

            newest = (sequence, newest.Bytes + bytes);
        }
    }

    /// <summary>All followers are durable through this commit, or have been let go.</summary>
    public void SettleThrough(long sequence)
    {
        long settled = 0;
        lock (_gate)
        {
            while (_count > 0 && _parts[_first].Through <= sequence)
            {
                settled += _parts[_first].Bytes;
                _first = (_first + 1) % _parts.Length;
                _count--;
            }
        }

        space.Discharge(settled);
    }
}
