using System.Buffers;
using System.Buffers.Text;

namespace DocService.Storage.Documents;

/// <summary>Appends the pieces of a JSON line to a buffer that is known to be large enough.</summary>
internal ref struct LineWriter(Span<byte> buffer, int length)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; } = length;

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer[Length..]);
        Length += bytes.Length;
    }

    /// <summary>
    /// A JSON string of valid UTF-8. Quote and backslash need an escape (RFC 8259 section 7), and so does the only control
    /// character there can be: U+0000, which marks a hidden document's id.
    /// </summary>
    public void Text(scoped ReadOnlySpan<byte> utf8)
    {
        Raw("\""u8);
        foreach (byte value in utf8)
        {
            if (value == 0)
            {
                Raw("\\u0000"u8);
                continue;
            }

            if (value is (byte)'"' or (byte)'\\')
            {
                _buffer[Length++] = (byte)'\\';
            }

            _buffer[Length++] = value;
        }

        Raw("\""u8);
    }

    public void Number(long value)
    {
        bool fits = Utf8Formatter.TryFormat(value, _buffer[Length..], out int written);
        Advance(fits, written);
    }

    /// <summary>Sixteen lower-case hexadecimal digits.</summary>
    public void Hex(ulong value)
    {
        bool fits = Utf8Formatter.TryFormat(value, _buffer[Length..], out int written, new StandardFormat('x', 16));
        Advance(fits, written);
    }

    /// <summary>Lower-case hexadecimal digits of the digest.</summary>
    public void Hex(Sha256Digest digest)
    {
        Span<byte> value = stackalloc byte[Sha256Digest.Bytes];
        digest.CopyTo(value);
        bool fits = Convert.TryToHexStringLower(value, _buffer[Length..], out int written);
        Advance(fits, written);
    }

    /// <summary>UTC to 100 ns: <c>2026-11-21T09:30:00.0000000Z</c> (RFC 3339).</summary>
    public void Time(DateTimeOffset time)
    {
        bool fits = Utf8Formatter.TryFormat(time.UtcDateTime, _buffer[Length..], out int written, new StandardFormat('O'));
        Advance(fits, written);
    }

    private void Advance(bool fits, int written)
    {
        if (!fits)
        {
            throw new ArgumentException("The line does not fit its buffer.");
        }

        Length += written;
    }
}
