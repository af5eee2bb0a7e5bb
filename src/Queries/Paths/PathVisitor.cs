using System.Text.Json;

namespace DocService.Queries.Paths;

/// <summary>What <see cref="PathWalk"/> tells of a document, by the numbers of the paths.</summary>
internal abstract class PathVisitor
{
    /// <summary>Nothing more need be told: the walk ends at once.</summary>
    public bool IsDone { get; protected set; }

    /// <summary>A path leads to this value.</summary>
    /// <param name="path">Its number.</param>
    /// <param name="reader">At the value's first token. Whoever wants to read on copies it.</param>
    /// <param name="isElement">The path leads to an array, told before, and this is an element of it.</param>
    public abstract void Value(int path, ref Utf8JsonReader reader, bool isElement);

    /// <summary>In an object, or in place of one, a path leads to nothing. Other objects of an array may still have it.</summary>
    public abstract void Missing(int path);

    /// <summary>These paths go on from an array.</summary>
    public virtual void EnteredArray(ReadOnlySpan<int> paths)
    {
    }

    /// <summary>Of these paths everything has been told.</summary>
    public virtual void Completed(ReadOnlySpan<int> paths)
    {
    }
}
