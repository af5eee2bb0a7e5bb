using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$size</c>: arrays of so many elements.</summary>
internal sealed class SizeTest(long size) : ValueTest
{
    public override bool IsOfWholeValues => true;

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        Utf8JsonReader elements = reader;
        long count = 0;
        while (elements.Read() && elements.TokenType != JsonTokenType.EndArray && count <= size)
        {
            elements.Skip();
            count++;
            scratch.Limit.Step();
        }

        return count == size;
    }
}
