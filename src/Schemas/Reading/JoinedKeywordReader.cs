using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Keywords;
using DocService.Schemas.Texts;

namespace DocService.Schemas.Reading;

/// <summary>Reads what several keywords of one schema say together, such as 'if', 'then' and 'else'.</summary>
internal sealed class JoinedKeywordReader(SchemaReader reader, SchemaNode node, JsonElement schema, KeywordValues values, List<Keyword> keywords)
{
    public void Read()
    {
        AddMembers();
        AddElements();
        AddContains();
        AddCondition();
    }

    private void AddMembers()
    {
        SchemaPlace? first = null;
        Dictionary<string, SchemaNode>? named = Member("properties", ref first) is { } properties ? values.Schemas(properties, node.Place.To("properties")) : [];
        var patterns = new List<(SchemaPattern, SchemaNode)>();
        if (Member("patternProperties", ref first) is { } list && values.Schemas(list, node.Place.To("patternProperties")) is { } byPattern)
        {
            foreach ((string text, SchemaNode schemaOf) in byPattern)
            {
                if (reader.ReadPattern(text, schemaOf.Place) is { } pattern)
                {
                    patterns.Add((pattern, schemaOf));
                }
            }
        }

        SchemaNode? others = Member("additionalProperties", ref first) is { } rest ? values.Schema(rest, node.Place.To("additionalProperties")) : null;
        if (first is not null)
        {
            keywords.Add(new MembersKeyword(first, named ?? [], patterns, others));
        }
    }

    private void AddElements()
    {
        SchemaPlace? first = null;
        IReadOnlyList<SchemaNode>? prefix = Member("prefixItems", ref first) is { } list ? values.SchemaList(list, node.Place.To("prefixItems")) : [];
        SchemaNode? rest = Member("items", ref first) is { } items ? ReadItems(items) : null;
        if (first is not null)
        {
            keywords.Add(new ElementsKeyword(first, prefix ?? [], rest));
        }
    }

    private SchemaNode ReadItems(JsonElement items)
    {
        SchemaPlace at = node.Place.To("items");
        if (items.ValueKind == JsonValueKind.Array)
        {
            reader.Report(at, "A list of schemas for the first elements is called 'prefixItems'.");
        }

        return values.Schema(items, at);
    }

    private void AddContains()
    {
        SchemaPlace? first = null;
        decimal? least = Member("minContains", ref first) is { } min ? values.Count(min, node.Place.To("minContains")) : null;
        decimal? most = Member("maxContains", ref first) is { } max ? values.Count(max, node.Place.To("maxContains")) : null;
        if (Member("contains", ref first) is { } contains)
        {
            SchemaPlace at = node.Place.To("contains");
            (SchemaPlace, decimal) atLeast = least is { } bound ? (node.Place.To("minContains"), bound) : (at, 1);
            keywords.Add(new ContainsKeyword(at, values.Schema(contains, at), atLeast, most is { } limit ? (node.Place.To("maxContains"), limit) : null));
        }
    }

    private void AddCondition()
    {
        SchemaPlace? first = null;
        SchemaNode? then = Member("then", ref first) is { } met ? values.Schema(met, node.Place.To("then")) : null;
        SchemaNode? otherwise = Member("else", ref first) is { } unmet ? values.Schema(unmet, node.Place.To("else")) : null;
        if (Member("if", ref first) is { } condition)
        {
            SchemaPlace at = node.Place.To("if");
            keywords.Add(new IfKeyword(at, values.Schema(condition, at), then, otherwise));
        }
    }

    private JsonElement? Member(string name, ref SchemaPlace? first)
    {
        if (!schema.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        first ??= node.Place.To(name);
        return value;
    }
}
