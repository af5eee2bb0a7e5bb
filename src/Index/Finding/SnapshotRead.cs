using DocService.Index.Finding;
using DocService.Queries;

namespace DocService.Index.Finding;

/// <summary>Work on one snapshot that can pause, so that a long one does not hold up others.</summary>
/// <remarks>
/// Owns: what it reads with; dispose it before its reader. Thread: one at a time, any.
/// On failure: <see cref="SearchLimitException"/>, <see cref="OperationCanceledException"/>, and those of the reader.
/// </remarks>
public abstract class SnapshotRead : IDisposable
{
    private protected SnapshotRead()
    {
    }

    /// <summary>It has taken longer than a request may by itself.</summary>
    internal bool IsLong { get; set; }

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Goes on until the allowance is spent, the sink is full, or all is done.</summary>
    internal abstract SearchState Advance(Allowance allowance, SearchLimit limit);

    private protected abstract void Dispose(bool isDisposing);
}
