using System.Text.Json;

namespace DocService.Transfer.Sources.Lines;

/// <summary>What a line of an import is, as far as whoever sends it has to know. The server judges the rest.</summary>
internal readonly struct LineShape
{
    /// <summary>Deeper than any server takes; what is deeper is named here.</summary>
    public const int DepthMax = 2000;

    /// <summary>Of the id's first byte, behind its quote; -1 where the line has no id that is a string.</summary>
    public int IdStart { get; private init; }

    /// <summary>It has what an export says of a document, so an export has written it.</summary>
    public bool IsExported { get; private init; }

    /// <summary>It is the last line of an export.</summary>
    public bool IsLast { get; private init; }

    /// <summary>How many documents the last line says that there are.</summary>
    public long Count { get; private init; }

    /// <summary>The export ended here, with this problem.</summary>
    public string? Error { get; private init; }

    /// <exception cref="JsonException">It is no JSON.</exception>
    public static LineShape Of(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = DepthMax });
        reader.Read();
        int idStart = -1;
        bool isExported = false;
        bool isLast = false;
        long count = -1;
        string? error = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = reader.ValueTextEquals("id"u8);
                bool isCount = reader.ValueTextEquals("count"u8);
                bool isError = reader.ValueTextEquals("error"u8);
                isExported |= reader.ValueTextEquals("etag"u8) || reader.ValueTextEquals("sha256"u8);
                isLast |= reader.ValueTextEquals("asOf"u8);
                reader.Read();
                if (isId && reader.TokenType == JsonTokenType.String)
                {
                    idStart = (int)reader.TokenStartIndex + 1;
                }
                else if (isCount && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number))
                {
                    count = number;
                }
                else if (isError)
                {
                    error = JsonElement.ParseValue(ref reader).ToString();
                }

                reader.Skip();
            }
        }
        else
        {
            reader.Skip();
        }

        reader.Read(); // what stands behind the value
        return new LineShape { IdStart = idStart, IsExported = isExported, IsLast = isLast && idStart < 0, Count = count, Error = idStart < 0 ? error : null };
    }
}
