using DocService.Index.Reading;

namespace DocService.Index.Tailing;

/// <summary>The index as its tail reads it.</summary>
internal interface ITailedIndex
{
    /// <summary>Of the store.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Every commit up to here is published.</summary>
    long PublishedThrough { get; }

    /// <summary>Null while the index cannot answer.</summary>
    IndexReader? TryRead();

    /// <summary>Completes when the index has this commit; false when it has not in that time.</summary>
    Task<bool> WaitForAsync(long sequence, TimeSpan longest, CancellationToken cancellation);
}
