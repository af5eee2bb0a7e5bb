namespace DocService.Index.Tailing;

/// <summary>Consecutive changes of one snapshot. Immutable.</summary>
/// <param name="From">Behind this commit.</param>
/// <param name="Through">Up to and with this one.</param>
/// <param name="Changes">In the order of commits.</param>
/// <param name="Bytes">That they take.</param>
internal sealed record TailBatch(long From, long Through, IReadOnlyList<TailChange> Changes, long Bytes)
{
    /// <summary>Of the first change behind a commit.</summary>
    public int FirstBehind(long sequence)
    {
        int low = 0;
        int high = Changes.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Changes[middle].Version <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
