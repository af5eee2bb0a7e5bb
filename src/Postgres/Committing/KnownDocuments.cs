using DocService.Postgres.Rows;
using DocService.Storage.Engine.Versions;
using Npgsql;

namespace DocService.Postgres.Committing;

/// <summary>The documents that a group touches, as the group finds them, and then as each of its writes leaves them.</summary>
/// <remarks>Thread: one. Invariant: what it tells is current for as long as the group's transaction holds the row of the sequence.</remarks>
internal sealed class KnownDocuments
{
    private readonly Dictionary<DocumentKey, Known> _documents = [];

    /// <summary>What the group leaves: the newest version of each document that it writes, or null for one that it deletes.</summary>
    public Dictionary<DocumentKey, (DocumentInfo Info, ReadOnlyMemory<byte> Body)?> Written { get; } = [];

    /// <summary>Those whose row cannot be read and is written over: it is kept aside.</summary>
    public List<DocumentKey> Damaged { get; } = [];

    public CurrentDocument this[DocumentKey key] => _documents.TryGetValue(key, out Known known) ? known.Current : CurrentDocument.Absent;

    /// <summary>The rows of the documents; bodies only where they are asked for.</summary>
    public async Task ReadAsync(NpgsqlDataReader reader)
    {
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            if (!DocumentKey.TryCreateStored(reader.GetFieldValue<byte[]>(0), out DocumentKey key, out _))
            {
                continue; // it is one that was asked for, so this cannot be
            }

            try
            {
                DocumentRow row = DocumentRow.Read(reader, 1, key);
                byte[]? body = await reader.IsDBNullAsync(1 + DocumentRow.ColumnCount).ConfigureAwait(false) ? null : reader.GetFieldValue<byte[]>(1 + DocumentRow.ColumnCount);
                _documents[key] = new Known(CurrentDocument.Of(row.Info), row, body);
            }
            catch (DocumentCorruptException damage)
            {
                _documents[key] = new Known(CurrentDocument.Unreadable(damage), null, null);
            }
        }
    }

    /// <summary>For a patch; null where there is none.</summary>
    /// <exception cref="DocumentCorruptException">It cannot be read.</exception>
    public StoredDocument? ReadWhole(DocumentKey key)
    {
        if (!_documents.TryGetValue(key, out Known known) || known.Current is { IsUnreadable: false, Info: null })
        {
            return null;
        }

        if (known.Current.Info is not { } info || known.Body is not { } body)
        {
            throw DocumentRow.Corrupt(key, "its facts fail their checksum");
        }

        known.Row?.Verify(key, body.Span);
        return new StoredDocument(info, body.ToArray());
    }

    /// <summary>Takes note of what a write does to a document.</summary>
    public void Write(DocumentKey key, DocumentInfo? info, ReadOnlyMemory<byte> body)
    {
        if (this[key].IsUnreadable)
        {
            Damaged.Add(key);
        }

        Written[key] = info is null ? null : (info, body);
        _documents[key] = info is null ? default : new Known(CurrentDocument.Of(info), null, body);
    }

    /// <param name="Current">The document.</param>
    /// <param name="Row">Null for one that a write of this group has left, which needs no check.</param>
    /// <param name="Body">Null where it was not asked for.</param>
    private readonly record struct Known(CurrentDocument Current, DocumentRow? Row, ReadOnlyMemory<byte>? Body);
}
