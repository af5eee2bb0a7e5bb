using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Keywords;

namespace DocService.Schemas.Reading;

/// <summary>Reads the keywords of one schema: what each holds is judged as the meta-schema of draft 2020-12 says.</summary>
/// <remarks>What several keywords say together is read by <see cref="JoinedKeywordReader"/>.</remarks>
internal sealed class KeywordReader(SchemaReader reader, SchemaNode node, JsonElement schema)
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    private readonly KeywordValues _values = new(reader, node);
    private readonly List<Keyword> _keywords = [];

    public void Read()
    {
        foreach (JsonProperty member in schema.EnumerateObject())
        {
            SchemaPlace at = node.Place.To(member.Name);
            if (!ReadIdentity(member.Name, member.Value, at) && !ReadAssertion(member.Name, member.Value, at) && !ReadApplicator(member.Name, member.Value, at))
            {
                ReadAnnotation(member.Name, member.Value, at);
            }
        }

        new JoinedKeywordReader(reader, node, schema, _values, _keywords).Read();
        node.Keywords = [.. _keywords.OrderBy(keyword => keyword.IsLast)];
        node.AsksForUnevaluated = _keywords.Exists(keyword => keyword.IsLast);
    }

    private bool ReadIdentity(string name, JsonElement value, SchemaPlace at)
    {
        switch (name)
        {
            case "$schema":
                if (_values.Text(value, at) is { } dialect && dialect.TrimEnd('#') != Dialect)
                {
                    reader.Report(at, $"The server knows the one dialect {Dialect}.");
                }

                return true;
            case "$id":
                return true; // read with its resource
            case "$anchor" or "$dynamicAnchor":
                AddAnchor(_values.Anchor(value, at), at, isDynamic: name == "$dynamicAnchor");
                return true;
            case "$ref" or "$dynamicRef":
                if (_values.Text(value, at) is { } reference)
                {
                    var keyword = new ReferenceKeyword(at);
                    _keywords.Add(keyword);
                    reader.AddReference(new PendingReference(keyword, reference, node.Resource, IsDynamic: name == "$dynamicRef"));
                }

                return true;
            case "$defs" or "definitions":
                _values.Schemas(value, at);
                return true;
            case "dependencies" or "additionalItems" or "$recursiveRef" or "$recursiveAnchor":
                reader.Report(at, $"'{name}' is of older drafts, and means nothing in draft 2020-12: {Successor(name)} has its place.");
                return true;
            default:
                return false;
        }
    }

    private bool ReadAssertion(string name, JsonElement value, SchemaPlace at)
    {
        Keyword? keyword = name switch
        {
            "type" => _values.Types(value, at) is { } types ? new TypeKeyword(at, types) : null,
            "const" => new EnumKeyword(at, [value]),
            "enum" => _values.Array(value, at) is { } values ? new EnumKeyword(at, values) : null,
            "multipleOf" => _values.Number(value, at) is { } of && Check(of > 0, at, "It is more than 0.") ? new MultipleKeyword(at, of) : null,
            "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" => _values.Number(value, at) is { } bound
                ? new BoundKeyword(at, bound, isLeast: name.EndsWith("inimum", StringComparison.Ordinal), isExclusive: name[0] == 'e') : null,
            "minLength" or "maxLength" => _values.Count(value, at) is { } length ? new LengthKeyword(at, length, isLeast: name[1] == 'i') : null,
            "minItems" or "maxItems" => _values.Count(value, at) is { } elements ? new ElementCountKeyword(at, elements, isLeast: name[1] == 'i') : null,
            "minProperties" or "maxProperties" => _values.Count(value, at) is { } members ? new MemberCountKeyword(at, members, isLeast: name[1] == 'i') : null,
            "pattern" => _values.Text(value, at) is { } text && reader.ReadPattern(text, at) is { } pattern ? new PatternKeyword(at, pattern) : null,
            "format" => _values.Format(value, at) is { } format ? new FormatKeyword(at, format) : null,
            "uniqueItems" => _values.Flag(value, at) == true ? new UniqueItemsKeyword(at) : null,
            "required" => _values.Names(value, at) is { } names ? new RequiredKeyword(at, names) : null,
            "dependentRequired" => _values.NamesByName(value, at) is { } lists ? new DependentRequiredKeyword(at, lists) : null,
            _ => null,
        };
        if (keyword is not null)
        {
            _keywords.Add(keyword);
        }

        return keyword is not null || IsAssertion(name);
    }

    private bool ReadApplicator(string name, JsonElement value, SchemaPlace at)
    {
        switch (name)
        {
            case "allOf" when _values.SchemaList(value, at) is { } all:
                _keywords.Add(new AllOfKeyword(at, all));
                return true;
            case "anyOf" when _values.SchemaList(value, at) is { } any:
                _keywords.Add(new AnyOfKeyword(at, any));
                return true;
            case "oneOf" when _values.SchemaList(value, at) is { } one:
                _keywords.Add(new OneOfKeyword(at, one));
                return true;
            case "not":
                _keywords.Add(new NotKeyword(at, _values.Schema(value, at)));
                return true;
            case "dependentSchemas" when _values.Schemas(value, at) is { } dependent:
                _keywords.Add(new DependentSchemasKeyword(at, dependent));
                return true;
            case "propertyNames":
                _keywords.Add(new PropertyNamesKeyword(at, _values.Schema(value, at)));
                return true;
            case "unevaluatedProperties":
                _keywords.Add(new UnevaluatedPropertiesKeyword(at, _values.Schema(value, at)));
                return true;
            case "unevaluatedItems":
                _keywords.Add(new UnevaluatedItemsKeyword(at, _values.Schema(value, at)));
                return true;
            default:
                return IsApplicator(name);
        }
    }

    /// <summary>What they say is for readers; of unknown ones nothing is known.</summary>
    private void ReadAnnotation(string name, JsonElement value, SchemaPlace at)
    {
        switch (name)
        {
            case "title" or "description" or "$comment" or "contentEncoding" or "contentMediaType":
                _values.Text(value, at);
                break;
            case "deprecated" or "readOnly" or "writeOnly":
                _values.Flag(value, at);
                break;
            case "examples":
                _values.Array(value, at);
                break;
            case "contentSchema":
                _values.Schema(value, at);
                break;
            case "$vocabulary":
                Check(value.ValueKind == JsonValueKind.Object, at, "It is an object of true and false.");
                break;
        }
    }

    private void AddAnchor(string? anchor, SchemaPlace at, bool isDynamic)
    {
        if (anchor is null)
        {
            return;
        }

        bool isNew = node.Resource.Anchors.TryAdd(anchor, node) || node.Resource.Anchors[anchor] == node;
        Check(isNew, at, "Another part of the schema has this anchor.");
        if (isDynamic)
        {
            node.Resource.DynamicAnchors.TryAdd(anchor, node);
        }
    }

    private bool Check(bool isRight, SchemaPlace at, string detail)
    {
        if (!isRight)
        {
            reader.Report(at, detail);
        }

        return isRight;
    }

    private static bool IsAssertion(string name) => name is "type" or "const" or "enum" or "multipleOf" or "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "minLength" or "maxLength"
        or "minItems" or "maxItems" or "minProperties" or "maxProperties" or "pattern" or "format" or "uniqueItems" or "required" or "dependentRequired";

    private static bool IsApplicator(string name) => name is "allOf" or "anyOf" or "oneOf" or "dependentSchemas"
        or "properties" or "patternProperties" or "additionalProperties" or "prefixItems" or "items" or "contains" or "minContains" or "maxContains" or "if" or "then" or "else";

    private static string Successor(string name) => name switch
    {
        "dependencies" => "'dependentRequired' or 'dependentSchemas'",
        "additionalItems" => "'items' behind 'prefixItems'",
        "$recursiveRef" => "'$dynamicRef'",
        _ => "'$dynamicAnchor'",
    };
}
