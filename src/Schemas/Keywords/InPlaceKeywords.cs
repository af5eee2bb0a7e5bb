using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary><c>allOf</c>.</summary>
internal sealed class AllOfKeyword(SchemaPlace place, IReadOnlyList<SchemaNode> schemas) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        bool holds = true;
        for (int index = 0; index < schemas.Count && (holds || run.SeeksMore); index++)
        {
            holds &= run.Holds(schemas[index], value, marks);
        }

        return holds;
    }
}

/// <summary><c>anyOf</c>.</summary>
internal sealed class AnyOfKeyword(SchemaPlace place, IReadOnlyList<SchemaNode> schemas) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        bool holds = false;
        for (int index = 0; index < schemas.Count && (!holds || marks is not null) && !run.IsTooCostly; index++)
        {
            holds |= Branch.Holds(run, schemas[index], value, marks);
        }

        return holds || run.Fail(Place, $"none of the {schemas.Count} schemas is met, and one must be");
    }
}

/// <summary><c>oneOf</c>.</summary>
internal sealed class OneOfKeyword(SchemaPlace place, IReadOnlyList<SchemaNode> schemas) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => schemas;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        int? met = null;
        for (int index = 0; index < schemas.Count && !run.IsTooCostly; index++)
        {
            if (Branch.Holds(run, schemas[index], value, marks))
            {
                if (met is not null)
                {
                    return run.Fail(Place, $"the schemas {met} and {index} are both met, and one alone may be");
                }

                met = index;
            }
        }

        return (met is not null && !run.IsTooCostly) || run.Fail(Place, $"none of the {schemas.Count} schemas is met, and one must be");
    }
}

/// <summary><c>not</c>.</summary>
internal sealed class NotKeyword(SchemaPlace place, SchemaNode schema) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => [schema];

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        bool isMet = run.HoldsSilently(schema, value, marks is null ? null : new Marks());
        return (!isMet && !run.IsTooCostly) || run.Fail(Place, "the value is as the schema says it must not be");
    }
}

/// <summary><c>if</c>, <c>then</c> and <c>else</c>.</summary>
internal sealed class IfKeyword(SchemaPlace place, SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => new[] { condition, then, otherwise }.OfType<SchemaNode>();

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        SchemaNode? next = Branch.Holds(run, condition, value, marks) ? then : otherwise;
        return !run.IsTooCostly && (next is null || run.Holds(next, value, marks));
    }
}

/// <summary><c>$ref</c> and <c>$dynamicRef</c>.</summary>
internal sealed class ReferenceKeyword(SchemaPlace place) : Keyword(place)
{
    /// <summary>Known once the whole schema has been read.</summary>
    public SchemaNode? Target { get; set; }

    /// <summary>Of a dynamic reference: another resource may mean another schema by it.</summary>
    public string? DynamicAnchor { get; set; }

    public override IEnumerable<SchemaNode> InPlace => Target is null ? [] : [Target];

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks) =>
        run.Holds(DynamicAnchor is null ? Target! : run.FindDynamic(DynamicAnchor, Target!), value, marks);
}

/// <summary>A schema that may fail without the whole failing.</summary>
internal static class Branch
{
    /// <summary>What it has marked counts only if it is met.</summary>
    public static bool Holds(Evaluation run, SchemaNode schema, in JsonElement value, Marks? marks)
    {
        Marks? own = marks is null ? null : new Marks();
        bool holds = run.HoldsSilently(schema, value, own);
        if (holds && own is not null)
        {
            run.Pay(marks!.Add(own));
        }

        return holds && !run.IsTooCostly;
    }
}
