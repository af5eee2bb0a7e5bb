using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Texts;

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

        int length = raw.Length - 2 - CountContinuing(raw);
        bool isBehindHigh = false; // half of a pair, escaped just before
        for (int at = raw.IndexOf((byte)'\\'); at >= 0 && at < raw.Length; at = Next(raw, at))
        {
            bool isUnicode = raw[at + 1] == 'u';
            int bytes = isUnicode ? 6 : 2;
            ushort unit = isUnicode ? ushort.Parse(raw.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : (ushort)0;
            bool isSecond = isBehindHigh && char.IsLowSurrogate((char)unit);
            length -= isSecond ? bytes : bytes - 1;
            isBehindHigh = char.IsHighSurrogate((char)unit) && at + bytes < raw.Length && raw[at + bytes] == '\\';
        }

        return length;
    }

    /// <summary>Where the next escape begins; at the end where there is none.</summary>
    private static int Next(ReadOnlySpan<byte> raw, int at)
    {
        int behind = at + (raw[at + 1] == 'u' ? 6 : 2);
        int next = raw[behind..].IndexOf((byte)'\\');
        return next < 0 ? raw.Length : behind + next;
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
        value.ValueKind != JsonValueKind.String || (run.TextOf(value) is { } text && pattern.IsMatch(run, text)) || run.Fail(Place, $"the string does not match the pattern {pattern}");
}

/// <summary><c>format</c>, asserted.</summary>
internal sealed class FormatKeyword(SchemaPlace place, StringFormat format) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks) =>
        value.ValueKind != JsonValueKind.String || format.Fits(run, value) || run.Fail(Place, $"the string is no {format.Name}");
}
