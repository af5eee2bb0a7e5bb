using DocService.Index;
using DocService.Index.Feeding;
using DocService.Index.Reading;
using DocService.Queries;

namespace DocService.Api.Changes;

/// <summary>How far a stream has come, and its next piece: from memory where that reaches back so far, else from the index.</summary>
/// <remarks>Thread: one at a time.</remarks>
internal sealed class StreamReading(IndexFeed feed, ChangeSelection selection, IChangeSink sink, FeedPosition position, TimeProvider clock)
{
    /// <summary>A search that finds nothing goes on in another turn.</summary>
    private static readonly TimeSpan TurnTime = TimeSpan.FromMilliseconds(5);

    private bool _isJudged;
    private bool _hasBeenThrough;

    /// <summary>Every change up to here is in the pieces so far.</summary>
    public FeedPosition Position { get; private set; } = position;

    /// <summary>How far there are changes, as far as the last piece knows.</summary>
    public FeedPosition Through { get; private set; } = position;

    /// <summary>There is nothing more for now.</summary>
    public bool IsThrough { get; private set; }

    /// <summary>The last piece came from memory.</summary>
    public bool IsFromMemory { get; private set; }

    /// <summary>Before the first piece: why the client must begin anew; null where it can go on. A beginning has its store and its commit then.</summary>
    public async ValueTask<string?> JudgeAsync(CancellationToken cancellation)
    {
        IsThrough = false; // a reading that fails has not seen what there is
        if (_isJudged)
        {
            return null;
        }

        // A position may be of commits that the index has not read yet.
        using IndexReader newest = await feed.Queries.OpenAsync(isEventual: false, cancellation);
        string? reset = Position.FindReset(newest);
        _isJudged = reset is null;
        if (_isJudged)
        {
            Position = Position.In(newest);
        }

        return reset;
    }

    /// <summary>The next piece goes to the sink; or why the client must begin anew. It waits for nothing.</summary>
    /// <remarks>After an exception what the sink has got counts for nothing: the position is where it was.</remarks>
    public async ValueTask<string?> ReadAsync(CancellationToken cancellation)
    {
        SearchLimit limit = feed.Queries.NewLimit(cancellation);
        FeedPosition reached = Position;
        IsFromMemory = feed.Tail.TryRead(ref reached, selection, limit, sink);
        if (IsFromMemory)
        {
            IsThrough = !sink.IsFull;
            Through = Position = reached;
            return null;
        }

        using IndexReader? reader = await TryOpenAsync(cancellation);
        if (reader is null)
        {
            _isJudged = false; // which waits for an index that is about to be made anew
            return null;
        }

        if (Position.FindReset(reader) is { } reset)
        {
            return reset;
        }

        using var walk = new ChangeWalk(reader, Position, selection, sink, clock, TurnTime);
        await feed.Queries.RunAsync(walk, limit);
        IsThrough = walk.IsThrough;
        Position = walk.Position;
        Through = new FeedPosition(reader.StoreId, reader.AsOf, 0);
        return null;
    }

    /// <summary>At once; null where the index does not answer.</summary>
    private async ValueTask<IndexReader?> TryOpenAsync(CancellationToken cancellation)
    {
        try
        {
            return await feed.Queries.OpenAsync(isEventual: true, cancellation);
        }
        catch (IndexNotReadyException)
        {
            return null;
        }
    }

    /// <summary>True once: when everything that is there has been told for the first time.</summary>
    public bool TryNoteThrough()
    {
        bool isFirst = IsThrough && !_hasBeenThrough;
        _hasBeenThrough |= IsThrough;
        return isFirst;
    }
}
