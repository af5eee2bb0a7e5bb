using System.Text.Json;

namespace DocService.Collections.Definitions;

/// <summary>
/// The hidden document that names all collections with their prefixes, so that a start need not look for definitions. It
/// changes in the commit of the definition.
/// </summary>
internal static class Catalogue
{
    public static readonly DocumentKey Key = DocumentKey.CreateHidden("collections");

    public static byte[] Write(CollectionSet set) =>
        JsonSerializer.SerializeToUtf8Bytes(set.All.ToDictionary(collection => collection.Name, collection => collection.Prefix));

    /// <exception cref="JsonException">It is none.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? throw new JsonException("The list of collections is null.");
}
