using System.Buffers;
using System.Text;

namespace DocService.Queries.Keys;

/// <summary>Text without case, as .NET's OrdinalIgnoreCase compares it: each character's simple upper-case form.</summary>
internal static class CaseFold
{
    /// <summary>Appends the folded text; <paramref name="utf8"/> is valid UTF-8.</summary>
    public static void Append(ArrayBufferWriter<byte> folded, ReadOnlySpan<byte> utf8)
    {
        Span<byte> target = folded.GetSpan(utf8.Length * 3 + 4);
        int written = 0;
        while (!utf8.IsEmpty)
        {
            if (utf8[0] < 0x80)
            {
                byte letter = utf8[0];
                target[written++] = letter is >= (byte)'a' and <= (byte)'z' ? (byte)(letter - 32) : letter;
                utf8 = utf8[1..];
                continue;
            }

            Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed);
            written += Rune.ToUpperInvariant(rune).EncodeToUtf8(target[written..]);
            utf8 = utf8[consumed..];
        }

        folded.Advance(written);
    }
}
