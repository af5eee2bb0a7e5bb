using DocService.Storage.Io;

namespace DocService.Storage.Journal.Segments;

/// <summary>The bytes of a segment, read from its start as far as they are asked for.</summary>
/// <remarks>Thread: one.</remarks>
/// <param name="file">The segment.</param>
/// <param name="buffer">Where they go; at least as long as the segment.</param>
/// <param name="length">Of the segment, at most.</param>
internal sealed class SegmentReader(IFile file, byte[] buffer, int length)
{
    /// <summary>Read at a time: much for a device, little to read in vain.</summary>
    public const int StepBytes = SpareFactory.PieceBytes / 2;

    private int _end = length;
    private int _read;

    /// <summary>The bytes from the start through at least this offset, or all that there are.</summary>
    /// <exception cref="FileSystemException">They cannot be read.</exception>
    public ReadOnlySpan<byte> Through(int offset)
    {
        while (_read < Math.Min(offset, _end))
        {
            int step = Math.Min(StepBytes, _end - _read);
            int count = file.Read(buffer.AsSpan(_read, step), _read);
            _read += count;
            _end = count < step ? _read : _end;
        }

        return buffer.AsSpan(0, _read);
    }
}
