namespace DocService.Approaches;

/// <summary>Reads a file of lines from its beginning, in blocks. Thread: one.</summary>
internal ref struct LineReader(FileStream file, Span<byte> block)
{
    private readonly Span<byte> _block = block;
    private int _start;
    private int _end;

    /// <summary>Of the line read last, in the file.</summary>
    public long Offset { get; private set; }

    private long _next;

    /// <summary>The next line without its break; false at the end. It is valid until the next call.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            Span<byte> rest = _block[_start.._end];
            int length = rest.IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = rest[..length];
                Offset = _next;
                _next += length + 1;
                _start += length + 1;
                return true;
            }

            rest.CopyTo(_block);
            _end -= _start;
            _start = 0;
            int read = file.Read(_block[_end..]);
            if (read == 0)
            {
                line = default;
                return false;
            }

            _end += read;
        }
    }
}
