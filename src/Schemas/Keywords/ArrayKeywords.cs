using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary><c>minItems</c> and <c>maxItems</c>.</summary>
internal sealed class ElementCountKeyword(SchemaPlace place, decimal bound, bool isLeast) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        int count = value.GetArrayLength();
        return (isLeast ? count >= bound : count <= bound) || run.Fail(Place, $"the array has {count} elements, and {(isLeast ? "at least" : "at most")} {bound} are wanted");
    }
}

/// <summary><c>prefixItems</c> and <c>items</c>: one pass over the elements.</summary>
/// <param name="place">Of the first of them.</param>
/// <param name="first">Of each of the first elements.</param>
/// <param name="rest">Of those behind them; null: whatever they are.</param>
internal sealed class ElementsKeyword(SchemaPlace place, IReadOnlyList<SchemaNode> first, SchemaNode? rest) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        bool holds = true;
        int number = 0;
        foreach (JsonElement element in value.EnumerateArray())
        {
            SchemaNode? schema = number < first.Count ? first[number] : rest;
            if (schema is null)
            {
                break;
            }

            holds &= run.HoldsIn(schema, element, number);
            number++;
            if (!holds && !run.SeeksMore)
            {
                return false;
            }
        }

        marks?.First(number);
        return holds;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c>.</summary>
internal sealed class ContainsKeyword(SchemaPlace place, SchemaNode schema, (SchemaPlace Place, decimal Bound) least, (SchemaPlace Place, decimal Bound)? most) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        int found = 0;
        int number = 0;
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (run.HoldsSilently(schema, element, marks: null))
            {
                found++;
                marks?.Add(number);
            }

            number++;
            if (run.IsTooCostly)
            {
                return false;
            }
        }

        if (found < least.Bound)
        {
            return run.Fail(least.Place, $"{found} elements are as the schema wants some to be, and at least {least.Bound} must be");
        }

        return most is not { } limit || found <= limit.Bound || run.Fail(limit.Place, $"{found} elements are as the schema wants some to be, and at most {limit.Bound} may be");
    }
}

/// <summary><c>unevaluatedItems</c>.</summary>
internal sealed class UnevaluatedItemsKeyword(SchemaPlace place, SchemaNode schema) : Keyword(place)
{
    public override bool IsLast => true;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        bool holds = true;
        if (value.ValueKind == JsonValueKind.Array)
        {
            int number = 0;
            foreach (JsonElement element in value.EnumerateArray())
            {
                holds &= run.Pay(1) && (marks!.Has(number) || run.HoldsIn(schema, element, number));
                number++;
                if (!holds && !run.SeeksMore)
                {
                    return false;
                }
            }

            marks!.All();
        }

        return holds;
    }
}

/// <summary><c>uniqueItems</c>. In time that grows with the elements, whatever they are.</summary>
internal sealed class UniqueItemsKeyword(SchemaPlace place) : Keyword(place)
{
    /// <summary>An element's place in a table: two million of them are the work of one document.</summary>
    private const int ElementWork = 50;

    /// <summary>Of the table: an element with its number, links, and a share of the buckets.</summary>
    private const int ElementBytes = 36;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() < 2)
        {
            return true;
        }

        long bytes = (long)value.GetArrayLength() * ElementBytes;
        if (!run.Pay((long)value.GetArrayLength() * ElementWork) || !run.TryHold(bytes))
        {
            return false;
        }

        bool holds = AreUnique(run, value);
        run.Memory.LetGo(bytes);
        return holds;
    }

    private bool AreUnique(Evaluation run, in JsonElement value)
    {
        var seen = new Dictionary<JsonElement, int>(value.GetArrayLength(), new ElementComparer(run));
        int number = 0;
        foreach (JsonElement element in value.EnumerateArray())
        {
            if (!seen.TryAdd(element, number))
            {
                return run.Fail(Place, $"the elements {seen[element]} and {number} are equal, and no two may be");
            }

            if (run.IsTooCostly)
            {
                return false;
            }

            number++;
        }

        return true;
    }
}
