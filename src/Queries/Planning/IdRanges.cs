using DocService.Queries.Filters;
using DocService.Queries.Filters.Tests;
using DocService.Queries.Keys;
using DocService.Queries.Paths;

namespace DocService.Queries.Planning;

/// <summary>The ids that can match: the scope, narrowed by what the filter says of <c>$id</c>.</summary>
internal static class IdRanges
{
    /// <summary>Rising, without overlaps; none when no document can match.</summary>
    /// <param name="scope">The query's.</param>
    /// <param name="bounds">Of <c>$id</c>; null when the filter says nothing of it.</param>
    /// <param name="arePoints">Each range is one id.</param>
    public static IReadOnlyList<KeyRange> Of(IdScope scope, PathBounds? bounds, out bool arePoints)
    {
        KeyRange range = scope.Range();
        arePoints = false;
        if (bounds is null)
        {
            return range.IsEmpty ? [] : [range];
        }

        foreach (OrderTest above in bounds.Above.Where(bound => bound.Literal.IsText))
        {
            byte[] from = above.OrEqual ? above.Literal.Text.ToArray() : KeyRange.Point(above.Literal.Text).To;
            range = range.Intersect(new KeyRange(from, []));
        }

        foreach (OrderTest below in bounds.Below.Where(bound => bound.Literal.IsText && (bound.OrEqual || bound.Literal.Text.Length > 0)))
        {
            byte[] to = below.OrEqual ? KeyRange.Point(below.Literal.Text).To : below.Literal.Text.ToArray();
            range = range.Intersect(new KeyRange([], to));
        }

        if (Points(bounds) is not { } points)
        {
            return range.IsEmpty ? [] : [range];
        }

        arePoints = true;
        return [.. points.Where(id => range.Contains(id) && !range.IsEmpty).Select(id => KeyRange.Point(id))];
    }

    /// <summary>The ids that are named one by one, rising; null where none are.</summary>
    private static IEnumerable<byte[]>? Points(PathBounds bounds)
    {
        IReadOnlyList<Literal>? named = bounds.Equal.Count > 0 ? [bounds.Equal[0]] : bounds.In.MinBy(choice => choice.Count);
        return named?.Where(id => id.IsText).Select(id => id.Text.ToArray()).Distinct(KeyComparer.Instance).Order(KeyComparer.Instance);
    }
}
