using DocService.Storage.Clock;

namespace DocService.Storage.Rules;

/// <summary>When the document that a put leaves ends, as a rule says it: one of the two.</summary>
/// <param name="SinceModified">After it is modified.</param>
/// <param name="Moment">Then.</param>
internal readonly record struct DocumentEnd(TimeSpan? SinceModified, DateTimeOffset? Moment)
{
    /// <summary>The moment; null where it would lie beyond the calendar.</summary>
    /// <param name="modified">Of the version.</param>
    /// <param name="now">The store's time.</param>
    public DateTimeOffset? Of(DateTimeOffset modified, DateTimeOffset now)
    {
        if (SinceModified is not { } span)
        {
            return Moment;
        }

        DateTimeOffset from = now - modified > StoreTime.DoubtAfter ? now : modified;
        return span <= DateTimeOffset.MaxValue - from ? from + span : null;
    }
}
