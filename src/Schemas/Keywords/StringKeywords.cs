using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary><c>minLength</c> and <c>maxLength</c>, in characters of Unicode.</summary>
internal sealed class LengthKeyword(SchemaPlace place, decimal bound, bool isLeast) : Keyword(place)
{
    private const int BytesPerUnit = 16;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return true;
        }

        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        if (!run.Pay(1 + (raw.Length / BytesPerUnit)) || (raw.Contains((byte)'\\') && !run.Pay(raw.Length / 4)))
        {
            return false;
        }

        int length = Count(value);
        return (isLeast ? length >= bound : length <= bound) || run.Fail(Place, $"the string has {length} characters, and {(isLeast ? "at least" : "at most")} {bound} are wanted");
    }

    private static int Count(in JsonElement value)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        if (!raw.Contains((byte)'\\'))
        {
            return raw.Length - 2 - CountContinuing(raw);
        }

        int length = 0;
        foreach (Rune _ in value.GetString()!.EnumerateRunes())
        {
            length++;
        }

        return length;
    }

    /// <summary>Bytes that begin no character.</summary>
    private static int CountContinuing(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte one in text)
        {
            count += (one & 0xC0) == 0x80 ? 1 : 0;
        }

        return count;
    }
}

/// <summary><c>pattern</c>.</summary>
internal sealed class PatternKeyword(SchemaPlace place, SchemaPattern pattern) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks) =>
        value.ValueKind != JsonValueKind.String || pattern.IsMatch(run, value.GetString()!) || run.Fail(Place, $"the string does not match the pattern {pattern}");
}

/// <summary><c>format</c>, asserted.</summary>
internal sealed class FormatKeyword(SchemaPlace place, StringFormat format) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks) =>
        value.ValueKind != JsonValueKind.String || format.Fits(run, value) || run.Fail(Place, $"the string is no {format.Name}");
}
