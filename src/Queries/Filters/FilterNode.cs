using DocService.Queries.Filters.Tests;
using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>A filter as it was parsed. Immutable.</summary>
internal abstract record FilterNode
{
    /// <summary>The same text for filters that say the same in the same words, whatever their spelling: how a partial index finds its filter in a query.</summary>
    public abstract string Canonical { get; }

    private protected static string Join(string name, IEnumerable<FilterNode> parts) =>
        $"{name}({string.Join(',', parts.Select(part => part.Canonical).Order(StringComparer.Ordinal))})";
}

/// <summary>True when all parts are; without parts always.</summary>
internal sealed record AllOf(FilterNode[] Parts) : FilterNode
{
    public override string Canonical => Parts.Length == 1 ? Parts[0].Canonical : Join("all", Parts);
}

/// <summary>True when one part is; without parts never.</summary>
internal sealed record AnyOf(FilterNode[] Parts) : FilterNode
{
    public override string Canonical => Parts.Length == 1 ? Parts[0].Canonical : Join("any", Parts);
}

internal sealed record Negation(FilterNode Part) : FilterNode
{
    public override string Canonical => Join("not", [Part]);
}

/// <summary>One operator on one path.</summary>
/// <param name="Path">Null: the element of an <c>$elemMatch</c> itself.</param>
/// <param name="Test">What it asks.</param>
/// <param name="Name">The operator's.</param>
/// <param name="Operand">Encoded; null where it has none.</param>
/// <param name="More">What else belongs to the operand.</param>
internal sealed record Condition(DocumentPath? Path, ValueTest Test, string Name, byte[]? Operand, string More) : FilterNode
{
    public override string Canonical => $"{Name}({Path?.Text.Length}:{Path?.Text},{(Operand is null ? "" : Convert.ToHexString(Operand))},{More})";
}
