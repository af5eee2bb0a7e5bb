using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Keywords;
using DocService.Schemas.Texts;

namespace DocService.Schemas.Reading;

/// <summary>Reads a schema with all its parts, follows its references, and says where the first fault is.</summary>
/// <remarks>Thread: one, once. After a fault it goes on to the end, and what it has made is not used.</remarks>
internal sealed class SchemaReader
{
    /// <summary>Of the whole, unless it names another: it is never asked for.</summary>
    private static readonly Uri NoUri = new("https://schema.invalid/");

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SchemaPattern> _patterns = new(StringComparer.Ordinal);
    private readonly List<SchemaNode> _nodes = [];
    private readonly List<PendingReference> _references = [];
    private SchemaFault? _fault;

    private SchemaReader()
    {
    }

    /// <param name="schema">It lives as long as what is made of it.</param>
    /// <param name="fault">What is wrong; null when nothing is.</param>
    public static DocumentSchema? Read(JsonElement schema, out SchemaFault? fault)
    {
        if (NumberScan.FindOutOfRange(JsonMarshal.GetRawUtf8Value(schema), out _) is { } pointer)
        {
            fault = new SchemaFault(pointer, $"Numbers are judged exactly, as decimals: at most {ExactDecimal.Digits} digits, not too large and not too small.");
            return null;
        }

        var reader = new SchemaReader();
        SchemaNode root = reader.ReadWhole(schema);
        fault = reader._fault;
        return fault is null ? new DocumentSchema(root) : null;
    }

    /// <summary>The schema at a place, read now unless it has been.</summary>
    public SchemaNode Read(JsonElement element, SchemaPlace place, SchemaResource resource)
    {
        if (place.Node is { } known)
        {
            return known;
        }

        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return Add(new SchemaNode(place, resource) { Constant = element.ValueKind == JsonValueKind.True });
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            Report(place, "A schema is an object, or true or false.");
            return Add(new SchemaNode(place, resource) { Constant = true });
        }

        SchemaNode node = Add(new SchemaNode(place, Enter(element, place, resource)));
        new KeywordReader(this, node, element).Read();
        return node;
    }

    /// <summary>The first fault counts.</summary>
    public void Report(SchemaPlace place, string detail) => _fault ??= new SchemaFault(place.ToString(), detail);

    /// <summary>Expressions are kept once each: a schema has few of them, and each takes memory while it judges.</summary>
    public SchemaPattern? ReadPattern(string text, SchemaPlace place)
    {
        if (_patterns.TryGetValue(text, out SchemaPattern? known))
        {
            return known;
        }

        if (_patterns.Count == SchemaLimits.PatternsMax)
        {
            Report(place, $"A schema has at most {SchemaLimits.PatternsMax} different patterns.");
            return null;
        }

        if (!PatternTranslation.TryTranslate(text, out string? translated, out string? fault))
        {
            Report(place, fault);
            return null;
        }

        var pattern = new SchemaPattern(text, translated);
        _patterns.Add(text, pattern);
        return pattern;
    }

    /// <summary>It is followed once all parts are known.</summary>
    public void AddReference(PendingReference reference) => _references.Add(reference);

    private SchemaNode ReadWhole(JsonElement schema)
    {
        SchemaPlace place = SchemaPlace.NewRoot();
        var resource = new SchemaResource(NoUri, place, schema);
        _resources.Add(NoUri.AbsoluteUri, resource);
        SchemaNode root = Read(schema, place, resource);
        var references = new ReferenceReader(this, _resources);
        for (int index = 0; index < _references.Count && _fault is null; index++) // what one leads to may have others
        {
            references.Follow(_references[index]);
        }

        if (_fault is null && LoopSearch.Find(_nodes) is { } loop)
        {
            Report(loop, "From here the schemas lead back to themselves without going into the value, so that judging it would never end.");
        }

        return root;
    }

    private SchemaNode Add(SchemaNode node)
    {
        node.Place.Node = node;
        _nodes.Add(node);
        return node;
    }

    /// <summary>A part with an <c>$id</c> is a resource of its own.</summary>
    private SchemaResource Enter(JsonElement element, SchemaPlace place, SchemaResource resource)
    {
        if (!element.TryGetProperty("$id", out JsonElement id))
        {
            return resource;
        }

        if (id.ValueKind != JsonValueKind.String || !SchemaUri.TryResolve(resource.Uri, id.GetString()!, out Uri? uri, out string fragment) || fragment.Length > 0)
        {
            Report(place.To("$id"), "The $id is a string with a URI, without a fragment.");
            return resource;
        }

        var entered = new SchemaResource(uri, place, element);
        if (!_resources.TryAdd(uri.AbsoluteUri, entered))
        {
            Report(place.To("$id"), "Another part of the schema has this $id.");
        }

        return entered;
    }
}
