using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Declared;

/// <summary>A document as entries are made of it. Valid as long as its row.</summary>
internal readonly ref struct IndexedDocument
{
    private IndexedDocument(ReadOnlySpan<byte> body, Queries.Paths.DocumentFacts facts)
    {
        Body = body;
        Facts = facts;
    }

    public ReadOnlySpan<byte> Body { get; }

    public Queries.Paths.DocumentFacts Facts { get; }

    /// <summary>False where the row's document was deleted or is hidden: it has no entries.</summary>
    /// <exception cref="IndexFailedException">It is no row.</exception>
    public static bool TryRead(ReadOnlySpan<byte> id, ReadOnlySpan<byte> row, out IndexedDocument document)
    {
        DocumentFacts facts = DocumentRow.Read(row, out ReadOnlySpan<byte> body);
        document = facts is { HasBody: true, Info: { } info } ? new IndexedDocument(body, FactsOf(id, info)) : default;
        return facts.HasBody;
    }

    private static Queries.Paths.DocumentFacts FactsOf(ReadOnlySpan<byte> id, DocumentInfo info) => new()
    {
        Id = id.ToArray(),
        Version = info.Version,
        Created = info.Created,
        Modified = info.Modified,
        Length = info.Length,
        Type = info.ContentType,
    };
}
