using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DocService.Api.Json;

/// <summary>
/// Checks that bytes are exactly one JSON value (RFC 8259), and more strictly than most parsers: valid UTF-8 throughout
/// and no byte order mark, no duplicate names in an object, no escapes of lone surrogates, a bounded depth. What every
/// client can read is stored; what two clients could read differently (RFC 7493, I-JSON) is refused.
/// </summary>
internal static class StrictJson
{
    /// <summary>Null when the bytes are one strict JSON value.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="depthMax">Deepest nesting that is taken.</param>
    /// <param name="budget">Where more memory is charged than two more documents would take; null: nowhere.</param>
    /// <exception cref="StoreBusyException">The budget has no room for all names of an object.</exception>
    public static JsonError? Check(ReadOnlySpan<byte> json, int depthMax, ByteBudget? budget = null)
    {
        if (json.StartsWith("\uFEFF"u8))
        {
            return new JsonError("a byte order mark is not part of JSON", 1, 0);
        }

        // The reader does not look inside strings; this does, at the speed of memory.
        return Utf8.IsValid(json) ? CheckValue(json, depthMax, budget) : At(json, FirstInvalidByte(json), "the text is not valid UTF-8");
    }

    private static JsonError? CheckValue(ReadOnlySpan<byte> json, int depthMax, ByteBudget? budget)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = depthMax });
        var names = new NameTable(budget);
        int[] outer = ArrayPool<int>.Shared.Rent(depthMax + 1); // of each open object, what the table knows of the one around it
        try
        {
            while (reader.Read())
            {
                JsonError? error = null;
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject:
                        outer[reader.CurrentDepth] = names.Open();
                        break;
                    case JsonTokenType.EndObject:
                        names.Close(json, outer[reader.CurrentDepth]);
                        break;
                    case JsonTokenType.PropertyName:
                        error = CheckName(json, ref reader, ref names);
                        break;
                    case JsonTokenType.String when reader.ValueIsEscaped:
                        error = CheckEscapes(json, ref reader);
                        break;
                }

                if (error is not null)
                {
                    return error;
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            return new JsonError(Reason(exception, depthMax), (exception.LineNumber ?? 0) + 1, exception.BytePositionInLine ?? 0);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(outer);
            names.Dispose();
        }
    }

    private static JsonError? CheckName(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, ref NameTable names)
    {
        int offset = (int)reader.TokenStartIndex + 1;
        int length = reader.ValueSpan.Length;
        if (!reader.ValueIsEscaped)
        {
            return names.TryAdd(json, offset, length) ? null : Duplicate(json, offset);
        }

        if (CheckEscapes(json, ref reader) is { } error)
        {
            return error;
        }

        byte[] buffer = BodyBuffers.Rent(length);
        try
        {
            int unescaped = reader.CopyString(buffer);
            return names.TryAddUnescaped(json, buffer.AsSpan(0, unescaped)) ? null : Duplicate(json, offset);
        }
        finally
        {
            BodyBuffers.Return(buffer);
        }
    }

    /// <summary>Every \uD800 to \uDBFF must be followed by \uDC00 to \uDFFF, and none of those may come alone.</summary>
    private static JsonError? CheckEscapes(ReadOnlySpan<byte> json, ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> text = reader.ValueSpan;
        int start = (int)reader.TokenStartIndex + 1;
        int position = 0;
        while (true)
        {
            int backslash = text[position..].IndexOf((byte)'\\');
            if (backslash < 0)
            {
                return null;
            }

            position += backslash;
            if (text[position + 1] != 'u')
            {
                position += 2;
                continue;
            }

            int unit = Hex(text.Slice(position + 2, 4));
            if (!char.IsSurrogate((char)unit))
            {
                position += 6;
                continue;
            }

            bool isPair = char.IsHighSurrogate((char)unit) && position + 12 <= text.Length
                && text[position + 6] == '\\' && text[position + 7] == 'u' && char.IsLowSurrogate((char)Hex(text.Slice(position + 8, 4)));
            if (!isPair)
            {
                return At(json, start + position, "an escape stands for a lone surrogate, which is no character");
            }

            position += 12;
        }
    }

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    /// <summary>Quotes the name as it was written, so much of it as a reader takes in.</summary>
    private static JsonError Duplicate(ReadOnlySpan<byte> json, int offset)
    {
        int end = offset;
        while (json[end] != '"')
        {
            end += json[end] == '\\' ? 2 : 1;
        }

        return At(json, offset - 1, $"the name '{Excerpt.Of(json[offset..end])}' comes twice in one object");
    }

    private static JsonError At(ReadOnlySpan<byte> json, int offset, string reason)
    {
        ReadOnlySpan<byte> before = json[..offset];
        return new JsonError(reason, before.Count((byte)'\n') + 1, offset - (before.LastIndexOf((byte)'\n') + 1));
    }

    private static int FirstInvalidByte(ReadOnlySpan<byte> json)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(json[position..], out _, out int consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        return position;
    }

    /// <summary>The reader's message without the position, which is given apart, and without its advice to programmers.</summary>
    private static string Reason(JsonException exception, int depthMax)
    {
        string message = exception.Message;
        if (message.Contains("depth of", StringComparison.Ordinal))
        {
            return $"the value is nested deeper than {depthMax} levels";
        }

        if (message.Contains("trailing comma", StringComparison.Ordinal))
        {
            return "there is a comma before the closing bracket";
        }

        if (message.StartsWith("The input does not contain any JSON tokens", StringComparison.Ordinal))
        {
            return "the body holds no JSON value";
        }

        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
