using System.Buffers.Text;
using System.IO.Hashing;

namespace DocService.Storage.Documents;

/// <summary>
/// One line of JSON that carries its own checksum: an object whose last member is the XXH3 (64 bits, seed 0, sixteen
/// lower-case hexadecimal digits) of all bytes before that member's comma. People and jq can read it.
/// </summary>
internal static class ChecksummedLine
{
    private const int HashDigits = 16;

    /// <summary>Bytes that <see cref="Finish"/> appends for a member name of that length: <c>,"name":"0123456789abcdef"}\n</c>.</summary>
    public static int TailBytes(ReadOnlySpan<byte> member) => 1 + 1 + member.Length + 3 + HashDigits + 3;

    /// <summary>Completes a line of which <paramref name="length"/> bytes, an object without its closing brace, are written; returns the whole length.</summary>
    public static int Finish(Span<byte> line, int length, ReadOnlySpan<byte> member)
    {
        ulong hash = XxHash3.HashToUInt64(line[..length]);
        var writer = new LineWriter(line, length);
        writer.Raw(",\""u8);
        writer.Raw(member);
        writer.Raw("\":\""u8);
        writer.Hex(hash);
        writer.Raw("\"}\n"u8);
        return writer.Length;
    }

    /// <summary>Whether the line, its newline included, ends in the member and the member is right.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> line, ReadOnlySpan<byte> member)
    {
        int tailBytes = TailBytes(member);
        if (line.Length <= tailBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> tail = line[^tailBytes..];
        ReadOnlySpan<byte> digits = tail.Slice(member.Length + 5, HashDigits);
        return tail.StartsWith(",\""u8)
            && tail[2..].StartsWith(member)
            && tail.Slice(member.Length + 2, 3).SequenceEqual("\":\""u8)
            && tail[^3..].SequenceEqual("\"}\n"u8)
            && TryParseHash(digits, out ulong hash)
            && hash == XxHash3.HashToUInt64(line[..^tailBytes]);
    }

    /// <summary>Sixteen lower-case hexadecimal digits; one value has one spelling.</summary>
    public static bool TryParseHash(ReadOnlySpan<byte> digits, out ulong hash)
    {
        hash = 0;
        return digits.Length == HashDigits
            && digits.IndexOfAnyInRange((byte)'A', (byte)'F') < 0
            && Utf8Parser.TryParse(digits, out hash, out int consumed, 'x')
            && consumed == HashDigits;
    }
}
