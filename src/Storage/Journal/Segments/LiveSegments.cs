using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DocService.Storage.Journal.Segments;

/// <summary>The segments that can be read from, by number.</summary>
/// <remarks>Thread: the journal's adds and removes, anyone looks. Owns nothing: segments are <see cref="SegmentChain"/>'s.</remarks>
internal sealed class LiveSegments
{
    private readonly ConcurrentDictionary<long, Segment> _segments = new();

    public int Count => _segments.Count;

    /// <summary>The highest number: of the one that is appended to.</summary>
    public long Newest => _segments.Keys.Max();

    public void Add(Segment segment) => _segments[segment.Header.Number] = segment;

    public void Remove(Segment segment) => _segments.TryRemove(segment.Header.Number, out _);

    /// <summary>The segment, for a caller that still has a document to file from it, which keeps it from being released.</summary>
    /// <exception cref="InvalidOperationException">It is gone all the same.</exception>
    public Segment this[long number] =>
        _segments.TryGetValue(number, out Segment? segment) ? segment : throw new InvalidOperationException($"The journal's segment {number} was released while documents in it waited to be filed.");

    /// <summary>The segment that was begun next; null where there is none yet.</summary>
    public Segment? After(long number) => _segments.Values.Where(segment => segment.Header.Number > number).MinBy(segment => segment.Header.Number);

    /// <summary>The newest segment whose records begin at or before this sequence. Null if that segment is gone.</summary>
    public Segment? LastStartingAtOrBefore(long sequence) =>
        _segments.Values.Where(segment => segment.Header.StartsAfter <= sequence).MaxBy(segment => segment.Header.Number);

    /// <summary>Holds the segment until its <see cref="Segment.LetGo"/>; false when it is gone: look the document up again.</summary>
    public bool TryHold(long number, [NotNullWhen(true)] out Segment? segment) =>
        _segments.TryGetValue(number, out segment) && segment.TryHold();
}
