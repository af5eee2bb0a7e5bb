using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary>
/// <c>$elemMatch</c>: one element of an array fulfils a filter of its own. The matcher keeps a matcher for it, as this
/// test holds no state.
/// </summary>
/// <param name="filter">Paths in it start at the element; conditions without a path are of the element itself.</param>
/// <param name="isOfMembers">The filter names paths: only objects and arrays can fulfil it.</param>
internal sealed class ElementTest(FilterNode filter, bool isOfMembers) : ValueTest
{
    public FilterNode Filter => filter;

    public bool IsOfMembers => isOfMembers;

    public override bool IsOfWholeValues => true;

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch) =>
        throw new InvalidOperationException("The matcher asks the elements itself.");
}
