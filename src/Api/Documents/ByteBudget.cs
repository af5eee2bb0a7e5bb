namespace DocService.Api.Documents;

/// <summary>The bytes that bodies and answers under way may take together: many large requests at once must not take all memory.</summary>
internal sealed class ByteBudget(long bytes)
{
    private long _free = bytes;

    /// <summary>Bytes not taken at present.</summary>
    public long Free => Interlocked.Read(ref _free);

    /// <summary>Takes the bytes, or nothing.</summary>
    public bool TryTake(long count)
    {
        long free = Interlocked.Read(ref _free);
        while (free >= count)
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
