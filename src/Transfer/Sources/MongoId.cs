using System.Text;
using System.Text.Json;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>The id that a document of MongoDB gets: the text of its <c>_id</c>, whatever type it has there.</summary>
/// <remarks>Extended JSON: https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/</remarks>
internal static class MongoId
{
    /// <summary>Types whose text tells one from another.</summary>
    private static readonly string[] Types = ["$oid", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$uuid"];

    /// <param name="document">One line.</param>
    /// <param name="id">As it stands between the quotes of a JSON string.</param>
    /// <param name="fault">Why there is none.</param>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool TryFind(ReadOnlySpan<byte> document, out ReadOnlySpan<byte> id, out string? fault)
    {
        id = default;
        fault = "the line is no object";
        var reader = new Utf8JsonReader(document, new JsonReaderOptions { MaxDepth = LineShape.DepthMax });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fault = reader.TokenType == JsonTokenType.StartArray ? "the line is an array: export without --jsonArray" : fault;
            reader.Skip();
            reader.Read();
            return false;
        }

        fault = "_id is missing";
        bool isFound = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = reader.ValueTextEquals("_id"u8);
            reader.Read();
            if (!isId)
            {
                reader.Skip();
                continue;
            }

            isFound = TryTake(ref reader, out id);
            fault = isFound ? null : "_id is none of those that have a text of their own: a string, a number, $oid, a UUID, $date";
        }

        reader.Read(); // what stands behind the object
        return isFound;
    }

    /// <summary>Leaves the reader at the end of the value.</summary>
    private static bool TryTake(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> id)
    {
        id = default;
        switch (reader.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.Number:
                id = reader.ValueSpan;
                return true;
            case JsonTokenType.StartObject:
                int members = 0;
                bool isTyped = false;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool isType = IsType(ref reader);
                    members++;
                    bool isBinary = reader.ValueTextEquals("$binary"u8);
                    reader.Read();
                    if (isType && reader.TokenType == JsonTokenType.String)
                    {
                        id = reader.ValueSpan;
                        isTyped = true;
                    }
                    else if (isBinary && reader.TokenType == JsonTokenType.StartObject && OfBinary(ref reader) is { } uuid)
                    {
                        id = Encoding.ASCII.GetBytes(uuid.ToString());
                        isTyped = true;
                    }

                    reader.Skip();
                }

                return isTyped && members == 1;
            default:
                reader.Skip();
                return false;
        }
    }

    /// <summary>A UUID, which mongoexport writes as binary data of subtype 4; null for other data. Leaves the reader at the end of the object.</summary>
    private static Guid? OfBinary(ref Utf8JsonReader reader)
    {
        byte[]? bytes = null;
        bool isUuid = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isData = reader.ValueTextEquals("base64"u8);
            bool isSubType = reader.ValueTextEquals("subType"u8);
            reader.Read();
            bool isText = reader.TokenType == JsonTokenType.String;
            bytes = isData && isText && reader.TryGetBytesFromBase64(out byte[]? data) ? data : bytes;
            isUuid |= isSubType && isText && (reader.ValueTextEquals("04"u8) || reader.ValueTextEquals("4"u8));
            reader.Skip();
        }

        return isUuid && bytes is { Length: 16 } ? new Guid(bytes, bigEndian: true) : null;
    }

    private static bool IsType(ref Utf8JsonReader reader)
    {
        foreach (string type in Types)
        {
            if (reader.ValueTextEquals(type))
            {
                return true;
            }
        }

        return false;
    }
}
