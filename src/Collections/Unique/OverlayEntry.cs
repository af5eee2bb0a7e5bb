using DocService.Collections.Definitions;

namespace DocService.Collections.Unique;

/// <summary>What one published write has left of a document in unique indexes.</summary>
/// <param name="key">The document.</param>
/// <param name="indexes">The unique indexes that it was judged for.</param>
/// <param name="values">That it has now; none after a delete.</param>
/// <param name="end">When the document ends; null where it has no end.</param>
internal sealed class OverlayEntry(DocumentKey key, IReadOnlyList<CollectionIndex> indexes, IReadOnlyList<Sha256Digest> values, DateTimeOffset? end = null)
{
    public DocumentKey Key { get; } = key;

    public IReadOnlyList<Sha256Digest> Values { get; } = values;

    /// <summary>Whether the document holds its values no more, because it is absent at that moment.</summary>
    public bool HasEnded(DateTimeOffset moment) => end <= moment;

    /// <summary>Of the commit; set when it is published.</summary>
    public long Sequence { get; set; }

    /// <summary>The one published after it. Linked in place, because publishing must not allocate.</summary>
    public OverlayEntry? Next { get; set; }

    /// <summary>Whether it says all of the document in this index.</summary>
    public bool Covers(CollectionIndex index) => indexes.Any(other => other.Declared.Identity == index.Declared.Identity);
}
