using DocService.Queries.Filters.Tests;
using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>
/// A filter laid out for matching: its nodes numbered, each knowing its parent, and the paths of its conditions as one
/// tree. A condition that is decided decides its parent as soon as it can, up to the root. Immutable.
/// </summary>
internal sealed class FilterProgram
{
    private readonly List<Node> _nodes = [];
    private readonly List<DocumentPath> _paths = [];
    private readonly Dictionary<DocumentPath, List<int>> _byPath = [];
    private readonly List<int> _ofValue = [];

    public FilterProgram(FilterNode root)
    {
        Add(root, parent: -1);
        Nodes = [.. _nodes];
        Tree = new PathTree(_paths);
        ByPath = [.. _paths.Select(path => _byPath[path].ToArray())];
        OfValue = [.. _ofValue];
        Constants = [.. Enumerable.Range(0, Nodes.Length).Where(i => Nodes[i] is { Test: null, Parts: 0 })];
    }

    public enum Kind
    {
        All,
        Any,
        Not,
        Condition,
    }

    /// <param name="Kind">What decides it.</param>
    /// <param name="Parent">Its number; -1 above the root, which is node 0.</param>
    /// <param name="Parts">How many children.</param>
    /// <param name="Test">Of a condition.</param>
    public readonly record struct Node(Kind Kind, int Parent, int Parts, ValueTest? Test);

    public Node[] Nodes { get; }

    public PathTree Tree { get; }

    /// <summary>The conditions of each path of the tree.</summary>
    public int[][] ByPath { get; }

    /// <summary>The conditions without a path: of the element itself.</summary>
    public int[] OfValue { get; }

    /// <summary>Nodes without parts, decided before anything is read.</summary>
    public int[] Constants { get; }

    private void Add(FilterNode filter, int parent)
    {
        int number = _nodes.Count;
        switch (filter)
        {
            case AllOf all:
                AddParts(Kind.All, all.Parts, parent);
                break;
            case AnyOf any:
                AddParts(Kind.Any, any.Parts, parent);
                break;
            case Negation not:
                AddParts(Kind.Not, [not.Part], parent);
                break;
            case Condition condition:
                _nodes.Add(new Node(Kind.Condition, parent, 0, condition.Test));
                Conditions(condition.Path).Add(number);
                break;
        }
    }

    private void AddParts(Kind kind, FilterNode[] parts, int parent)
    {
        int number = _nodes.Count;
        _nodes.Add(new Node(kind, parent, parts.Length, null));
        foreach (FilterNode part in parts)
        {
            Add(part, number);
        }
    }

    private List<int> Conditions(DocumentPath? path)
    {
        if (path is null)
        {
            return _ofValue;
        }

        if (!_byPath.TryGetValue(path, out List<int>? conditions))
        {
            _byPath.Add(path, conditions = []);
            _paths.Add(path);
        }

        return conditions;
    }
}
