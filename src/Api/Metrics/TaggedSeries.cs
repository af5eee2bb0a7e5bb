namespace DocService.Api.Metrics;

/// <summary>A series, and the tags it is measured with.</summary>
internal readonly struct TaggedSeries(KeyValuePair<string, object?>[] tags, Series series)
{
    public Series Series { get; } = series;

    /// <summary>Whether these are its tags, in the order in which its instrument gives them.</summary>
    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
    {
        if (others.Length != tags.Length)
        {
            return false;
        }

        // From the end: instruments put first what is the same for all.
        for (int index = tags.Length - 1; index >= 0; index--)
        {
            if (!Equals(tags[index].Value, others[index].Value) || tags[index].Key != others[index].Key)
            {
                return false;
            }
        }

        return true;
    }
}
