using System.Text.Json;
using DocService.Queries.Filters;
using DocService.Queries.Filters.Tests;
using DocService.Queries.Indexes;
using DocService.Queries.Keys;

namespace DocService.Queries.Planning;

/// <summary>What a filter's demand on one path allows to conclude for one field of an index.</summary>
internal sealed class FieldBound
{
    private readonly IndexField _field;
    private readonly bool _isFolded;

    private FieldBound(IndexField field, bool isFolded)
    {
        _field = field;
        _isFolded = isFolded;
    }

    /// <summary>The field has this key in some entry of every match; null where no equality can be used.</summary>
    public byte[]? Equal { get; private init; }

    /// <summary>Or one of these, rising.</summary>
    public IReadOnlyList<byte[]>? In { get; private init; }

    /// <summary>Or lies between these.</summary>
    public (byte[] Key, bool IsIncluded)? From { get; private init; }

    public (byte[] Key, bool IsIncluded)? To { get; private init; }

    public static FieldBound? Of(IndexDefinition index, int number, PathBounds? bounds, bool metArray)
    {
        if (bounds is null)
        {
            return null;
        }

        var encoder = new FieldBound(index.Fields[number], index.IsFolded);
        bool IsUsable(Literal literal) => !(literal.IsNull && metArray);
        if (bounds.Equal.Find(IsUsable) is { } equal)
        {
            return new FieldBound(index.Fields[number], index.IsFolded) { Equal = encoder.Key(equal) };
        }

        if (bounds.In.Where(choice => choice.All(IsUsable)).MinBy(choice => choice.Count) is { } values)
        {
            return new FieldBound(index.Fields[number], index.IsFolded)
            {
                In = [.. values.Select(encoder.Key).Distinct(KeyComparer.Instance).Order(KeyComparer.Instance)],
            };
        }

        return encoder.Range(bounds, metArray);
    }

    /// <summary>Bounds are of one type, so the other end is the type's. On a path that has met an array only one bound holds for one entry.</summary>
    private FieldBound? Range(PathBounds bounds, bool metArray)
    {
        OrderTest? above = bounds.Above.Find(IsOrdered);
        OrderTest? below = bounds.Below.Find(bound => IsOrdered(bound) && (above is null || (!metArray && Class(bound) == Class(above))));
        if (above is null && below is null)
        {
            return null;
        }

        (byte least, byte greatest) = Class(above ?? below!);
        (byte[] Key, bool IsIncluded) from = above is null ? ([least], true) : (above.Literal.Key, above.OrEqual);
        (byte[] Key, bool IsIncluded) to = below is null ? ([greatest], true) : (below.Literal.Key, below.OrEqual);
        return _field.IsDescending
            ? new FieldBound(_field, _isFolded) { From = (Turned(to.Key), to.IsIncluded), To = (Turned(from.Key), from.IsIncluded) }
            : new FieldBound(_field, _isFolded) { From = from, To = to };
    }

    /// <summary>Folded text has another order than text.</summary>
    private bool IsOrdered(OrderTest bound) =>
        !_isFolded || bound.Literal.Type is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False;

    private static (byte Least, byte Greatest) Class(OrderTest bound) => bound.Literal.Type switch
    {
        JsonTokenType.Number => (KeyTag.NegativeNumber, KeyTag.PositiveNumber),
        JsonTokenType.String => (KeyTag.String, KeyTag.String),
        JsonTokenType.StartObject => (KeyTag.Object, KeyTag.Object),
        JsonTokenType.StartArray => (KeyTag.Array, KeyTag.Array),
        _ => (KeyTag.False, KeyTag.True),
    };

    private byte[] Key(Literal literal)
    {
        byte[] key = _isFolded ? literal.FoldedKey() : literal.Key;
        return _field.IsDescending ? Turned(key) : key;
    }

    private static byte[] Turned(byte[] key) => [.. key.Select(value => (byte)(0xFF - value))];
}
