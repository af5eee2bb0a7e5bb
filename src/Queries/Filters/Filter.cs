using System.Diagnostics.CodeAnalysis;
using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>Which documents are meant: the filter language of queries.md 2 (docs/queries.md), parsed and laid out. Immutable, for any thread.</summary>
public sealed class Filter
{
    private readonly FilterProgram _program;

    internal Filter(FilterNode root)
    {
        Root = root;
        _program = new FilterProgram(root);
    }

    /// <summary>The filter <c>{}</c>.</summary>
    public static Filter Everything { get; } = new(new AllOf([]));

    /// <summary>No document is left out.</summary>
    public bool IsEverything => Root is AllOf { Parts.Length: 0 };

    /// <summary>It asks for what is known of a document beside its body, as <c>$modified</c>.</summary>
    public bool AsksForFacts => HasFact(Root);

    internal FilterNode Root { get; }

    /// <param name="json">The filter's text.</param>
    /// <param name="regexTime">The longest that one <c>$regex</c> may take on one value: what is left of the query's time.</param>
    /// <param name="filter">Null when the text is no filter.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> json, TimeSpan regexTime, [NotNullWhen(true)] out Filter? filter, [NotNullWhen(false)] out QueryFault? fault)
    {
        var parser = new FilterParser(regexTime);
        FilterNode? root = parser.Parse(json);
        filter = root is null ? null : new Filter(root);
        fault = parser.Faults.First;
        return filter is not null;
    }

    /// <summary>For one thread.</summary>
    public Matcher CreateMatcher() => new(_program);

    /// <summary>Whether everything that this filter asks stands in <paramref name="other"/> as a condition that must hold, in the same words.</summary>
    public bool IsPartOf(Filter other)
    {
        HashSet<string> there = [.. Conjuncts(other.Root).Select(part => part.Canonical)];
        return Conjuncts(Root).All(part => there.Contains(part.Canonical));
    }

    private static bool HasFact(FilterNode node) => node switch
    {
        AllOf all => all.Parts.Any(HasFact),
        AnyOf any => any.Parts.Any(HasFact),
        Negation not => HasFact(not.Part),
        Condition condition => condition.Path?.Fact is not null,
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>What must hold in any case.</summary>
    internal static IEnumerable<FilterNode> Conjuncts(FilterNode node) => node switch
    {
        AllOf all => all.Parts.SelectMany(Conjuncts),
        AnyOf { Parts: [var only] } => Conjuncts(only),
        _ => [node],
    };
}
