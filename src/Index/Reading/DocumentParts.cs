using DocService.Index.Families;
using DocService.Index.Rows;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Index.Reading;

/// <summary>All documents of an index, a part at a time, so that no snapshot is held for long.</summary>
internal static class DocumentParts
{
    private const int RowsMax = 256;
    private const int BytesMax = 1 << 20; // a larger row is a part of its own

    /// <exception cref="IndexFailedException">A row is damaged.</exception>
    public static CopyPart Read(IRowSnapshot rows, ReadOnlyMemory<byte> from)
    {
        var documents = new List<CopiedDocument>();
        long bytes = 0;
        using RowCursor iterator = rows.Iterate(Family.Documents, from.Span, [], keepsCache: true);
        bool isValid = iterator.First();
        for (int count = 0; isValid && count < RowsMax && bytes < BytesMax; count++, isValid = iterator.Next())
        {
            bytes += iterator.Key.Length + iterator.Value.Length;
            if (Read(iterator) is { } document)
            {
                documents.Add(document);
            }
        }

        ReadOnlyMemory<byte>? next = null;
        if (isValid)
        {
            next = iterator.Key.ToArray(); // no conditional expression: in one, null would become an empty key, the beginning
        }

        return new CopyPart(documents, bytes, next);
    }

    /// <summary>Null: it was deleted.</summary>
    private static CopiedDocument? Read(RowCursor row)
    {
        DocumentFacts facts = DocumentRow.Read(row.Value, out ReadOnlySpan<byte> body);
        if (facts.Info is not { } info)
        {
            return null;
        }

        if (!DocumentKey.TryCreateStored(row.Key, out DocumentKey key, out _))
        {
            throw new IndexFailedException("A row has a key that is no document's.");
        }

        return !facts.HasBody || Sha256Digest.Of(body) == info.Sha256
            ? new CopiedDocument(key, info)
            : throw new IndexFailedException($"The body of '{key.Id}' is not what its SHA-256 says.");
    }
}
