using DocService.Queries.Indexes;
using DocService.Queries.Paths;

namespace DocService.Queries.Tests.Support;

internal static class Indexing
{
    /// <param name="fields">As in a sort: <c>-a,b</c>.</param>
    /// <param name="fold">Strings without case.</param>
    /// <param name="where">A filter, or null.</param>
    /// <param name="unique">With digests.</param>
    public static IndexDefinition Index(string fields, bool fold = false, string? where = null, bool unique = false) => new()
    {
        Name = fields,
        Fields = [.. fields.Split(',').Select(Field)],
        IsFolded = fold,
        IsUnique = unique,
        Where = where is null ? null : Filtering.Parse(where),
    };

    public static IndexEntries Entries(IndexDefinition index, string document) =>
        new IndexKeys(index).Of(Json.Bytes(document), Filtering.Facts, SearchLimit.None);

    private static IndexField Field(string text)
    {
        bool isDescending = text.StartsWith('-');
        Assert.True(DocumentPath.TryParse(isDescending ? text[1..] : text, out DocumentPath? path, out _));
        return new IndexField(path, isDescending);
    }
}
