using System.Text.Json;

namespace DocService.Schemas.Judging;

/// <summary>A schema with a URI of its own: the whole, and each part with an <c>$id</c>.</summary>
/// <param name="uri">Absolute, without a fragment.</param>
/// <param name="place">Of its root.</param>
/// <param name="element">Its root.</param>
internal sealed class SchemaResource(Uri uri, SchemaPlace place, JsonElement element)
{
    public Uri Uri => uri;

    public SchemaPlace Place => place;

    public JsonElement Element => element;

    /// <summary>By <c>$anchor</c> and <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, SchemaNode> Anchors { get; } = new(StringComparer.Ordinal);

    /// <summary>By <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = new(StringComparer.Ordinal);
}
