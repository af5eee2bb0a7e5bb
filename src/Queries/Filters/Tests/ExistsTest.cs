using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$exists:true</c>: whatever is there, null included.</summary>
internal sealed class ExistsTest : ValueTest
{
    public static ExistsTest Instance { get; } = new();

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch) => true;
}
