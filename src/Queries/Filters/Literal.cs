using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DocService.Queries.Keys;
using DocService.Queries.Numbers;

namespace DocService.Queries.Filters;

/// <summary>A value that a filter names, ready to be compared with values of documents. Immutable.</summary>
internal sealed class Literal
{
    /// <summary>So many digits always fit a <see cref="long"/>.</summary>
    private const int SmallDigits = 18;

    private readonly byte[] _json;
    private readonly byte[] _text;
    private readonly long? _small;

    private Literal(JsonTokenType type, byte[] json, byte[] text, byte[] key)
    {
        Type = type;
        _json = json;
        _text = text;
        Key = key;
        _small = type == JsonTokenType.Number ? Small(json) : null;
    }

    /// <summary>The token that begins it.</summary>
    public JsonTokenType Type { get; }

    /// <summary>Its encoding, whole and not folded.</summary>
    public byte[] Key { get; }

    public bool IsNull => Type == JsonTokenType.Null;

    public bool IsText => Type == JsonTokenType.String;

    /// <summary>Of a string, UTF-8 without escapes; else empty.</summary>
    public ReadOnlySpan<byte> Text => _text;

    public ReadOnlySpan<byte> Json => _json;

    public static Literal Of(JsonElement value) => Of(JsonMarshal.GetRawUtf8Value(value));

    public static Literal OfText(string text) => Of(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(text)));

    /// <summary>The same value under a folding index's encoding.</summary>
    public byte[] FoldedKey() => Encode(_json, fold: true);

    public bool EqualsValue(ref Utf8JsonReader reader, MatchScratch scratch)
    {
        if (reader.TokenType != Type)
        {
            return false;
        }

        return Type switch
        {
            JsonTokenType.String => reader.ValueTextEquals(_text),
            JsonTokenType.Number => CompareNumber(reader.ValueSpan) == 0,
            JsonTokenType.StartObject or JsonTokenType.StartArray => scratch.Encode(reader).SequenceEqual(Key),
            _ => true,
        };
    }

    /// <summary>False when the value is of another type. Otherwise <paramref name="order"/> is how the value stands to this literal.</summary>
    public bool TryCompare(ref Utf8JsonReader reader, MatchScratch scratch, out int order)
    {
        order = 0;
        if (reader.TokenType != Type)
        {
            bool isValueTrue = reader.TokenType == JsonTokenType.True;
            order = isValueTrue ? 1 : -1;
            return (isValueTrue && Type == JsonTokenType.False) || (reader.TokenType == JsonTokenType.False && Type == JsonTokenType.True);
        }

        order = Type switch
        {
            JsonTokenType.String => scratch.Text(ref reader).SequenceCompareTo(_text),
            JsonTokenType.Number => CompareNumber(reader.ValueSpan),
            JsonTokenType.StartObject or JsonTokenType.StartArray => scratch.Encode(reader).SequenceCompareTo(Key),
            _ => 0,
        };
        return true;
    }

    private static Literal Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        byte[] text = reader.TokenType == JsonTokenType.String ? Encoding.UTF8.GetBytes(reader.GetString()!) : [];
        return new Literal(reader.TokenType, json.ToArray(), text, Encode(json, fold: false));
    }

    private static byte[] Encode(ReadOnlySpan<byte> json, bool fold)
    {
        var writer = new KeyWriter();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        new KeyEncoder(fold).Write(writer, ref reader);
        return writer.Written.ToArray();
    }

    /// <summary>Plain short integers are most of all numbers, and need no exact comparison.</summary>
    private int CompareNumber(ReadOnlySpan<byte> number) => _small is { } literal && Small(number) is { } value
        ? value.CompareTo(literal)
        : ExactNumber.Compare(ExactNumber.Read(number), ExactNumber.Read(_json));

    private static long? Small(ReadOnlySpan<byte> number) =>
        number.Length <= SmallDigits && Utf8Parser.TryParse(number, out long value, out int consumed) && consumed == number.Length ? value : null;
}
