using System.Text.Json;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>One row of CouchDB's <c>_all_docs</c>.</summary>
internal readonly ref struct CouchRow
{
    /// <summary>As it stands between the quotes of a JSON string.</summary>
    public ReadOnlySpan<byte> Id { get; private init; }

    public bool HasId { get; private init; }

    /// <summary>Every byte of the document; empty where the row has none.</summary>
    public ReadOnlySpan<byte> Document { get; private init; }

    /// <summary>The row was asked for with its document.</summary>
    public bool HasDocument { get; private init; }

    public bool IsDeleted { get; private init; }

    /// <summary>CouchDB has no such document: the row's key was asked for by name.</summary>
    public bool IsError { get; private init; }

    /// <summary>It has files of its own, which no document here can have.</summary>
    public bool HasAttachments { get; private init; }

    public bool IsDesign => Id.StartsWith("_design/"u8) || Id.StartsWith("_local/"u8);

    /// <param name="row">An object.</param>
    public static CouchRow Of(ReadOnlySpan<byte> row)
    {
        var reader = new Utf8JsonReader(row, new JsonReaderOptions { MaxDepth = LineShape.DepthMax });
        reader.Read();
        ReadOnlySpan<byte> id = default;
        ReadOnlySpan<byte> document = default;
        bool hasId = false;
        bool hasDocument = false;
        bool isDeleted = false;
        bool isError = false;
        bool hasAttachments = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("id"u8);
            bool isDocument = reader.ValueTextEquals("doc"u8);
            bool isValue = reader.ValueTextEquals("value"u8);
            isError |= reader.ValueTextEquals("error"u8);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            if (isId && reader.TokenType == JsonTokenType.String)
            {
                hasId = true;
                id = reader.ValueSpan;
            }
            else if (isDocument && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    hasAttachments |= reader.ValueTextEquals("_attachments"u8);
                    bool saysDeleted = reader.ValueTextEquals("_deleted"u8);
                    reader.Read();
                    isDeleted |= saysDeleted && reader.TokenType == JsonTokenType.True;
                    reader.Skip();
                }

                hasDocument = true;
                document = row[start..(int)reader.BytesConsumed];
            }
            else if (isValue && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool saysDeleted = reader.ValueTextEquals("deleted"u8);
                    reader.Read();
                    isDeleted |= saysDeleted && reader.TokenType == JsonTokenType.True;
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return new CouchRow
        {
            Id = id,
            HasId = hasId,
            Document = document,
            HasDocument = hasDocument,
            IsDeleted = isDeleted,
            IsError = isError,
            HasAttachments = hasAttachments,
        };
    }
}
