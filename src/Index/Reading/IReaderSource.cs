namespace DocService.Index.Reading;

/// <summary>What queries read from: it opens snapshots of all documents. The other side of this seam is an index that follows a log, or a database.</summary>
/// <remarks>Thread: any.</remarks>
public interface IReaderSource
{
    /// <summary>What it does at present.</summary>
    IndexStatus Status { get; }

    /// <summary>Rows come over a network, and whoever reads them waits: on threads that nobody else needs.</summary>
    bool IsRemote { get; }

    /// <summary>A snapshot that has every commit that was published before the call. Dispose it.</summary>
    /// <param name="isEventual">What can be had at once is enough.</param>
    /// <param name="longest">It is waited for so long.</param>
    /// <param name="cancellation">The client's.</param>
    /// <exception cref="IndexNotReadyException">The index is being made.</exception>
    /// <exception cref="Storage.Failures.StoreBusyException">It could not be had in time.</exception>
    ValueTask<IndexReader> OpenAsync(bool isEventual, TimeSpan longest, CancellationToken cancellation);
}
