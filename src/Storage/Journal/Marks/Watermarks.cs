namespace DocService.Storage.Journal.Marks;

/// <summary>How far the log has come: filedThrough ≤ durableThrough ≤ appendedThrough, at every moment.</summary>
/// <remarks>Thread: the journal's advances the first two, the filer's the third; anyone reads.</remarks>
internal sealed class Watermarks(long start, long filedThrough)
{
    private long _appended = start;
    private long _durable = start;
    private long _filed = filedThrough;

    /// <summary>Every commit up to here has been handed to the operating system.</summary>
    public long AppendedThrough => Volatile.Read(ref _appended);

    /// <summary>Every commit up to here is durable and visible; this store is the publication.</summary>
    public long DurableThrough => Volatile.Read(ref _durable);

    /// <summary>Every commit up to here is filed.</summary>
    public long FiledThrough => Volatile.Read(ref _filed);

    /// <summary>How far the followers beside the filer have come durably; unlimited where there are none. Set before the journal starts.</summary>
    public Func<long> FollowedThrough { get; set; } = () => long.MaxValue;

    /// <summary>
    /// Every follower has all up to here durably: the journal need not keep it. This number is never written down. Only the
    /// release of segments, the room of the journal and back-pressure use it.
    /// </summary>
    public long SettledThrough => Math.Min(FiledThrough, FollowedThrough());

    public void AdvanceAppended(long sequence)
    {
        Assert(sequence >= _appended);
        Volatile.Write(ref _appended, sequence);
    }

    public void AdvanceDurable(long sequence)
    {
        Assert(sequence >= _durable && sequence <= AppendedThrough);
        Volatile.Write(ref _durable, sequence);
    }

    public void AdvanceFiled(long sequence)
    {
        Assert(sequence >= _filed && sequence <= DurableThrough);
        Volatile.Write(ref _filed, sequence);
    }

    private static void Assert(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("The watermarks would leave their order.");
        }
    }
}
