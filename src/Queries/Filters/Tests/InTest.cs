using System.Text.Json;

namespace DocService.Queries.Filters.Tests;

/// <summary><c>$in</c>: equal to one of many. Their keys are sorted, so that 10,000 cost 14 comparisons.</summary>
internal sealed class InTest : ValueTest
{
    private readonly byte[][] _keys;
    private readonly HashSet<JsonTokenType> _types;

    public InTest(IReadOnlyList<Literal> literals)
    {
        Literals = literals;
        _keys = [.. literals.Select(literal => literal.Key)];
        Array.Sort(_keys, (one, other) => one.AsSpan().SequenceCompareTo(other));
        _types = [.. literals.Select(literal => literal.Type)];
        MatchesMissing = _types.Contains(JsonTokenType.Null);
    }

    public IReadOnlyList<Literal> Literals { get; }

    public override bool MatchesMissing { get; }

    public override bool Matches(ref Utf8JsonReader reader, MatchScratch scratch)
    {
        if (!_types.Contains(reader.TokenType))
        {
            return false;
        }

        ReadOnlySpan<byte> key = scratch.Encode(reader);
        int low = 0;
        int high = _keys.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = key.SequenceCompareTo(_keys[middle]);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order < 0 ? (low, middle - 1) : (middle + 1, high);
        }

        return false;
    }
}
