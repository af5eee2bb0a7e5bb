using System.Text.Json;
using DocService.Queries.Filters.Tests;
using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>Parses the objects of the language: paths and <c>$and $or $nor</c>. Operators are <see cref="OperatorParser"/>'s.</summary>
internal sealed class FilterParser
{
    /// <summary>Conditions and their connections.</summary>
    public const int NodesMax = 1000;

    private static readonly string[] Connections = ["$and", "$or", "$nor"];

    private readonly OperatorParser _operators;
    private int _nodes;

    public FilterParser(TimeSpan regexTime) => _operators = new OperatorParser(this, regexTime);

    public FaultList Faults { get; } = new(QueryFault.InvalidFilter);

    public FilterNode? Parse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument? document = QueryJson.Parse(json, "filter", Faults);
        return document is null ? null : ParseObject(document.RootElement, "", isInElement: false);
    }

    /// <summary>False, with a fault, when the filter has too many nodes.</summary>
    public bool Count(string pointer)
    {
        if (++_nodes <= NodesMax)
        {
            return true;
        }

        Faults.Add<object>(pointer, $"The filter has more than {NodesMax} conditions. Many values of one path can stand in one $in.");
        return false;
    }

    /// <summary>The operand of <c>$elemMatch</c>: operators on the element, or a filter of its members.</summary>
    public FilterNode? ParseElement(JsonElement operand, string pointer, out bool isOfMembers)
    {
        isOfMembers = true;
        if (operand.ValueKind == JsonValueKind.Object
            && operand.EnumerateObject().FirstOrDefault() is { Value.ValueKind: not JsonValueKind.Undefined } first
            && IsOperator(first.Name) && !Connections.Contains(first.Name))
        {
            isOfMembers = false;
            return _operators.ParseAll(null, operand, pointer);
        }

        return ParseObject(operand, pointer, isInElement: true);
    }

    public static bool IsOperator(string name) => name.StartsWith('$');

    private FilterNode? ParseObject(JsonElement value, string pointer, bool isInElement)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return Faults.Add<FilterNode>(pointer, "A filter is an object such as {\"name\":\"Ann\"}.");
        }

        var parts = new List<FilterNode>();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string name = member.Name;
            string step = QueryFault.Step(pointer, name);
            FilterNode? part = Connections.Contains(name)
                ? ParseConnection(name, member.Value, step, isInElement)
                : ParseMember(name, member.Value, step, isInElement);
            if (part is null)
            {
                return null;
            }

            parts.Add(part);
        }

        return parts is [var only] ? only : new AllOf([.. parts]);
    }

    private FilterNode? ParseConnection(string name, JsonElement operand, string pointer, bool isInElement)
    {
        if (operand.ValueKind != JsonValueKind.Array || operand.GetArrayLength() == 0)
        {
            return Faults.Add<FilterNode>(pointer, $"{name} takes an array of at least one filter.");
        }

        if (!Count(pointer))
        {
            return null;
        }

        var parts = new List<FilterNode>();
        foreach (JsonElement filter in operand.EnumerateArray())
        {
            if (ParseObject(filter, $"{pointer}/{parts.Count}", isInElement) is not { } part)
            {
                return null;
            }

            parts.Add(part);
        }

        return name switch
        {
            "$and" => new AllOf([.. parts]),
            "$or" => new AnyOf([.. parts]),
            _ => new Negation(new AnyOf([.. parts])),
        };
    }

    private FilterNode? ParseMember(string name, JsonElement operand, string pointer, bool isInElement)
    {
        bool isFact = !isInElement && name == "$type"; // an operator's name too
        if (OperatorParser.Names.Contains(name) && !isFact)
        {
            return Faults.Add<FilterNode>(pointer, $"{name} stands inside a path's object, as in {{\"age\":{{\"{name}\":…}}}}.");
        }

        if (!DocumentPath.TryParse(name, out DocumentPath? path, out string? fault))
        {
            return Faults.Add<FilterNode>(pointer, fault!);
        }

        if (isInElement && path.Fact is not null)
        {
            return Faults.Add<FilterNode>(pointer, $"Inside $elemMatch there is no {name}: an element has no facts of its own.");
        }

        bool hasOperators = operand.ValueKind == JsonValueKind.Object && operand.EnumerateObject().Any(member => IsOperator(member.Name));
        return hasOperators ? _operators.ParseAll(path, operand, pointer) : _operators.Equality(path, operand, pointer);
    }
}
