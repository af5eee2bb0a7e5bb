using DocService.Storage.Clock;

namespace DocService.Storage.Rules;

/// <summary>When a document ends whose life is counted from its write.</summary>
internal static class DocumentEnd
{
    /// <summary>
    /// The moment; null where it would lie beyond the calendar. A wall clock that is nearly right is ahead of the store's time or
    /// behind it: the later one of the two counts, so that no document ends too early. If the wall clock is in doubt, or was when a version
    /// before was written, then <paramref name="modified"/> says nothing, and the store's time counts.
    /// </summary>
    /// <param name="life">Not negative.</param>
    /// <param name="modified">Of the version, by the wall clock.</param>
    /// <param name="now">The store's time.</param>
    public static DateTimeOffset? After(TimeSpan life, DateTimeOffset modified, DateTimeOffset now)
    {
        DateTimeOffset from = now > modified || modified - now > StoreTime.DoubtAfter ? now : modified;
        return life <= DateTimeOffset.MaxValue - from ? from + life : null;
    }
}
