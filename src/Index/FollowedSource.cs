using System.Diagnostics;
using DocService.Index.Following;
using DocService.Index.Reading;
using DocService.Storage.Failures;

namespace DocService.Index;

/// <summary>Snapshots of an index that follows a log: each is waited for until it is new enough.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class FollowedSource(IndexFollower index, TimeProvider clock) : IReaderSource
{
    /// <summary>An index that is about to be ready, as after a start, is waited for so long.</summary>
    private static readonly TimeSpan StartWait = TimeSpan.FromSeconds(1);

    public IndexStatus Status => index.Status;

    public bool IsRemote => false;

    /// <inheritdoc/>
    public async ValueTask<IndexReader> OpenAsync(bool isEventual, TimeSpan longest, CancellationToken cancellation)
    {
        DateTimeOffset asked = default;
        if (!isEventual)
        {
            asked = index.Now; // before what is published by then
            await WaitAsync(index.PublishedThrough, longest, cancellation).ConfigureAwait(false);
        }

        return index.TryRead(asked) ?? throw new IndexNotReadyException(index.Status);
    }

    /// <summary>An index that becomes ready while it is waited for has as long as any other.</summary>
    private async ValueTask WaitAsync(long sequence, TimeSpan longest, CancellationToken cancellation)
    {
        if (index.Has(sequence))
        {
            return;
        }

        using Activity? waiting = IndexTrace.BeginWait();
        long started = clock.GetTimestamp();
        bool follows;
        do
        {
            follows = index.Status.Stage == IndexStage.Following;
            TimeSpan allowed = follows || longest < StartWait ? longest : StartWait;
            TimeSpan left = allowed - clock.GetElapsedTime(started);
            if (await index.WaitForAsync(sequence, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation).ConfigureAwait(false))
            {
                return;
            }
        }
        while (!follows && index.Status.Stage == IndexStage.Following);

        throw index.Status is { Stage: not IndexStage.Following } status
            ? new IndexNotReadyException(status)
            : new StoreBusyException($"The index has not read the newest commits within {longest.TotalSeconds} s (BusyTimeout).");
    }
}
