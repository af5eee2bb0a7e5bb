using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary>What an operator asks of one value. Immutable, shared by all matchers of a filter.</summary>
internal abstract class ValueTest
{
    /// <summary>The answer where a path leads to nothing.</summary>
    public virtual bool MatchesMissing => false;

    /// <summary>Elements of an array are not asked one by one.</summary>
    public virtual bool IsOfWholeValues => false;

    public abstract bool Matches(ref Utf8JsonReader reader, MatchScratch scratch);
}
