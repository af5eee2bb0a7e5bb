using DocService.Storage.Io;

namespace DocService.Storage.Journal.Reading;

/// <summary>Payloads read once more, in the order of their places: one call reads many.</summary>
/// <remarks>Owns: a buffer. Thread: one.</remarks>
internal sealed class PayloadReader
{
    private const int WindowBytes = BodySizes.Large; // some sixty documents of 1 KiB; little is read in vain for a few

    private byte[] _window = GC.AllocateUninitializedArray<byte>(WindowBytes);
    private IFile? _file;
    private bool _isPatchy; // a window of this file could not be read; from then on only what is asked for is read
    private long _start;
    private int _count;

    /// <summary>So many bytes at the offset, or fewer at the end of the file. They are valid until the next call.</summary>
    /// <exception cref="FileSystemException">They cannot be read.</exception>
    public ReadOnlySpan<byte> Read(IFile file, long offset, int bytes)
    {
        if (file != _file || offset < _start || offset + bytes > _start + _count)
        {
            Move(file, offset, bytes);
        }

        int at = (int)(offset - _start);
        return _window.AsSpan(at, Math.Min(bytes, _count - at));
    }

    private void Move(IFile file, long offset, int bytes)
    {
        _window = bytes > _window.Length ? GC.AllocateUninitializedArray<byte>(bytes) : _window;
        _isPatchy &= file == _file;
        (_file, _start, _count) = (file, offset, 0);
        try
        {
            _count = file.Read(_window.AsSpan(0, _isPatchy ? bytes : Math.Max(bytes, WindowBytes)), offset);
        }
        catch (FileSystemException) when (!_isPatchy)
        {
            _isPatchy = true; // the bytes that cannot be read may lie behind those that were asked for
            _count = file.Read(_window.AsSpan(0, bytes), offset);
        }
    }
}
