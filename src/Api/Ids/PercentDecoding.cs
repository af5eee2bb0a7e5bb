namespace DocService.Api.Ids;

/// <summary>Percent-decoding of URI text to bytes (RFC 3986 section 2.1), once.</summary>
internal static class PercentDecoding
{
    /// <summary>Decodes into the destination, which is at least as long; false at a broken escape or a character outside ASCII.</summary>
    /// <param name="text">As it was in the request line.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="written">Bytes decoded; on failure those before the fault.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        for (int position = 0; position < text.Length; position++)
        {
            char character = text[position];
            if (character == '%')
            {
                if (position + 2 >= text.Length || Hex(text[position + 1]) is not { } high || Hex(text[position + 2]) is not { } low)
                {
                    return false;
                }

                destination[written++] = (byte)((high << 4) | low);
                position += 2;
            }
            else if (character < 0x80)
            {
                destination[written++] = (byte)character;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static int? Hex(char digit) => digit switch
    {
        >= '0' and <= '9' => digit - '0',
        >= 'a' and <= 'f' => digit - 'a' + 10,
        >= 'A' and <= 'F' => digit - 'A' + 10,
        _ => null,
    };
}
