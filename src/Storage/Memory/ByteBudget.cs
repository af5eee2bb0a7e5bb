namespace DocService.Storage.Memory;

/// <summary>The memory that bodies under way may take, as received, as queued and as answered: many large ones at once must not take all.</summary>
/// <remarks>
/// Owns: the count of what is taken. Thread: any.
/// Invariant: a taker must leave free a quarter of what it holds. So a few large bodies never use up what small ones need:
/// when a body of 16 MiB is refused, 4 MiB are still free for smaller ones. A body larger than the whole budget is taken
/// when nothing else is under way. So a document that was stored under a larger budget can still be read.
/// </remarks>
public sealed class ByteBudget(long bytes)
{
    /// <summary>What a taker holds, divided by this, must be left.</summary>
    private const int LeftShare = 4;

    private long _free = bytes;

    /// <summary>Bytes in all.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Bytes not taken at present; negative while one request takes more than all.</summary>
    public long Free => Interlocked.Read(ref _free);

    /// <summary>The smallest budget that one taker can take so much of.</summary>
    public static long LeastFor(long count) => count + (count / LeftShare);

    /// <summary>Whether so much could be taken now. Takes nothing.</summary>
    public bool HasRoom(long count) => Fits(Free, count, held: 0);

    /// <summary>Takes the bytes, or nothing.</summary>
    /// <param name="count">How many more.</param>
    /// <param name="held">What the same taker holds already.</param>
    public bool TryTake(long count, long held = 0)
    {
        long free = Free;
        while (Fits(free, count, held))
        {
            long seen = Interlocked.CompareExchange(ref _free, free - count, free);
            if (seen == free)
            {
                return true;
            }

            free = seen;
        }

        return false;
    }

    /// <summary>As <see cref="TryTake"/>, for who cannot go on without.</summary>
    /// <exception cref="StoreBusyException">Nothing has been taken.</exception>
    public void Take(long count, long held = 0)
    {
        if (!TryTake(count, held))
        {
            throw new StoreBusyException("Requests and answers under way have used up the server's memory budget (InFlightBytes).");
        }
    }

    public void Return(long count) => Interlocked.Add(ref _free, count);

    private bool Fits(long free, long count, long held) => free - count >= (held + count) / LeftShare || free + held == Bytes;
}
