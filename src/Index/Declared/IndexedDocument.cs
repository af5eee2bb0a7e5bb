using DocService.Index.Rows;

namespace DocService.Index.Declared;

/// <summary>A document as entries are made of it. Valid as long as its row.</summary>
internal readonly ref struct IndexedDocument
{
    private IndexedDocument(ReadOnlySpan<byte> body, Queries.Paths.DocumentFacts facts)
    {
        Body = body;
        Facts = facts;
    }

    /// <summary>False of none: JSON is never empty.</summary>
    public bool HasEntries => !Body.IsEmpty;

    public ReadOnlySpan<byte> Body { get; }

    public Queries.Paths.DocumentFacts Facts { get; }

    /// <summary>False where the row's document was deleted or is hidden: it has no entries.</summary>
    /// <exception cref="IndexFailedException">It is no row.</exception>
    public static bool TryRead(ReadOnlySpan<byte> id, ReadOnlySpan<byte> row, out IndexedDocument document)
    {
        document = default;
        DocumentRow.ReadVersion(row, out bool isDeleted);
        if (isDeleted || DocumentRow.ReadHead(row) is not { HasBody: true } head)
        {
            return false;
        }

        document = new IndexedDocument(row[head.BodyAt..], head.ToFacts(id.ToArray()));
        return true;
    }
}
