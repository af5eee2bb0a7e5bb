namespace DocService.Queries.Keys;

/// <summary>
/// Owns: a buffer that grows, for one key after another.
/// Thread: one at a time.
/// Invariants: <see cref="Written"/> is valid until the next append or <see cref="Clear"/>.
/// </summary>
public sealed class KeyWriter
{
    /// <summary>A buffer that one huge value has blown up beyond this is given back at the next <see cref="Clear"/>.</summary>
    private const int KeptBytesMax = 1 << 20;

    private const int FirstBytes = 256;

    private byte[] _buffer = []; // made with the first append

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    internal Span<byte> Writable => _buffer.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        if (_buffer.Length > KeptBytesMax)
        {
            _buffer = [];
        }
    }

    internal void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    internal void Append(byte value)
    {
        Grow(1);
        _buffer[Length++] = value;
    }

    internal void Append(scoped ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Room for <paramref name="count"/> more bytes, all of which count as written.</summary>
    internal Span<byte> Reserve(int count)
    {
        Grow(count);
        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }

    /// <summary>Turns the order of what has been written since <paramref name="start"/>.</summary>
    internal void Complement(int start)
    {
        foreach (ref byte value in _buffer.AsSpan(start, Length - start))
        {
            value ^= 0xFF;
        }
    }

    private void Grow(int count)
    {
        if (_buffer.Length - Length < count)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Math.Max(Math.Max((long)_buffer.Length * 2, FirstBytes), (long)Length + count), Array.MaxLength));
        }
    }
}
