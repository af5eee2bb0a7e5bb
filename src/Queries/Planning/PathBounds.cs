using DocService.Queries.Filters;
using DocService.Queries.Filters.Tests;
using DocService.Queries.Paths;

namespace DocService.Queries.Planning;

/// <summary>
/// What a filter demands of one path in any case. Each demand must be met by some value of the path, not all by the same
/// one: of two bounds on an array each may be met by another element.
/// </summary>
internal sealed class PathBounds
{
    public List<Literal> Equal { get; } = [];

    public List<IReadOnlyList<Literal>> In { get; } = [];

    public List<OrderTest> Above { get; } = [];

    public List<OrderTest> Below { get; } = [];

    public static Dictionary<DocumentPath, PathBounds> Of(Filter filter)
    {
        var bounds = new Dictionary<DocumentPath, PathBounds>();
        foreach (FilterNode part in Filter.Conjuncts(filter.Root))
        {
            Add(bounds, part, null);
        }

        return bounds;
    }

    /// <param name="bounds">By path.</param>
    /// <param name="part">What must hold. Negations and alternatives demand nothing of one path.</param>
    /// <param name="array">Where the array stands whose element this is about, inside <c>$elemMatch</c>.</param>
    private static void Add(Dictionary<DocumentPath, PathBounds> bounds, FilterNode part, DocumentPath? array)
    {
        if (part is not Condition condition || Whole(condition.Path, array) is not { } path)
        {
            return;
        }

        if (condition.Test is ElementTest elements)
        {
            if (array is not null && condition.Path is null)
            {
                return; // elements of elements have no entries
            }

            foreach (FilterNode inner in Filter.Conjuncts(elements.Filter))
            {
                Add(bounds, inner, path);
            }

            return;
        }

        if (!bounds.TryGetValue(path, out PathBounds? found))
        {
            bounds.Add(path, found = new PathBounds());
        }

        found.Add(condition.Test);
    }

    /// <summary>
    /// The path from the document's root. Null where the values that an element's filter sees are not those that the
    /// whole path leads to: behind JSON Pointers, and behind numbers, which may name elements of an element.
    /// </summary>
    private static DocumentPath? Whole(DocumentPath? path, DocumentPath? array)
    {
        if (array is null)
        {
            return path;
        }

        if (array.IsPointer || array.Fact is not null || (path is not null && (path.IsPointer || path.HasIndex)))
        {
            return null;
        }

        return path is null ? array : DocumentPath.Join(array, path);
    }

    private void Add(ValueTest test)
    {
        switch (test)
        {
            case EqualTest equal:
                Equal.Add(equal.Literal);
                break;
            case OrderTest { Literal.IsNull: true, OrEqual: true } order: // null is its type's only value
                Equal.Add(order.Literal);
                break;
            case OrderTest { Literal.IsNull: false, WantsAbove: true } order:
                Above.Add(order);
                break;
            case OrderTest { Literal.IsNull: false } order:
                Below.Add(order);
                break;
            case InTest choice:
                In.Add(choice.Literals);
                break;
        }
    }
}
