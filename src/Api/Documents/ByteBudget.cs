namespace DocService.Api.Documents;

/// <summary>The bytes that bodies and answers under way may take together: many large requests at once must not take all memory.</summary>
/// <remarks>
/// What is larger than the whole budget is let through when nothing else is under way: a document that was stored
/// under a larger budget can still be read.
/// </remarks>
internal sealed class ByteBudget(long bytes)
{
    private readonly long _all = bytes;
    private long _free = bytes;

    /// <summary>Bytes not taken at present; negative while one request takes more than all.</summary>
    public long Free => Interlocked.Read(ref _free);

    /// <summary>Takes the bytes, or nothing.</summary>
    public bool TryTake(long count)
    {
        long free = Interlocked.Read(ref _free);
        while (free >= count || free == _all)
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

    public void Return(long count) => Interlocked.Add(ref _free, count);
}
