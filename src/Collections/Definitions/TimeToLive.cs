using DocService.Queries.Indexes;
using DocService.Queries.Paths;

namespace DocService.Collections.Definitions;

/// <summary>When the documents of a collection end: so long after each write, or when each of them says. Immutable.</summary>
public sealed class TimeToLive
{
    /// <summary>100 years. Whoever writes more means no end.</summary>
    public const long SecondsMax = 3_155_760_000;

    private TimeToLive()
    {
    }

    /// <summary>After each write of a document; null where the documents say themselves.</summary>
    public TimeSpan? Duration { get; private init; }

    /// <summary>Where a document says when it ends; null where all of them live equally long.</summary>
    public DocumentPath? Field { get; private init; }

    /// <summary>The field as an index reads it: what a path leads to is read in one place.</summary>
    internal IndexDefinition? FieldValues { get; private init; }

    internal static TimeToLive Of(TimeSpan duration) => new() { Duration = duration };

    internal static TimeToLive Of(DocumentPath field) => new()
    {
        Field = field,
        FieldValues = new IndexDefinition { Name = "timeToLive", Fields = [new IndexField(field)], IsUnique = true },
    };
}
