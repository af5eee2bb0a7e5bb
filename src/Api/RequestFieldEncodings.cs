using System.Text;

namespace DocService.Api;

/// <summary>How the web server reads the bytes of field values.</summary>
internal static class RequestFieldEncodings
{
    private const string ContentLength = "Content-Length";
    private const string IfMatch = "If-Match";
    private const string IfNoneMatch = "If-None-Match";

    /// <summary>The encoding of a field's values; null for the web server's own, which is UTF-8.</summary>
    public static Encoding? Select(string name) => name switch
    {
        ContentLength => DigitsEncoding.Instance,
        IfMatch or IfNoneMatch => Encoding.Latin1, // an entity tag may hold any byte from 0x80 on (RFC 9110 section 8.8.3)
        _ => null,
    };

    /// <summary>
    /// Digits are digits, and any other byte is a character that no number has. The web server's own parser takes
    /// <c>+1</c> for a length, which RFC 9110 section 8.6 does not: a proxy that reads it otherwise would see other
    /// requests on the connection.
    /// </summary>
    private sealed class DigitsEncoding : Encoding
    {
        public static readonly DigitsEncoding Instance = new();

        public override int GetChars(ReadOnlySpan<byte> bytes, Span<char> chars)
        {
            int count = Math.Min(bytes.Length, chars.Length); // longer is no length either
            for (int index = 0; index < count; index++)
            {
                chars[index] = char.IsAsciiDigit((char)bytes[index]) ? (char)bytes[index] : 'x';
            }

            return count;
        }

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) =>
            GetChars(bytes.AsSpan(byteIndex, byteCount), chars.AsSpan(charIndex));

        public override int GetCharCount(byte[] bytes, int index, int count) => count;

        public override int GetMaxCharCount(int byteCount) => byteCount;

        public override int GetByteCount(char[] chars, int index, int count) => count;

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

        public override int GetMaxByteCount(int charCount) => charCount;
    }
}
